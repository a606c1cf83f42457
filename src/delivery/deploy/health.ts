import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { DeliveryError } from "../deliveryError.ts";
import { containerLog, execInContainer, type Site } from "../hosts/containers.ts";
import { type Container, readHostState } from "../hosts/hostState.ts";
import type { Health, ReleaseSpec } from "../release/release.ts";
import { SshError } from "../ssh/sshError.ts";

/** One look at a container: well, or what was seen instead. */
export type Look =
  | { readonly ok: true }
  /** `status`: of an HTTP answer, where there was one. */
  | { readonly ok: false; readonly saw: string; readonly status?: number };

/**
 * Waits until the release's container is healthy: looks every `interval`, gives up after `within`, and at once when the
 * container has ended or was started again by the engine, which never mends a broken release.
 *
 * @throws DeliveryError `unhealthy`: what the last look saw, how the container ended, the end of its log
 */
export async function awaitHealthy(
  site: Site,
  spec: ReleaseSpec,
  port: number,
  signal: AbortSignal,
): Promise<{ readonly looks: number; readonly milliseconds: number }> {
  const { interval, within } = spec.health;
  const begin = performance.now();
  let last = "nothing yet";
  for (let looks = 1; ; looks++) {
    signal.throwIfAborted();
    const look = await lookAt(site, spec, port);
    const milliseconds = Math.round(performance.now() - begin);
    if (look.ok) return { looks, milliseconds };
    last = look.saw;
    const container = await containerOf(site, spec.release);
    const end = endOf(container);
    if (end !== undefined) throw await unhealthy(site, spec, `${end}; the last look saw: ${last}`);
    if (milliseconds + interval > within) {
      throw await unhealthy(
        site,
        spec,
        `it runs, but ${looks} looks within ${within / 1000} s (health.within) found it not ready; the last saw: ${last}`,
      );
    }
    await sleep(interval, undefined, { signal });
  }
}

async function containerOf({ host, place }: Site, release: string): Promise<Container | undefined> {
  const { containers } = await readHostState(host, place);
  return containers.find((container) => container.release === release);
}

/** Why there is no use in waiting; undefined while it runs for the first time. */
function endOf(container: Container | undefined): string | undefined {
  if (container === undefined) return "its container is gone: somebody removed it";
  const { status, restarts, exitCode, outOfMemory, error } = container;
  if (status === "running" && restarts === 0) return undefined;
  const why = outOfMemory ? "the kernel killed it for its memory" : `it ended with exit code ${exitCode}`;
  const again = restarts > 0 ? ` (${restarts} ${restarts === 1 ? "restart" : "restarts"} by now)` : "";
  return `${why}${again}${error === "" ? "" : `: ${error}`}`;
}

async function unhealthy(site: Site, spec: ReleaseSpec, why: string): Promise<DeliveryError> {
  const log = await containerLog(site, spec.release, 20).catch(() => "");
  const shown = log === "" ? "It wrote nothing." : `The end of its log:\n${log.replaceAll(/^/gm, "  | ")}`;
  return new DeliveryError(
    "unhealthy",
    `${site.host.name}: release ${spec.release} did not become healthy (${checkText(spec.health)}): ${why}.\n${shown}`,
  );
}

/** `GET /healthz`, `tcp`, `/bin/check --now`. */
export function checkText({ http, tcp, command }: Health): string {
  if (command !== undefined) return command.join(" ");
  return tcp && http === undefined ? "its port accepts connections" : `GET ${http ?? "/healthz"}`;
}

async function lookAt(site: Site, { release, health }: ReleaseSpec, port: number): Promise<Look> {
  try {
    if (health.command !== undefined) {
      const { status, output } = await execInContainer(site, release, health.command, health.timeout);
      return status === 0 ? { ok: true } : { ok: false, saw: `exit status ${status}: ${output.trim().slice(-200)}` };
    }
    const socketPath = await site.host.forward({ port });
    if (health.http === undefined && health.tcp) return await lookTcp(socketPath, health.timeout);
    return await lookHttp(socketPath, health.http ?? "/healthz", health.timeout);
  } catch (error) {
    if (error instanceof SshError && error.code === "timeout") {
      return { ok: false, saw: `no end within ${health.timeout} ms (health.timeout)` };
    }
    throw error;
  }
}

/** A GET through the forwarded socket: 2xx and 3xx are well. */
export async function lookHttp(socketPath: string, path: string, timeout: number): Promise<Look> {
  const { promise, resolve } = Promise.withResolvers<Look>();
  const signal = AbortSignal.timeout(timeout);
  const headers = { host: "localhost", "user-agent": "fairlead", connection: "close" };
  const outgoing = request({ socketPath, path, headers, agent: false, signal }, (answer) => {
    const status = answer.statusCode ?? 0;
    let body = "";
    answer.setEncoding("utf8");
    answer.on("data", (text: string) => (body = (body + text).slice(0, 200)));
    answer.on("error", () => resolve({ ok: false, saw: `status ${status}, and the answer broke off` }));
    answer.on("end", () => {
      const said = body.trim() === "" ? "" : `: ${body.trim()}`;
      resolve(status >= 200 && status < 400 ? { ok: true } : { ok: false, status, saw: `status ${status}${said}` });
    });
  });
  outgoing.on("error", (error) => {
    const saw = signal.aborted ? `no answer within ${timeout} ms (health.timeout)` : `no answer (${error.message})`;
    resolve({ ok: false, saw });
  });
  outgoing.end();
  return promise;
}

/**
 * A port that nobody listens on is closed at once, by ssh or by the engine's proxy, which accepts first; one that stays
 * open for a moment, or speaks, has somebody behind it.
 */
export async function lookTcp(socketPath: string, timeout: number): Promise<Look> {
  const { promise, resolve } = Promise.withResolvers<Look>();
  const socket = connect(socketPath);
  const stays = setTimeout(() => resolve({ ok: true }), Math.min(500, timeout));
  socket.once("data", () => resolve({ ok: true }));
  socket.once("error", (error) => resolve({ ok: false, saw: error.message }));
  socket.once("close", () => resolve({ ok: false, saw: "the connection was closed at once" }));
  const look = await promise;
  clearTimeout(stays);
  socket.destroy();
  return look;
}
