import { styleText } from "node:util";
import { type Finding, isElsewhere, type Severity } from "../../doctor/finding.ts";
import { applyFixes } from "../../doctor/fixes.ts";
import { unifiedDiff } from "../../repo/unifiedDiff.ts";
import { hang } from "./wrap.ts";

const colours: Readonly<Record<Severity, "red" | "yellow" | "cyan">> = {
  error: "red",
  warning: "yellow",
  advice: "cyan",
};
const shownLines = 4;
const shownChanges = 8;

/** Each finding with its lines, why it matters, what elsewhere shows it and what to do; then a summary. */
export function formatFindings(
  findings: readonly Finding[],
  text: (file: string) => string | undefined,
  columns: number,
): string {
  if (findings.length === 0) return "nothing found\n";
  const blocks = findings.map((finding) => block(finding, text, columns));
  const count = (severity: Severity): string => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return severity === "advice" ? `${number} advice` : `${number} ${severity}${number === 1 ? "" : "s"}`;
  };
  const safe = findings.filter(({ fix }) => fix?.safe === true).length;
  const next = safe === 0 ? "" : `; fairlead doctor --fix mends ${safe} of them, --diff shows how`;
  return `${blocks.join("\n")}\n${count("error")}, ${count("warning")}, ${count("advice")}${next}\n`;
}

function block(finding: Finding, text: (file: string) => string | undefined, columns: number): string {
  const { rule, severity, file, line, column, message, why, evidence } = finding;
  const isHere = isElsewhere(file);
  const place = isHere ? file : `${file}:${line}:${column}`;
  return [
    `${styleText(colours[severity], severity)} ${styleText("bold", place)} ${rule}`,
    hang("  ", message, columns),
    ...(isHere ? [] : frame(finding, text(file) ?? "")),
    ...evidence.map((each) => hang("  seen  ", `${each.file}:${each.line}  ${each.text}`, columns)),
    hang("  why   ", why, columns),
    ...mending(finding, text, columns),
    `  leave ${leaving(rule, file)}`,
    "",
  ].join("\n");
}

/** What leaves a finding be: a comment, or a line of fairlead.yaml where a file has no comments. */
function leaving(rule: string, file: string): string {
  if (isElsewhere(file)) return `${rule}: off under doctor.rules in fairlead.yaml`;
  if (/\.(json|sum|lock)$|(^|\/)vendor\//.test(file)) return `rule: ${rule} under doctor.ignore in fairlead.yaml`;
  return `${/\.(go|mod|work)$/.test(file) ? "//" : "#"} fairlead ignore=${rule} the reason`;
}

/** The lines themselves. */
function frame({ line, endLine }: Finding, text: string): readonly string[] {
  const all = text.split("\n").slice(line - 1, endLine);
  const width = String(line + Math.min(all.length, shownLines)).length;
  const shown = all
    .slice(0, shownLines)
    .map((content, index) => `  ${String(line + index).padStart(width)} │ ${content.replace(/\r$/, "")}`);
  return all.length > shownLines ? [...shown, `  ${" ".repeat(width)} │ …`] : shown;
}

/** What the fix is, and the lines that it changes. */
function mending(finding: Finding, text: (file: string) => string | undefined, columns: number): readonly string[] {
  const { fix } = finding;
  if (fix === undefined) return [];
  const title = fix.safe ? fix.title : `${fix.title} (--fix --unsafe: it changes what the build means)`;
  const changed = applyFixes([finding], text, true).files.flatMap(({ file, before, after }) =>
    unifiedDiff(file, before, after)
      .split("\n")
      .filter((line) => /^[-+](?![-+]{2} )/.test(line))
      .map((line) => (file === finding.file ? line : `${line}   ${styleText("dim", `(${file})`)}`)),
  );
  const lines = changed.slice(0, shownChanges).map((line) => {
    const plain = `        ${line.replace(/\r$/, "")}`;
    return line.startsWith("+") ? styleText("green", plain) : styleText("red", plain);
  });
  const more = changed.length > shownChanges ? [`        … ${changed.length - shownChanges} more lines: --diff`] : [];
  return [hang("  fix   ", title, columns), ...lines, ...more];
}
