import { styleText } from "node:util";
import type { Check } from "../../image/report/checks.ts";
import { bytesText } from "./bytes.ts";
import { hang } from "./wrap.ts";

/** A line a check, with what failed it. */
export function formatChecks(checks: readonly Check[], columns: number): string {
  const lines = checks.flatMap((check) => [
    `  ${check.passed ? styleText("green", "ok    ") : styleText("red", "failed")}  ${check.name.padEnd(8)}${says(check)}`,
    ...(check.passed ? [] : check.details.map((detail) => hang("            - ", detail, columns))),
  ]);
  const failed = checks.filter(({ passed }) => !passed).length;
  const end = failed === 0 ? "all checks passed" : `${failed} of ${checks.length} checks failed`;
  return `${[...lines, `${end} (fairlead.yaml, image)`].join("\n")}\n`;
}

function says({ name, found, allowed }: Check): string {
  switch (name) {
    case "size":
      return `${bytesText(Number(found))} of files, at most ${bytesText(Number(allowed))}`;
    case "waste":
      return `${percent(found)} of the layers' bytes no longer show, at most ${percent(allowed)}`;
    case "paths":
      return found === 0 ? "none that is forbidden" : `${found} that are forbidden`;
    case "needs":
      return found === 0 ? "nothing is missing at run time" : `${found} missing at run time`;
    case "user":
      return found === "root" ? "it runs as root, and may not" : `it runs as ${found}`;
    case "starts":
      return found === "starts" ? "as far as its files can tell" : found === "fails" ? "it does not" : "it depends";
  }
}

function percent(part: string | number): string {
  return `${(100 * Number(part)).toFixed(1)}%`;
}
