// Requests of our own, where nothing counts those of users: they come evenly over the window, twice as many as a sample
// needs, one after the other.

import { setTimeout as sleep } from "node:timers/promises";
import type { Milliseconds } from "../../config/duration.ts";
import type { Source } from "./sample.ts";

/** Makes one request; resolves to true when it was answered, with a status below 500. Bounded in time by itself. */
export type Probe = (signal: AbortSignal) => Promise<boolean>;

export interface ProbeSource extends Source, AsyncDisposable {}

export interface ProbeOptions {
  readonly interval: Milliseconds;
  readonly minRequests: number;
}

const fastest = 50;

/** Probes from the first reading on, until it is disposed of. */
export function probeSource(probe: Probe, { interval, minRequests }: ProbeOptions): ProbeSource {
  const end = new AbortController();
  const every = Math.max(fastest, interval / (2 * minRequests));
  let requests = 0;
  let errors = 0;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (!end.signal.aborted) {
      const start = performance.now();
      const answered = await probe(end.signal).catch(() => false);
      // A probe that was cut by the end says nothing.
      if (end.signal.aborted) return;
      requests++;
      if (!answered) errors++;
      await sleep(Math.max(0, every - (performance.now() - start)), undefined, { signal: end.signal }).catch(() => {});
    }
  }

  return {
    read: () => {
      running ??= run();
      return Promise.resolve({ requests, errors });
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await running;
    },
  };
}

/** A GET that follows no redirect: a 3xx is an answer. The body is not read. */
export function httpProbe(url: string, timeout: Milliseconds): Probe {
  return async (signal) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const answer = await fetch(url, { redirect: "manual", signal: limit, headers: { "user-agent": "Fairlead" } });
    await answer.body?.cancel();
    return answer.status < 500;
  };
}
