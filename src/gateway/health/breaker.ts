// When a source is left alone because it does not answer, and when it is tried again. Pure: what is known in, a state out.
//
//   closed      it is asked
//   open        it failed so often in a row that asking only costs time: skipped at once
//   half-open   the pause is over: one request tries it, the others still skip it

import type { FailureKind } from "../source.ts";

export type BreakerState = "closed" | "open" | "half-open";

/** What all workers know together of one source. Times in milliseconds since 1970. */
export interface BreakerFacts {
  readonly failedInRow: number;
  /** 0: it was never opened, or has answered since. */
  readonly openUntil: number;
}

/** Failures in a row after which a source is left alone; each of them had its retries. */
export const failuresToOpen = 5;
const firstPauseMs = 10_000;
const longestPauseMs = 300_000;

export function breakerState({ failedInRow, openUntil }: BreakerFacts, now: number): BreakerState {
  if (failedInRow < failuresToOpen) return "closed";
  return openUntil > now ? "open" : "half-open";
}

/** How long a source rests after so many failures in a row: twice as long each time it is tried in vain. */
export function pauseMs(failedInRow: number): number {
  const tries = Math.min(10, Math.max(0, failedInRow - failuresToOpen));
  return Math.min(longestPauseMs, firstPauseMs * 2 ** tries);
}

/**
 * Whether a failure speaks against the source as a whole. One that says no (404, 403, 429) is there; one whose bytes are
 * wrong is isolated, for longer than this.
 */
export function countsAgainst(kind: FailureKind): boolean {
  return kind === "outage" || kind === "timeout" || kind === "bad-answer";
}
