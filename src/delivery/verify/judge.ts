// From samples to a verdict, as Argo Rollouts has them: successful, failed, inconclusive, error. Pure.
//
// Four traps of others are shut here (research in the issues of Argo Rollouts and Flagger): a window that ends before
// anything was measured is no success (Argo); no data is not a failure, so an idle service is not rolled back (Flagger
// #1035); a metric that does not exist passes nothing (Argo #1581); and an unreadable source is told apart from a release
// that fails.

import type { Milliseconds } from "../../config/duration.ts";
import type { Sample } from "./sample.ts";

export interface Policy {
  /** How many measured samples the window has. */
  readonly samples: number;
  /** A sample fails when more than this part of its requests failed; between 0 and 1. */
  readonly maxErrorRate: number;
  /** The release fails when more samples than this have failed. */
  readonly failureLimit: number;
  /** A sample with fewer requests and no errors to speak of says nothing. */
  readonly minRequests: number;
  /** What a window of mostly silent samples means. */
  readonly tooLittle: "hold" | "pass" | "rollback";
  /** The window ends in an error when the source can't be read more often than this in a row. */
  readonly errorLimit: number;
}

export type Verdict = "successful" | "failed" | "inconclusive" | "error";

export interface Judgement {
  readonly verdict: Verdict;
  readonly samples: readonly Sample[];
  /** When the first failed sample was read, in milliseconds since 1970. */
  readonly firstBad: Milliseconds | undefined;
  /** For people: what was seen, and which rule made it a verdict. */
  readonly reason: string;
}

/**
 * Few requests say nothing good of a release, but they may say enough bad: when there are too many errors even if the
 * requests missing to the minimum had all gone well. A release that hangs gets few requests to their end.
 */
export function judgeSample(policy: Policy, sample: Sample): Verdict {
  if ("failure" in sample) return "error";
  const { requests, errors } = sample;
  if (errors > Math.max(requests, policy.minRequests) * policy.maxErrorRate) return "failed";
  return requests < policy.minRequests ? "inconclusive" : "successful";
}

/** The verdict on what has been sampled so far; undefined while the window is open. */
export function judge(policy: Policy, samples: readonly Sample[]): Judgement | undefined {
  const verdicts = samples.map((sample) => judgeSample(policy, sample));
  const count = (verdict: Verdict): number => verdicts.filter((each) => each === verdict).length;
  const failed = count("failed");
  const silent = count("inconclusive");
  const measured = samples.length - count("error");
  const ended = (verdict: Verdict, reason: string): Judgement => ({
    verdict,
    samples,
    firstBad: samples[verdicts.indexOf("failed")]?.at,
    reason,
  });

  if (failed > policy.failureLimit) {
    return ended(
      "failed",
      `${plural(failed, "sample")} had more than ${percent(policy.maxErrorRate)} errors, and ${limit(policy.failureLimit)}: ${worst(policy, samples)}`,
    );
  }
  const unreadable = trailingErrors(samples);
  const last = samples.at(-1);
  if (last !== undefined && "failure" in last && (last.final === true || unreadable > policy.errorLimit)) {
    const times = last.final === true ? "" : ` ${unreadable} times in a row`;
    return ended("error", `the figures could not be read${times}: ${last.failure}`);
  }
  if (measured < policy.samples) return undefined;
  if (silent * 2 > measured || measured === 0) return ended(...tooLittle(policy, silent, measured));
  const total = totals(samples);
  const tolerated = failed === 0 ? "" : `, ${failed} of them with more than ${percent(policy.maxErrorRate)}`;
  return ended(
    "successful",
    `${plural(measured, "sample")}, ${plural(total.requests, "request")}, ${rate(total.errors, total.requests)} errors${tolerated}`,
  );
}

/** Nothing is accepted of which nothing was measured, whatever the policy. */
function tooLittle(policy: Policy, silent: number, measured: number): [Verdict, string] {
  if (measured === 0) return ["error", "nothing was measured"];
  const seen = `${silent} of ${plural(measured, "sample")} had fewer than ${plural(policy.minRequests, "request")}`;
  switch (policy.tooLittle) {
    case "hold":
      return ["inconclusive", `${seen}: too little to judge it by`];
    case "pass":
      return ["successful", `${seen}: accepted all the same, as verification.tooLittle says`];
    case "rollback":
      return ["failed", `${seen}: taken back, as verification.tooLittle says`];
  }
}

function trailingErrors(samples: readonly Sample[]): number {
  return samples.length - 1 - samples.findLastIndex((sample) => !("failure" in sample));
}

function totals(samples: readonly Sample[]): { requests: number; errors: number } {
  let requests = 0;
  let errors = 0;
  for (const sample of samples) {
    if ("failure" in sample) continue;
    requests += sample.requests;
    errors += sample.errors;
  }
  return { requests, errors };
}

/** "12% at 09:31:02, 9.7% at 09:31:32" */
function worst(policy: Policy, samples: readonly Sample[]): string {
  const bad = samples.filter((sample) => judgeSample(policy, sample) === "failed");
  return bad
    .slice(-3)
    .map((sample) =>
      "failure" in sample
        ? ""
        : `${rate(sample.errors, sample.requests)} of ${sample.requests} at ${new Date(sample.at).toISOString().slice(11, 19)}`,
    )
    .join(", ");
}

function limit(failureLimit: number): string {
  return failureLimit === 0 ? "none may" : `no more than ${failureLimit} may`;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function rate(errors: number, requests: number): string {
  return percent(requests === 0 ? 0 : errors / requests);
}

function percent(part: number): string {
  return `${Number((part * 100).toFixed(part < 0.1 ? 1 : 0))}%`;
}
