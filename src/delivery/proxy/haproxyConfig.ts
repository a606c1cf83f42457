// One haproxy for each service and environment: a mistake in one, or its restart, is nobody else's outage. Two servers
// take turns; a deploy gives the idle one the new container's port and moves the traffic through the runtime socket, so
// that connections stay as they are. The file always says the same as the running process: a restart, or a reboot, comes
// up with the right server.
import { createHash } from "node:crypto";

export type Slot = "a" | "b";

export interface ProxySettings {
  readonly service: string;
  readonly environment: string;
  /** The port users reach. */
  readonly publicPort: number;
  /** Path of the runtime socket. */
  readonly socket: string;
  /** Run the worker as the system's user haproxy: only root can. */
  readonly dropUser: boolean;
  /** Milliseconds that requests have when haproxy itself is replaced. */
  readonly drain: number;
}

/** Which server takes the traffic, and the loopback ports of both; undefined: no container. */
export interface Traffic {
  readonly active: Slot;
  readonly ports: Readonly<Record<Slot, number | undefined>>;
}

/** The name of the proxy's only backend, as the runtime API and the counters call it. */
export const backend = "service";

export function otherSlot(slot: Slot): Slot {
  return slot === "a" ? "b" : "a";
}

/** What a change of needs a reload: everything but the servers' ports and states. */
export function structure(settings: ProxySettings): string {
  return createHash("sha256")
    .update(text(settings, "", ""))
    .digest("hex")
    .slice(0, 16);
}

/** The file's text. https://docs.haproxy.org/2.6/configuration.html */
export function proxyConfig(settings: ProxySettings, traffic: Traffic): string {
  const servers = (["a", "b"] as const).map((slot) => {
    const port = traffic.ports[slot];
    const idle = slot !== traffic.active || port === undefined;
    // The address of an idle server is never used; `disabled` is maintenance.
    return `  server ${slot} 127.0.0.1:${port ?? 9}${idle ? " disabled" : ""}`;
  });
  return text(settings, structure(settings), servers.join("\n"));
}

/** The reverse of proxyConfig, as far as the traffic goes; undefined for a text that isn't ours. */
export function parseTraffic(config: string): Traffic | undefined {
  const ports: Record<Slot, number | undefined> = { a: undefined, b: undefined };
  let active: Slot | undefined;
  for (const [, name, port, rest = ""] of config.matchAll(/^ {2}server (a|b) 127\.0\.0\.1:(\d+)(.*)$/gm)) {
    const slot = name === "a" ? "a" : "b";
    ports[slot] = port === "9" ? undefined : Number(port);
    if (!rest.includes("disabled")) active = slot;
  }
  return active === undefined ? undefined : { active, ports };
}

function text(
  { service, environment, publicPort, socket, dropUser, drain }: ProxySettings,
  version: string,
  servers: string,
): string {
  // Sockets are bound before the user is changed, so that the port may be 80.
  const user = dropUser ? "  user haproxy\n  group haproxy\n" : "";
  return `# Written by Fairlead for ${service} in ${environment}, anew with each deploy: changes here are lost.
global
  description ${version}
  stats socket ${socket} mode 600 level admin expose-fd listeners
  stats timeout 10s
  hard-stop-after ${Math.max(30, Math.ceil(drain / 1000))}s
${user}
defaults
  mode http
  timeout connect 5s
  timeout client 75s
  timeout server 300s
  timeout http-request 30s
  timeout http-keep-alive 75s
  timeout tunnel 1h
  retries 3
  # When haproxy itself is replaced: idle connections get one more answer instead of a reset.
  option idle-close-on-response
  option forwardfor

frontend public
  bind :${publicPort}
  default_backend ${backend}

backend ${backend}
${servers}
`;
}
