import { expect, test } from "vitest";
import { breakerState, countsAgainst, failuresToOpen, pauseMs } from "./breaker.ts";

test.each([
  [0, 0, "closed"],
  [failuresToOpen - 1, 0, "closed"],
  [failuresToOpen, 2000, "open"],
  [failuresToOpen, 1000, "half-open"],
  [failuresToOpen + 3, 999, "half-open"],
] as const)("%i failures in a row, open until %i, now 1000: %s", (failedInRow, openUntil, state) => {
  expect(breakerState({ failedInRow, openUntil }, 1000)).toBe(state);
});

test("each try in vain doubles the pause, up to five minutes", () => {
  expect([0, 1, 2, 5, 50].map((more) => pauseMs(failuresToOpen + more))).toEqual([
    10_000, 20_000, 40_000, 300_000, 300_000,
  ]);
});

test("a source that says no is there", () => {
  expect((["outage", "timeout", "bad-answer"] as const).map(countsAgainst)).toEqual([true, true, true]);
  expect((["not-found", "forbidden", "rate-limited", "mismatch", "open"] as const).some(countsAgainst)).toBe(false);
});
