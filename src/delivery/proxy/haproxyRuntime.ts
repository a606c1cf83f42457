// haproxy's runtime API (https://docs.haproxy.org/2.6/management.html#9.3), spoken from here through a unix socket that ssh
// forwards: the host needs no program for it.
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { DeliveryError } from "../deliveryError.ts";
import type { RemoteHost } from "../ssh/connection.ts";
import { backend, type Slot } from "./haproxyConfig.ts";

export interface ServerState {
  readonly port: number;
  /** It gets new requests: neither in maintenance nor draining. */
  readonly takesTraffic: boolean;
}

const timeoutMs = 5000;
const maxAnswer = 1 << 20;

/** Sends one command and resolves to the answer. */
async function ask(host: RemoteHost, socket: string, command: string): Promise<string> {
  const path = await host.forward({ socket });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const failure = (why: string): DeliveryError =>
    new DeliveryError(
      "host",
      `${host.name}: haproxy's runtime socket ${socket} does not answer (${why}). ` +
        `Does sshd there allow it (AllowStreamLocalForwarding yes), and is the proxy running? fairlead status says more`,
    );
  let answer = "";
  const connection = connect(path);
  connection.setTimeout(timeoutMs, () => connection.destroy(failure(`silent for ${timeoutMs / 1000} s`)));
  connection.setEncoding("utf8");
  connection.on("data", (text: string) => {
    answer += text;
    if (answer.length > maxAnswer) connection.destroy(failure("its answer is too long"));
  });
  connection.on("error", (error) => reject(error instanceof DeliveryError ? error : failure(error.message)));
  // Every answer ends with an empty line; without one ssh could not reach the socket.
  connection.on("close", () => (answer.endsWith("\n") ? resolve(answer.trim()) : reject(failure("no answer"))));
  connection.end(`${command}\n`);
  return promise;
}

/** Runs a command that says nothing when it succeeds. */
async function order(host: RemoteHost, socket: string, command: string): Promise<void> {
  const answer = await ask(host, socket, command);
  // Changing an address is told even when it succeeds.
  if (answer === "" || /^(IP|no need|port) ?.*(changed|change)/i.test(answer)) return;
  throw new DeliveryError("host", `${host.name}: haproxy did not take "${command}": ${answer.slice(0, 300)}`);
}

/**
 * Waits until the process that answers has loaded the configuration of this structure: for a moment after a reload the old
 * one still does, and what it is told is lost with it.
 */
export async function awaitLoaded(host: RemoteHost, socket: string, structure: string): Promise<void> {
  let last: unknown;
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      const info = await ask(host, socket, "show info");
      if (info.includes(`\ndescription: ${structure}`)) return;
      last = new DeliveryError("host", `${host.name}: haproxy did not load its new configuration; its log says why`);
    } catch (error) {
      last = error;
    }
    await sleep(200);
  }
  throw last;
}

/** The two servers as the running haproxy has them. */
export async function readServers(host: RemoteHost, socket: string): Promise<Readonly<Record<Slot, ServerState>>> {
  const answer = await ask(host, socket, `show servers state ${backend}`);
  const [, head = "", ...rows] = answer.split("\n");
  const columns = head.replace(/^# /, "").split(" ");
  const servers = new Map<string, ServerState>();
  for (const row of rows) {
    const fields = row.split(" ");
    const field = (name: string): string => fields[columns.indexOf(name)] ?? "";
    // Maintenance (forced 1, inherited 2, unresolved 0x20) or draining (forced 8, inherited 0x10). 4 only remembers that
    // the file said `disabled`.
    const kept = Number(field("srv_admin_state")) & (1 | 2 | 8 | 0x10 | 0x20);
    servers.set(field("srv_name"), { port: Number(field("srv_port")), takesTraffic: kept === 0 });
  }
  const [a, b] = [servers.get("a"), servers.get("b")];
  if (a === undefined || b === undefined) {
    throw new DeliveryError(
      "host",
      `${host.name}: the proxy at ${socket} is not as Fairlead wrote it: ${answer.slice(0, 200)}`,
    );
  }
  return { a, b };
}

/**
 * Moves the traffic: the new server takes requests before the old one stops taking them, and no connection is closed.
 * Doing it twice does no harm.
 */
export async function moveTraffic(host: RemoteHost, socket: string, to: Slot, port: number): Promise<void> {
  const from = to === "a" ? "b" : "a";
  const server = `${backend}/${to}`;
  const before = await readServers(host, socket);
  if (before[to].port !== port) await order(host, socket, `set server ${server} addr 127.0.0.1 port ${port}`);
  await order(host, socket, `set server ${server} state ready`);
  await order(host, socket, `set server ${backend}/${from} state drain`);
  const after = await readServers(host, socket);
  if (!after[to].takesTraffic || after[to].port !== port || after[from].takesTraffic) {
    throw new DeliveryError(
      "host",
      `${host.name}: haproxy took the switch, but shows another state: ${JSON.stringify(after)}`,
    );
  }
}

/** `show stat` as CSV: the counters, a row a server. */
export function readStatistics(host: RemoteHost, socket: string): Promise<string> {
  return ask(host, socket, `show stat ${backend} -1 -1`);
}

/** Requests that a server is answering now. */
export async function sessionsOf(host: RemoteHost, socket: string, slot: Slot): Promise<number> {
  const [head = "", ...rows] = (await readStatistics(host, socket)).split("\n");
  const columns = head.replace(/^# /, "").split(",");
  const fields = rows.map((row) => row.split(",")).find((row) => row[0] === backend && row[1] === slot) ?? [];
  return Number(fields[columns.indexOf("scur")] ?? 0);
}
