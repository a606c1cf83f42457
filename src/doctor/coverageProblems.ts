// What rules about coverage reports have in common: one finding a report, with all that can be mended in one fix.
import type { CoverageFault } from "../repo/coverage/coverageFaults.ts";
import type { FaultyReport } from "../repo/coverage/readCoverage.ts";
import { renamed } from "../repo/coverage/coverageReport.ts";
import type { Facts } from "./facts.ts";
import type { Fix, Problem } from "./finding.ts";
import { positionOf } from "./places.ts";

const mostShown = 5;

export function* coverageProblems(
  { coverage }: Facts,
  kind: CoverageFault["kind"],
  what: (faults: readonly CoverageFault[], first: CoverageFault) => string,
): Iterable<Problem> {
  for (const report of coverage) {
    const faults = report.faults.filter((each) => each.kind === kind);
    const [first] = faults;
    if (first === undefined) continue;
    const { file, text } = report;
    const shown = faults.filter(({ right }) => right !== undefined).slice(0, mostShown);
    yield {
      file,
      start: first.start,
      end: first.start + first.name.length,
      message: `${faults.length} of the ${report.names.size} files that it names ${what(faults, first)}`,
      evidence: shown.map(({ name, start, right, by }) => ({
        file,
        line: positionOf(text, start).line,
        text: `${name} → ${right}${by === "name" ? " (by its name alone)" : ""}`,
      })),
      ...mended(report, faults),
    };
  }
}

/** Names that were found by more than chance first: those alone are a safe fix. */
function mended(report: FaultyReport, faults: readonly CoverageFault[]): { fix?: Fix } {
  const known = faults.filter(({ right }) => right !== undefined);
  const sure = known.filter(({ by }) => by !== "name");
  const taken = sure.length > 0 ? sure : known;
  if (taken.length === 0) return {};
  const names = new Map(taken.map(({ name, right = name }) => [name, right]));
  const { file, text } = report;
  return {
    fix: {
      safe: sure.length > 0,
      title: `name ${taken.length === 1 ? "one file" : `${taken.length} files`} as the tree has ${taken.length === 1 ? "it" : "them"}`,
      edits: [{ file, start: 0, end: text.length, text: renamed(report, names) }],
    },
  };
}
