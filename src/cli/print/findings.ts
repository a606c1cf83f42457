import { styleText } from "node:util";
import type { Finding, Severity } from "../../doctor/finding.ts";
import { hang } from "./wrap.ts";

const colours: Readonly<Record<Severity, "red" | "yellow" | "cyan">> = {
  error: "red",
  warning: "yellow",
  advice: "cyan",
};
const shownLines = 4;

/** Each finding with its lines, why it matters, what elsewhere shows it and what to do; then a summary. */
export function formatFindings(
  findings: readonly Finding[],
  text: (file: string) => string | undefined,
  columns: number,
): string {
  if (findings.length === 0) return "nothing found\n";
  const blocks = findings.map((finding) => block(finding, text(finding.file) ?? "", columns));
  const count = (severity: Severity): string => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return severity === "advice" ? `${number} advice` : `${number} ${severity}${number === 1 ? "" : "s"}`;
  };
  const safe = findings.filter(({ fix }) => fix?.safe === true).length;
  const next = safe === 0 ? "" : `; fairlead doctor --fix mends ${safe} of them, --diff shows how`;
  return `${blocks.join("\n")}\n${count("error")}, ${count("warning")}, ${count("advice")}${next}\n`;
}

function block(
  { rule, severity, file, line, column, endLine, message, why, evidence, fix }: Finding,
  text: string,
  columns: number,
): string {
  const head = `${styleText(colours[severity], severity)} ${styleText("bold", `${file}:${line}:${column}`)} ${rule}`;
  const all = text.split("\n").slice(line - 1, endLine);
  const width = String(line + Math.min(all.length, shownLines)).length;
  const shown = all
    .slice(0, shownLines)
    .map((content, index) => `  ${String(line + index).padStart(width)} │ ${content.replace(/\r$/, "")}`);
  return [
    head,
    hang("  ", message, columns),
    ...shown,
    ...(all.length > shownLines ? [`  ${" ".repeat(width)} │ …`] : []),
    ...evidence.map(({ file, line, text }) => hang("  seen  ", `${file}:${line}  ${text}`, columns)),
    hang("  why   ", why, columns),
    ...(fix === undefined
      ? []
      : [
          hang(
            "  fix   ",
            fix.safe ? fix.title : `${fix.title} (--fix --unsafe: it changes what the build means)`,
            columns,
          ),
        ]),
    "",
  ].join("\n");
}
