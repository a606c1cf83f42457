// Ports that only root may open, and the order in which names are looked up.

import { lookup } from "../rootfs/lookup.ts";
import type { Container } from "../why/container.ts";
import type { Need } from "./need.ts";
import type { StartedProgram } from "./startedProgram.ts";

const firstFreePort = 1024;

/** Docker (20.10 and newer) lets everybody open low ports, podman and many a Kubernetes do not. */
export function lowPorts({ config, who }: Container): Need | undefined {
  const low = config.exposedPorts.filter((port) => Number.parseInt(port, 10) < firstFreePort);
  if (who.uid === 0 || low.length === 0) return undefined;
  const port = Number.parseInt(low[0] ?? "", 10);
  return {
    kind: "ports",
    by: `EXPOSE ${low.join(" ")}`,
    state: "depends",
    reason: `user ${who.uid} listens on ${low.join(", ")}: docker lets everybody open ports below ${firstFreePort}, podman and older Kubernetes only root`,
    error: `listen tcp :${port}: bind: permission denied`,
    fixes: [`listen on ${port + 8000} inside, and publish it as ${port}: docker run -p ${port}:${port + 8000}`],
  };
}

/** Go until 1.15 asked the name server before /etc/hosts where there is no nsswitch.conf (https://go.dev/issue/35305). */
export function hostNames({ fs }: Container, { path, go }: StartedProgram): Need | undefined {
  const minor = /^go1\.(\d+)/.exec(go?.info.goVersion ?? "")?.[1];
  if (minor === undefined || Number(minor) > 15 || lookup(fs, "/etc/nsswitch.conf").ok) return undefined;
  return {
    kind: "host-names",
    by: path,
    state: "missing",
    reason: `${path} was built with ${go?.info.goVersion ?? ""}, which without /etc/nsswitch.conf asks the name server before /etc/hosts: names that are given there may be found elsewhere`,
    error: undefined,
    fixes: [
      `RUN echo 'hosts: files dns' > /etc/nsswitch.conf in the last stage (on scratch: COPY such a file)`,
      `or build with Go 1.16 or newer`,
    ],
  };
}
