import { randomInt } from "node:crypto";
import { command } from "./command.ts";
import type { Machine } from "./machine.ts";
import { isRunning } from "./processTree.ts";

/** What a lan of a run that was killed leaves behind is recognised by the process id in its name. */
const prefix = "fl";
let made = 0;

/**
 * A network of its own on this machine: a bridge with a private subnet. The tests are at `address`, hosts are plugged in,
 * a local engine's containers get addresses from its upper half. Nothing in the machine's own firewall is touched.
 */
export class Lan implements AsyncDisposable {
  readonly bridge: string;
  /** Where this machine's own processes are reached from the lan: "10.71.9.1". */
  readonly address: string;
  /** "10.71.9.0/24" */
  readonly subnet: string;
  /** For containers: "10.71.9.128/25". */
  readonly upperHalf: string;
  readonly #plugged = new Map<Machine, { readonly cable: string; readonly address: string }>();

  static async start(): Promise<Lan> {
    await removeAbandoned();
    const lan = new Lan(`${prefix}${process.pid.toString(36)}-${made++}`, await freeSubnet());
    await command(["ip", "link", "add", lan.bridge, "type", "bridge"]);
    try {
      await command(["ip", "address", "add", `${lan.address}/24`, "dev", lan.bridge]);
      await command(["ip", "link", "set", lan.bridge, "up"]);
      return lan;
    } catch (error) {
      await lan[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(bridge: string, net: string) {
    this.bridge = bridge;
    this.address = `${net}.1`;
    this.subnet = `${net}.0/24`;
    this.upperHalf = `${net}.128/25`;
  }

  /** Gives a machine with a network of its own an address here; resolves to it. */
  async plug(machine: Machine): Promise<string> {
    const number = this.#plugged.size + 2;
    if (number > 126) throw new Error("a lan has room for 125 machines");
    const cable = `${this.bridge}.${number}`;
    const address = `${this.address.replace(/1$/, "")}${number}`;
    const pid = String(machine.framePid);
    const inside = ["nsenter", "--target", pid, "--net", "ip"];
    await command(["ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", pid]);
    await command(["ip", "link", "set", cable, "master", this.bridge, "up"]);
    await command([...inside, "address", "add", `${address}/24`, "dev", "eth0"]);
    await command([...inside, "link", "set", "eth0", "up"]);
    await command([...inside, "route", "add", "default", "via", this.address]);
    this.#plugged.set(machine, { cable, address });
    return address;
  }

  /** Pulls or puts back a machine's cable: packets to it vanish, nothing is refused. */
  async setCable(machine: Machine, state: "up" | "down"): Promise<void> {
    const plugged = this.#plugged.get(machine);
    if (plugged === undefined) throw new Error(`${machine.name} is not plugged in`);
    await command(["ip", "link", "set", plugged.cable, state]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A cable goes with its machine's network; this takes those whose machine still runs.
    for (const { cable } of this.#plugged.values()) await command(["ip", "link", "del", cable]).catch(() => {});
    await command(["ip", "link", "del", this.bridge]);
  }
}

async function freeSubnet(): Promise<string> {
  const used = await command(["ip", "-4", "route", "show", "table", "all"]);
  for (let attempt = 0; attempt < 100; attempt++) {
    const net = `10.${randomInt(64, 128)}.${randomInt(0, 256)}`;
    if (!used.includes(`${net}.`)) return net;
  }
  throw new Error("no private subnet is free");
}

async function removeAbandoned(): Promise<void> {
  const links = await command(["ip", "-brief", "link", "show", "type", "bridge"]);
  for (const line of links.split("\n")) {
    const name = line.split(/\s/)[0] ?? "";
    const [, pid] = new RegExp(`^${prefix}([0-9a-z]+)-\\d+$`).exec(name) ?? [];
    // Somebody else may remove it at the same moment.
    if (pid !== undefined && !isRunning(Number.parseInt(pid, 36)))
      await command(["ip", "link", "del", name]).catch(() => {});
  }
}
