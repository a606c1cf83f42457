// What is not as the record says. Pure.
import type { HostState } from "../hosts/hostState.ts";
import { parseTraffic, type Slot } from "../proxy/haproxyConfig.ts";
import type { ServerState } from "../proxy/haproxyRuntime.ts";
import { findRelease } from "../release/record.ts";

/** The differences, a line each. `servers`: what the running haproxy says; undefined where it wasn't asked. */
export function drift(state: HostState, servers?: Readonly<Record<Slot, ServerState>>): string[] {
  const { record, containers, proxy } = state;
  const spec = findRelease(record, record.serving)?.spec;
  if (spec === undefined) return containers.length === 0 ? [] : strangers(state);
  const container = containers.find(({ release }) => release === spec.release);
  if (container === undefined) return [`the container of ${spec.release} is missing`, ...strangers(state)];
  const found: string[] = [];
  if (container.status !== "running") {
    found.push(`the container of ${spec.release} is ${container.status} (exit code ${container.exitCode})`);
  } else if (container.restarts > 0) {
    found.push(`the container of ${spec.release} was restarted ${container.restarts} times`);
  }
  if (container.digest !== undefined && container.digest !== spec.digest) {
    found.push(`the container runs ${container.digest}, recorded is ${spec.digest}`);
  }
  if (container.settingsHash !== spec.settingsHash) {
    found.push(
      `the container has other settings (${container.settingsHash ?? "unknown"}) than recorded (${spec.settingsHash})`,
    );
  }
  if (spec.strategy === "switch") found.push(...proxyDrift(proxy, container.port, servers));
  return [...found, ...strangers(state)];
}

function proxyDrift(
  proxy: HostState["proxy"],
  port: number | undefined,
  servers: Readonly<Record<Slot, ServerState>> | undefined,
): string[] {
  const traffic = parseTraffic(proxy.config);
  if (traffic === undefined) return ["haproxy has no configuration of ours"];
  const found: string[] = [];
  if (!proxy.running) found.push("haproxy is not running: nobody is served");
  const filePort = traffic.ports[traffic.active];
  if (filePort !== port)
    found.push(`haproxy's file leads to port ${filePort ?? "none"}, the container is at ${port ?? "none"}`);
  if (servers !== undefined) {
    for (const slot of ["a", "b"] as const) {
      const { takesTraffic, port: served } = servers[slot];
      if (takesTraffic && served !== port)
        found.push(`haproxy leads to port ${served}, the container is at ${port ?? "none"}`);
      if (!takesTraffic && served === port) found.push(`haproxy sends nothing to the container, at ${served}`);
    }
  }
  return found;
}

/** Containers that run beside the one that serves, without an open window that explains them. */
function strangers({ record, containers }: HostState): string[] {
  const known = new Set([record.serving, record.open?.release, record.open?.from]);
  return containers
    .filter(({ release, status }) => status === "running" && !known.has(release))
    .map(({ name, release }) => `the container ${name} runs, though release ${release || "?"} does not serve`);
}
