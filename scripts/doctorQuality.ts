// What test/doctor/corpus/reviews.txt comes to, for docs/quality.md.
import type { Severity } from "../src/doctor/finding.ts";
import { precisionOf, type Review, type ReviewedModule } from "../test/doctor/corpus/reviews.ts";

const severities: readonly Severity[] = ["error", "warning", "advice"];

export function doctorQuality(modules: readonly ReviewedModule[]): string {
  const all = modules.flatMap(({ reviews }) => reviews);
  const spoke = new Set(all.map(({ rule }) => rule));
  const byRule = [...spoke].map((rule) => ({ rule, reviews: all.filter((each) => each.rule === rule) }));
  return [
    `${modules.length} repositories, ${all.length} findings; ${modules.filter(({ reviews }) => reviews.length === 0).length} repositories have none.`,
    "",
    "| severity | findings | true | false | absent | precision |",
    "|---|---|---|---|---|---|",
    ...severities.map((severity) =>
      row(
        severity,
        all.filter((each) => each.severity === severity),
      ),
    ),
    "",
    "| rule | findings | true | false | absent | precision | in repositories |",
    "|---|---|---|---|---|---|---|",
    ...byRule
      .toSorted((a, b) => b.reviews.length - a.reviews.length || (a.rule < b.rule ? -1 : 1))
      .map(
        ({ rule, reviews }) =>
          `${row(`[${rule}](rules/${rule}.md)`, reviews)} ${modules.filter((each) => each.reviews.some((review) => review.rule === rule)).length} |`,
      ),
  ].join("\n");
}

function row(name: string, reviews: readonly Review[]): string {
  const count = (verdict: Review["verdict"]): number => reviews.filter((each) => each.verdict === verdict).length;
  const precision = precisionOf(reviews);
  return `| ${name} | ${reviews.length} | ${count("true")} | ${count("false")} | ${count("absent")} | ${precision === undefined ? "" : `${(100 * precision).toFixed(1)} %`} |`;
}
