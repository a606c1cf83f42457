import { readFileSync } from "node:fs";
import type { Cores } from "./cores.ts";
import { processorTime, ticksPerSecond } from "./processorTime.ts";

/** What went on while something was measured, in shares of one core. */
export interface Observed {
  /** How busy the server's core was, kernel work for its connections included: 1 is a core without a pause. */
  readonly load: number;
  /** What others took of the cores in use: programs that are not ours, and the hypervisor. */
  readonly others: number;
}

/** Watches the cores in use from its making until `end`. */
export class Observation {
  readonly #cores: Cores;
  readonly #ours: () => number;
  readonly #started = performance.now();
  readonly #before: Counters;

  /** `ours` gives the processor seconds so far of the measured processes that still run; the bench's own are added here. */
  constructor(cores: Cores, ours: () => number) {
    this.#cores = cores;
    this.#ours = ours;
    this.#before = this.#count();
  }

  end(): Observed {
    const seconds = (performance.now() - this.#started) / 1000;
    const now = this.#count();
    const before = this.#before;
    const foreign = now.taken - before.taken - (now.ours - before.ours);
    return { load: (now.serverBusy - before.serverBusy) / seconds, others: Math.max(0, foreign / seconds) };
  }

  #count(): Counters {
    const used = [...new Set(Object.values(this.#cores))].map((core) => coreTimes(core));
    return {
      taken: sum(used.map(({ busy, stolen }) => busy + stolen)),
      serverBusy: coreTimes(this.#cores.server).busy,
      ours: this.#ours() + processorTime([process.pid]),
    };
  }
}

interface Counters {
  readonly taken: number;
  readonly serverBusy: number;
  readonly ours: number;
}

/**
 * Seconds since boot, out of proc(5), /proc/stat: user nice system idle iowait irq softirq steal. Where the kernel keeps
 * interrupts apart from processes (CONFIG_IRQ_TIME_ACCOUNTING), our own connections' share of them looks like others'.
 */
function coreTimes(core: number): { busy: number; stolen: number } {
  const line = readFileSync("/proc/stat", "utf8")
    .split("\n")
    .find((line) => line.startsWith(`cpu${core} `));
  if (line === undefined) throw new Error(`/proc/stat knows no core ${core}`);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(" ").slice(1).map(Number);
  const busy = user + nice + system + irq + softirq;
  return { busy: busy / ticksPerSecond, stolen: steal / ticksPerSecond };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
