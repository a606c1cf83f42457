// One piece of work per key, however many ask, in however many workers and processes.
//
// Within a process the first to ask starts the work and the others join it. Between processes a lease says who does it;
// the rest look for its result, and take over when the lease is given back or lapses with nothing to show. The work
// belongs to nobody who asked for it: a client that leaves stops nothing.

import { setTimeout as sleep } from "node:timers/promises";
import { note } from "./trace/trace.ts";
import type { Lease, Leases } from "../storage/leases.ts";

/** How often those who wait for another process look, in milliseconds. */
const lookEveryMs = 20;

export interface Work<T> {
  /** The result, if it is there already. */
  readonly found: () => Promise<T | undefined>;
  /** Does the work. */
  readonly lead: (lease: Lease) => Promise<T>;
  /** Called again and again while another process leads. Throws what made the leader fail. */
  readonly watch?: (() => Promise<void>) | undefined;
}

/** Runs `work` under the lease `key`, or waits for the process that does. */
export async function runShared<T>(leases: Leases, key: string, work: Work<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const lease = await leases.acquire(key);
    note(lease === undefined ? `lease ${key}: another process has it` : `lease ${key}: taken`);
    if (lease !== undefined) {
      try {
        // Between our first look and the lease, another may have finished.
        return (await work.found()) ?? (await work.lead(lease));
      } finally {
        await leases.release(lease);
      }
    }
    for (let held = true; held; held = await leases.isHeld(key)) {
      await sleep(lookEveryMs, undefined, { signal });
      await work.watch?.();
      const result = await work.found();
      if (result !== undefined) return result;
    }
    // Released between the looks above: the leader may have written its failure last of all.
    await work.watch?.();
  }
}

/** Joins callers of the same key in this process into one promise. */
export class Joined<T> {
  readonly #running = new Map<string, T>();

  /** The running work for the key, or what `start` makes; forgotten when `settled` of it resolves. */
  join(key: string, start: () => { value: T; settled: Promise<unknown> }): { value: T; joined: boolean } {
    const running = this.#running.get(key);
    if (running !== undefined) return { value: running, joined: true };
    const { value, settled } = start();
    this.#running.set(key, value);
    const forget = (): void => {
      this.#running.delete(key);
    };
    settled.then(forget, forget);
    return { value, joined: false };
  }

  /** How many keys are being worked on. */
  get size(): number {
    return this.#running.size;
  }

  /** All that is being worked on. */
  values(): Iterable<T> {
    return this.#running.values();
  }
}
