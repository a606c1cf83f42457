import { DeliveryError } from "../deliveryError.ts";
import type { RemoteHost, RunOptions, RunResult } from "../ssh/connection.ts";
import type { Script } from "../ssh/script.ts";
import { lastLines } from "../ssh/sshError.ts";
import { parseLockHolder } from "./lockHolder.ts";
import { scriptStatus } from "./prelude.ts";

/**
 * Runs a script that should succeed.
 *
 * @throws DeliveryError with what the host said, sorted into causes a person can act on
 * @throws SshError
 */
export async function checked(host: RemoteHost, what: string, script: Script, options: RunOptions): Promise<RunResult> {
  const result = await host.run(what, script, options);
  if (result.status !== 0) throw stepError(host.name, what, result, script.values?.["engine"] ?? "docker");
  return result;
}

/** Words of docker, podman, haproxy and the kernel for the same few troubles. */
export function stepError(
  host: string,
  what: string,
  { status, stdout, stderr }: RunResult,
  engine: string,
): DeliveryError {
  const said = lastLines(stderr) || lastLines(stdout) || "nothing was printed";
  const failed = `${host}: could not ${what}`;
  switch (status) {
    case scriptStatus.busy:
      return new DeliveryError(
        "locked",
        `${failed}: a step of another deploy is still running there, and did not end in time. Try again in a minute`,
      );
    case scriptStatus.lockLost: {
      const holder = parseLockHolder(stderr.trim().split("\n").at(-1) ?? "");
      const how =
        holder === undefined
          ? "Somebody broke it, or it lapsed while this machine slept"
          : `${holder.owner} has it now (${holder.reason})`;
      return new DeliveryError(
        "lock-lost",
        `${failed}: the deploy's lock is no longer ours. ${how}. Nothing more was changed; fairlead status says what serves`,
      );
    }
    case scriptStatus.missing:
      return new DeliveryError("host", `${failed}: ${said} is not installed there (${packageOf(said)})`);
  }
  if (/no space left on device|disk quota exceeded|ENOSPC/i.test(stderr)) {
    return new DeliveryError(
      "disk-full",
      `${failed}: its disk is full. Free some: ${engine} system df, ${engine} image prune, journalctl --vacuum-size; then try again.\nIt said: ${said}`,
    );
  }
  if (
    /cannot connect to the docker daemon|is the docker daemon running|connection refused.*docker\.sock|docker\.sock: connect/i.test(
      stderr,
    )
  ) {
    const denied = /permission denied/i.test(stderr);
    return new DeliveryError(
      "host",
      denied
        ? `${failed}: this user may not talk to ${engine}. Add it to the group docker (usermod -aG docker USER), or use rootless podman`
        : `${failed}: ${engine} is not running there (systemctl status ${engine}).\nIt said: ${said}`,
    );
  }
  if (/permission denied|operation not permitted|read-only file system/i.test(stderr)) {
    return new DeliveryError("host", `${failed}: permission denied for this user.\nIt said: ${said}`);
  }
  return new DeliveryError("host", `${failed} (exit status ${status}).\nIt said: ${said}`);
}

function packageOf(program: string): string {
  const known: Readonly<Record<string, string>> = {
    flock: "package util-linux",
    docker: "package docker.io or docker-ce; or engine: podman",
    podman: "package podman; or engine: docker",
    haproxy: "package haproxy; strategy: recreate does without",
  };
  return known[program] ?? "install it";
}
