// A build's table for people: step, seconds, share, cached or why not; why it failed; what took longest.

import { styleText } from "node:util";
import type { Failure, Step } from "../../build/log/buildLog.ts";
import { formatSeconds } from "../../build/log/format.ts";
import type { BuildReport, ReportRow } from "../../build/log/report.ts";
import { shortName, withoutMounts } from "../../build/log/stepName.ts";
import { hang } from "./wrap.ts";

const bold = (text: string): string => styleText("bold", text);
const dim = (text: string): string => styleText("dim", text);

/** `columns`: how wide the terminal is. */
export function formatBuildReport(report: BuildReport, columns: number): string {
  const { log, rows, worst } = report;
  if (log.format === "none") return `${["no BuildKit progress in it", ...log.notes].join("\n")}\n`;
  const parts = [headline(report), table(rows, Math.min(160, Math.max(80, columns)))];
  if (worst.length > 0 && log.failure === undefined) parts.push(worstText(report));
  if (log.warnings.length > 0) parts.push(log.warnings.map(warningText).join("\n"));
  if (log.failure !== undefined && log.outcome === "failed") parts.push(formatFailure(log.failure, log.steps));
  if (log.notes.length > 0) parts.push(log.notes.map((note) => dim(`note: ${note}`)).join("\n"));
  return `${parts.join("\n\n")}\n`;
}

function headline({ log, rows }: BuildReport): string {
  const instructions = rows.filter(({ step }) => step.index !== undefined && step.kind !== "from");
  const cached = instructions.filter(({ cache }) => cache.kind === "hit").length;
  const about = log.times === "estimated" ? "about " : "";
  const words = { done: "built", failed: "failed", cancelled: "cancelled", unfinished: "not finished" };
  const color = { done: "green", failed: "red", cancelled: "yellow", unfinished: "yellow" } as const;
  const outcome = styleText(["bold", color[log.outcome]], words[log.outcome]);
  return `${outcome} in ${about}${formatSeconds(log.seconds)}, ${cached} of ${instructions.length} instructions from the cache`;
}

function table(rows: readonly ReportRow[], columns: number): string {
  const shown = rows.filter(isWorthARow);
  const places = shown.map(({ step }) => (step.index === undefined ? "" : shortName(step)));
  const verdicts = shown.map(({ cache }) => cache.text);
  const placeWidth = Math.min(28, Math.max(4, ...places.map((place) => place.length)));
  const cacheWidth = Math.min(44, Math.max(18, ...verdicts.map((text) => text.length)));
  const stepWidth = Math.max(20, columns - placeWidth - cacheWidth - 24);
  const line = (place: string, step: string, seconds: string, share: string, cache: string): string =>
    `  ${fit(place, placeWidth)}  ${fit(step, stepWidth)}  ${seconds.padStart(10)}  ${share.padStart(5)}  ${cache}`;
  const lines = shown.map(({ step, share, cache }, index) => {
    const seconds = step.seconds === undefined ? "-" : formatSeconds(step.seconds);
    const text = line(
      places[index] ?? "",
      oneLine(withoutMounts(step.instruction)),
      seconds,
      percent(share),
      cache.text,
    );
    return mark(text, step);
  });
  const rest = rows.filter((row) => !isWorthARow(row));
  const seconds = rest.reduce((sum, { step }) => sum + (step.seconds ?? 0), 0);
  const others =
    rest.length === 0 ? [] : [dim(line("", `${rest.length} more, all short`, formatSeconds(seconds), "", ""))];
  return [dim(line("", "step", "seconds", "share", "cached, or why not")), ...lines, ...others]
    .join("\n")
    .replaceAll(/ +$/gm, "");
}

/** The builder's own steps only where they cost something. */
function isWorthARow({ step }: ReportRow): boolean {
  return (step.index !== undefined && step.kind !== "from") || (step.seconds ?? 0) >= 0.5 || step.state === "failed";
}

function mark(text: string, { state }: Step): string {
  if (state === "failed") return styleText("red", text);
  if (state === "cached") return dim(text);
  return state === "cancelled" ? styleText("yellow", text) : text;
}

function worstText({ log, worst }: BuildReport): string {
  const lines = worst.map(({ step, what, advice }, index) => {
    const slow = log.steps[step - 1];
    const title = slow === undefined ? "" : `${shortName(slow)}, ${formatSeconds(slow.seconds ?? 0)}: ${what}`;
    return `${hang(`  ${index + 1}. `, title, 100)}\n${hang("     ", advice, 100)}`;
  });
  return [bold("What took longest"), ...lines].join("\n");
}

/** Why it failed: the step, the line that matters, the place in the Dockerfile. */
function formatFailure(failure: Failure, steps: readonly Step[]): string {
  const { step: id, line, message, exitCode, source } = failure;
  const step = id === undefined ? undefined : steps[id - 1];
  const head =
    step === undefined
      ? "the build failed"
      : `${shortName(step)} failed${exitCode === undefined ? "" : ` with exit code ${exitCode}`}`;
  const lines = [styleText(["bold", "red"], head), `  ${bold(line)}`];
  if (step !== undefined) lines.push(dim(`  ${fit(oneLine(step.instruction), 140).trimEnd()}`));
  if (source !== undefined) lines.push(dim(`  ${source.file}:${source.line}`));
  const tail = (step?.log ?? []).slice(-tailLines).filter((each) => each.trim() !== "");
  if (tail.length > 1) lines.push(...tail.map((each) => dim(`  | ${each}`)));
  if (!message.includes(line) && tail.length === 0) lines.push(dim(`  ${message}`));
  return lines.join("\n");
}

const tailLines = 12;

function warningText({ rule, text, line, url }: BuildReport["log"]["warnings"][number]): string {
  const place = line === undefined ? "" : ` (line ${line} of the Dockerfile)`;
  const source = url === undefined ? "" : ` ${url}`;
  return `${styleText("yellow", "warning:")} ${rule === undefined ? "" : `${rule}: `}${text}${place}${source}`;
}

function percent(share: number): string {
  return share < 0.005 ? "" : `${Math.round(share * 100)}%`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
