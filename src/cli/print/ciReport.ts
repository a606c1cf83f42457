import { styleText } from "node:util";
import type { CiFileReport } from "../../delivery/pipeline/compile/checkCiFile.ts";

export function formatCiReports(reports: readonly CiFileReport[], jobs: number): string {
  if (reports.length === 0) return "No CI file here. `fairlead pipeline compile --to gitlab` (or github) writes one.\n";
  return reports.map((report) => reportText(report, jobs)).join("\n");
}

function reportText({ file, compiled, problems, diff }: CiFileReport, jobs: number): string {
  const lines = problems.map((problem) => `${file}: ${problem}`);
  if (!compiled) lines.push(`${file}: not made by Fairlead, so not compared with the pipeline`);
  else if (diff === "") lines.push(`${file}: says what the pipeline says (${jobs} jobs)`);
  else
    lines.push(
      `${file}: differs from the pipeline; compile it again, or change fairlead.yaml to what was meant:`,
      coloured(diff),
    );
  return `${lines.join("\n").trimEnd()}\n`;
}

function coloured(diff: string): string {
  const style = { "+": "green", "-": "red", "@": "cyan" } as const;
  return diff.replaceAll(/^[+@-].*$/gm, (line) => {
    const sign = line[0];
    return sign === "+" || sign === "-" || sign === "@" ? styleText(style[sign], line) : line;
  });
}
