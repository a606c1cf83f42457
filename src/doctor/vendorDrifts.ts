// What of the vendored files' differences a rule reports, and where.

import type { VendorDrift } from "../repo/vendorDrift.ts";
import type { Facts } from "./facts.ts";
import type { Problem } from "./finding.ts";

export function driftsOfKind({ drifts }: Facts, kind: VendorDrift["kind"]): readonly VendorDrift[] {
  return drifts.filter((drift) => drift.kind === kind);
}

/** From the first to behind the last place at which two texts differ, by lines of the first. */
export function differingLines(vendored: string, original: string): Pick<Problem, "start" | "end"> {
  let from = 0;
  while (from < vendored.length && vendored[from] === original[from]) from++;
  let [end, other] = [vendored.length, original.length];
  while (end > from && other > from && vendored[end - 1] === original[other - 1]) {
    end--;
    other--;
  }
  const start = vendored.lastIndexOf("\n", from - 1) + 1;
  const newline = vendored.indexOf("\n", Math.max(end - 1, from));
  return { start, end: newline < 0 ? vendored.length : newline };
}
