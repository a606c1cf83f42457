// Watches a release through its window. The samples are the only state, and they are stored as they come: whoever is
// started again with the same store goes on where the last one was killed.

import { setTimeout as sleep } from "node:timers/promises";
import type { Milliseconds } from "../../config/duration.ts";
import { type Judgement, judge, type Policy } from "./judge.ts";
import { added, type Counters, type Sample, type Source, SourceError, type Unreadable } from "./sample.ts";

export interface SampleStore {
  load(): Promise<readonly Sample[]>;
  append(sample: Sample): Promise<void>;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface Verification {
  readonly policy: Policy;
  /** Before the first sample begins. */
  readonly delay: Milliseconds;
  /** The length of a sample. */
  readonly interval: Milliseconds;
  readonly source: Source;
  readonly store: SampleStore;
  readonly clock: Clock;
  /** Aborted: the verification ends at once, rejected with the signal's reason, and can be taken up again. */
  readonly signal: AbortSignal;
  readonly onSample?: ((sample: Sample, samples: readonly Sample[]) => void) | undefined;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};

/** A source that can't be read is asked again sooner than the next sample is due. */
const retryWithin = 10_000;

/** Resolves when the window is over, or as soon as the release has failed. */
export async function verify(verification: Verification): Promise<Judgement> {
  const { policy, delay, interval, source, store, clock, signal, onSample } = verification;
  const samples = [...(await store.load())];
  let before = lastTotal(samples);
  const take = async (sample: Sample): Promise<void> => {
    // Stored first: what was shown to somebody is never forgotten.
    await store.append(sample);
    samples.push(sample);
    onSample?.(sample, samples);
  };

  if (samples.length === 0) await clock.sleep(delay, signal);
  for (;;) {
    const judgement = judge(policy, samples);
    if (judgement !== undefined) return judgement;
    // The first reading is only where the first sample begins.
    if (before !== undefined) {
      const last = samples.at(-1);
      const failedLast = last !== undefined && "failure" in last;
      await clock.sleep(failedLast ? Math.min(interval, retryWithin) : interval, signal);
    }
    const now = await read(source, signal, clock);
    if ("failure" in now) {
      await take(now);
      if (before === undefined && now.final !== true) await clock.sleep(Math.min(interval, retryWithin), signal);
    } else {
      if (before !== undefined) await take({ at: clock.now(), ...added(before, now), total: now });
      before = now;
    }
  }
}

/** Where the last reading stood, if there was one. */
function lastTotal(samples: readonly Sample[]): Counters | undefined {
  return samples.flatMap((sample) => ("failure" in sample ? [] : [sample.total])).at(-1);
}

async function read(source: Source, signal: AbortSignal, clock: Clock): Promise<Counters | Unreadable> {
  signal.throwIfAborted();
  try {
    return await source.read(signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof SourceError)) throw error;
    return { at: clock.now(), failure: error.message, final: error.code === "unknown-metric" };
  }
}
