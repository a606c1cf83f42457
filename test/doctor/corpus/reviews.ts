/**
 * reviews.txt: what the doctor says of real repositories, and whether that is so.
 *
 *     module github.com/traefik/whoami@v1.11.0 Apache-2.0 h1:…=
 *     true    warning docker/floating-tag     Dockerfile:9  FROM alpine, no tag
 *
 * A module that begins with `module+` is looked at in every run, the others in a long one. Lines that begin with # are comments.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Severity } from "../../../src/doctor/finding.ts";

/**
 * `true`: it is a fault, of that kind, there. `false`: it is none. `absent`: it is about something that the repository has and
 * its zip has not, so that nothing is to be learnt from it.
 */
export type Verdict = "true" | "false" | "absent";

export interface Review {
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly rule: string;
  /** `file:line` */
  readonly place: string;
  readonly reason: string;
}

export interface ReviewedModule {
  readonly path: string;
  readonly version: string;
  readonly licence: string;
  /** h1 of its zip. */
  readonly sum: string;
  readonly inEveryRun: boolean;
  readonly reviews: readonly Review[];
}

const file = resolve(import.meta.dirname, "reviews.txt");

export function readReviews(): readonly ReviewedModule[] {
  return parseReviews(readFileSync(file, "utf8"));
}

/** The share of true ones; undefined where there is nothing to count. */
export function precisionOf(reviews: readonly Review[]): number | undefined {
  const counted = reviews.filter(({ verdict }) => verdict !== "absent");
  return counted.length === 0 ? undefined : counted.filter(({ verdict }) => verdict === "true").length / counted.length;
}

const modulePattern = /^module(\+?) (\S+)@(\S+) (MIT|BSD-[23]-Clause|Apache-2\.0|ISC) (h1:\S+)$/;
const reviewPattern = /^(true|false|absent)\s+(error|warning|advice)\s+(\S+)\s+(\S+:\d+)\s+(\S.*)$/;

/** @throws Error for a line that is neither, with its number. */
export function parseReviews(text: string): readonly ReviewedModule[] {
  const modules: (ReviewedModule & { readonly reviews: Review[] })[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, plus, path = "", version = "", licence = "", sum = ""] = modulePattern.exec(line) ?? [];
    if (plus !== undefined) {
      modules.push({ path, version, licence, sum, inEveryRun: plus === "+", reviews: [] });
      continue;
    }
    const [, verdict, severity, rule = "", place = "", reason = ""] = reviewPattern.exec(line) ?? [];
    const reviews = modules.at(-1)?.reviews;
    if (reviews === undefined || !isVerdict(verdict) || !isSeverity(severity))
      throw new Error(
        `reviews.txt:${index + 1} is neither a module ("module PATH@VERSION LICENCE h1:…") nor a review below one ("true|false|absent SEVERITY RULE FILE:LINE REASON"): ${line}`,
      );
    reviews.push({ verdict, severity, rule, place, reason });
  }
  return modules;
}

function isVerdict(text: string | undefined): text is Verdict {
  return text === "true" || text === "false" || text === "absent";
}

function isSeverity(text: string | undefined): text is Severity {
  return text === "error" || text === "warning" || text === "advice";
}
