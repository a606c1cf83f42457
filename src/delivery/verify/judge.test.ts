import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge, judgeSample, type Policy, type Verdict } from "./judge.ts";
import { added, type Sample } from "./sample.ts";

const policy: Policy = {
  samples: 10,
  maxErrorRate: 0.05,
  failureLimit: 2,
  minRequests: 10,
  tooLittle: "hold",
  errorLimit: 4,
};

const none = { requests: 0, errors: 0 };
const measured = (requests: number, errors: number, at = 0): Sample => ({ at, requests, errors, total: none });
const unreadable: Sample = { at: 0, failure: "connection refused" };
const good = measured(100, 0);
const bad = measured(100, 20);
const silent = measured(3, 0);

describe("a sample", () => {
  test.each<[string, Sample, Verdict]>([
    ["no errors", measured(100, 0), "successful"],
    ["exactly the limit", measured(100, 5), "successful"],
    ["over the limit", measured(100, 6), "failed"],
    ["few requests, all of them errors", measured(3, 3), "failed"],
    ["few requests, one error: too many even of the minimum", measured(3, 1), "failed"],
    ["no requests", measured(0, 0), "inconclusive"],
    ["unreadable", unreadable, "error"],
  ])("%s", (_, sample, verdict) => expect(judgeSample(policy, sample)).toBe(verdict));
});

const times = (count: number, sample: Sample): Sample[] => Array.from({ length: count }, () => sample);

describe("a window", () => {
  test.each<[string, Sample[], Partial<Policy>, Verdict | undefined]>([
    ["nothing yet", [], {}, undefined],
    ["one short", times(9, good), {}, undefined],
    ["all good", times(10, good), {}, "successful"],
    ["failures up to the limit", [...times(2, bad), ...times(8, good)], {}, "successful"],
    ["failures beyond the limit end it early", [bad, good, bad, bad], {}, "failed"],
    ["limit nought: the first failure", [good, bad], { failureLimit: 0 }, "failed"],
    [
      "errors in between are asked again and don't count",
      [...times(4, unreadable), ...times(10, good)],
      {},
      "successful",
    ],
    ["errors don't fill the window", [...times(4, unreadable), ...times(9, good)], {}, undefined],
    ["errors in a row up to the limit", [good, ...times(4, unreadable)], {}, undefined],
    ["errors in a row beyond it", [good, ...times(5, unreadable)], {}, "error"],
    ["an error that stays", [{ ...unreadable, final: true }], {}, "error"],
    ["half silent", [...times(5, silent), ...times(5, good)], {}, "successful"],
    ["mostly silent, held", [...times(6, silent), ...times(4, good)], {}, "inconclusive"],
    ["mostly silent, passed", [...times(6, silent), ...times(4, good)], { tooLittle: "pass" }, "successful"],
    ["mostly silent, back", [...times(6, silent), ...times(4, good)], { tooLittle: "rollback" }, "failed"],
    ["nothing measured never passes", times(5, unreadable), { tooLittle: "pass" }, "error"],
    [
      "a failed release is failed, silent or not",
      [...times(6, silent), ...times(3, bad)],
      { tooLittle: "pass" },
      "failed",
    ],
  ])("%s", (_, samples, change, verdict) => expect(judge({ ...policy, ...change }, samples)?.verdict).toBe(verdict));

  test("says when the first bad sample was, and why", () => {
    const at = Date.UTC(2026, 10, 21, 9, 31, 2);
    const samples = [good, measured(100, 12, at), measured(50, 5, at + 1000), measured(10, 10, at + 2000)];
    const judgement = judge(policy, samples);
    expect(judgement?.firstBad).toBe(at);
    expect(judgement?.reason).toBe(
      "3 samples had more than 5% errors, and no more than 2 may: 12% of 100 at 09:31:02, 10% of 50 at 09:31:03, 100% of 10 at 09:31:04",
    );
  });
});

const anySample = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.nat(40), fc.nat(8)).map(([n, e]) => measured(n, Math.min(n, e))) },
  { weight: 1, arbitrary: fc.constant(unreadable) },
);
const anyPolicy: fc.Arbitrary<Policy> = fc.record({
  samples: fc.integer({ min: 1, max: 8 }),
  maxErrorRate: fc.constantFrom(0, 0.05, 0.5, 1),
  failureLimit: fc.nat(3),
  minRequests: fc.integer({ min: 1, max: 12 }),
  tooLittle: fc.constantFrom("hold" as const, "pass" as const, "rollback" as const),
  errorLimit: fc.nat(3),
});

/** The rules as one would tell them, one sample at a time. */
function model(policy: Policy, samples: readonly Sample[]): Verdict | undefined {
  let [failed, silent, measured, errorsInRow] = [0, 0, 0, 0];
  for (const sample of samples) {
    if ("failure" in sample) {
      errorsInRow++;
      if (errorsInRow > policy.errorLimit) return "error";
      continue;
    }
    errorsInRow = 0;
    measured++;
    const enough = sample.requests >= policy.minRequests;
    if (sample.errors / (enough ? sample.requests : policy.minRequests) > policy.maxErrorRate) failed++;
    else if (!enough) silent++;
    if (failed > policy.failureLimit) return "failed";
    if (measured < policy.samples) continue;
    if (silent <= measured / 2) return "successful";
    const means: Record<Policy["tooLittle"], Verdict> = {
      hold: "inconclusive",
      pass: "successful",
      rollback: "failed",
    };
    return means[policy.tooLittle];
  }
  return undefined;
}

test("agrees with a plain model, sample by sample", () => {
  fc.assert(
    fc.property(anyPolicy, fc.array(anySample, { maxLength: 20 }), (policy, samples) => {
      for (let length = 0; length <= samples.length; length++) {
        const seen = samples.slice(0, length);
        const expected = model(policy, seen);
        expect(judge(policy, seen)?.verdict).toBe(expected);
        // A verdict ends the window.
        if (expected !== undefined) return;
      }
    }),
    { numRuns: 2000 },
  );
});

test("never successful without a sample in which requests were answered well or that the policy lets pass", () => {
  fc.assert(
    fc.property(anyPolicy, fc.array(anySample, { maxLength: 20 }), (policy, samples) => {
      if (judge(policy, samples)?.verdict !== "successful") return;
      const verdicts = samples.map((sample) => judgeSample(policy, sample));
      expect(verdicts.some((verdict) => verdict !== "error")).toBe(true);
      if (policy.tooLittle !== "pass") expect(verdicts.some((each) => each !== "inconclusive")).toBe(true);
    }),
  );
});

test.each([
  [
    { requests: 10, errors: 1 },
    { requests: 25, errors: 1 },
    { requests: 15, errors: 0 },
  ],
  [
    { requests: 10, errors: 1 },
    { requests: 4, errors: 0 },
    { requests: 4, errors: 0 },
  ],
  [
    { requests: 10, errors: 3 },
    { requests: 12, errors: 1 },
    { requests: 12, errors: 1 },
  ],
])("counters that began anew count from nothing: %o → %o", (before, now, expected) =>
  expect(added(before, now)).toEqual(expected),
);
