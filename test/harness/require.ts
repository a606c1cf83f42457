import { accessSync, constants } from "node:fs";

/** What a test may need of the machine beyond Node and this repository, by Debian's package or by right. */
export type Need =
  | "root"
  | "docker.io"
  | "docker-registry"
  | "gcc"
  | "skopeo"
  | "buildah"
  | "musl-tools"
  | "busybox-static"
  | "podman"
  | "openssh-server"
  | "haproxy"
  | "debootstrap"
  | "iproute2"
  | "prometheus"
  | "rsync"
  | "postgresql"
  | "python3-pip"
  | "redis-server";

const programs: Readonly<Record<Exclude<Need, "root">, readonly string[]>> = {
  "docker.io": ["/usr/sbin/dockerd", "/usr/bin/docker"],
  // Its bridges are netavark's.
  podman: ["/usr/bin/podman", "/usr/lib/podman/netavark"],
  skopeo: ["/usr/bin/skopeo"],
  buildah: ["/usr/bin/buildah"],
  gcc: ["/usr/bin/gcc"],
  "musl-tools": ["/usr/bin/musl-gcc"],
  // Debian has it under the name of the other one, which it replaces.
  "busybox-static": ["/bin/busybox"],
  "docker-registry": ["/usr/bin/docker-registry"],
  "openssh-server": ["/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen"],
  haproxy: ["/usr/sbin/haproxy"],
  prometheus: ["/usr/bin/prometheus"],
  debootstrap: ["/usr/sbin/debootstrap"],
  "python3-pip": ["/usr/bin/pip3"],
  rsync: ["/usr/bin/rsync"],
  // Its server stands in a folder of its version.
  postgresql: ["/usr/bin/pg_isready", "/usr/lib/postgresql"],
  "redis-server": ["/usr/bin/redis-server"],
  iproute2: ["/usr/sbin/ip", "/sbin/ip"],
};

/** Why what is needed can't be had here; undefined when all of it is there. */
export function missing(...needs: readonly Need[]): string | undefined {
  const absent = needs.filter((need) => !isThere(need));
  if (absent.length === 0) return undefined;
  return absent
    .map((need) => (need === "root" ? "only root may do this" : `Debian's ${need} is not installed`))
    .join("; ");
}

/** Skips the test, with the reason, where something is absent. With FAIRLEAD_REQUIRE=all a skip is a failure. */
export function requireAll(skip: (note?: string) => never, ...needs: readonly Need[]): void {
  const reason = missing(...needs);
  if (reason !== undefined) skip(reason);
}

function isThere(need: Need): boolean {
  if (need === "root") return process.getuid?.() === 0;
  const [first = "", ...rest] = programs[need];
  // iproute2 moved: either place will do.
  if (need === "iproute2") return [first, ...rest].some(isProgram);
  return [first, ...rest].every(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
