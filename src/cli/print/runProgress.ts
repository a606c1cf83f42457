// `fairlead run` in words: the lines drawn while the command runs, a line for a log, and the summary at its end.

import type { InFlight, Snapshot, SourceSum } from "../../gateway/progress.ts";
import { dim } from "./liveArea.ts";

/** Silence for so long is worth pointing at. Milliseconds. */
const stuckAfter = 5000;
const shown = 6;

export interface RunState extends Snapshot {
  /** Milliseconds since the command began. */
  readonly elapsed: number;
  readonly now: number;
  /** Bytes a second, lately. */
  readonly rate: number;
  /** Modules with a zip in go.sum, where there is one: more than these are not needed. */
  readonly modulesInSum: number | undefined;
}

/** The lines at the bottom of a terminal: the sums, then what is waited for, the longest wait first. */
export function liveLines(state: RunState): string[] {
  const waiting = state.inFlight.toSorted((a, b) => a.since - b.since);
  const lines = waiting.slice(0, shown).map((each) => `  ${inFlightLine(each, state.now)}`);
  const more = waiting.length - lines.length;
  return [progressLine(state), ...lines, ...(more > 0 ? [dim(`  and ${more} more`)] : [])];
}

/** One line for logs that keep everything. */
export function progressLine({
  elapsed,
  modules,
  modulesInSum,
  bytes,
  rate,
  hits,
  answers,
  retries,
}: RunState): string {
  const of = modulesInSum === undefined ? "" : ` of at most ${modulesInSum}`;
  const parts = [
    `${count(modules, "module")}${of}`,
    `${megabytes(bytes)}${rate > 0 ? ` at ${megabytes(rate)}/s` : ""}`,
    `${hits} of ${count(answers, "answer")} from the cache`,
  ];
  if (retries > 0) parts.push(count(retries, "retry", "retries"));
  return `${seconds(elapsed)}  ${parts.join(", ")}`;
}

/** What has not moved for a while, in one line each. */
export function stuckLines({ inFlight, now }: RunState): string[] {
  return inFlight.filter(({ movedAt }) => now - movedAt >= stuckAfter).map((each) => inFlightLine(each, now));
}

function inFlightLine({ what, since, movedAt, source, received, total, retries }: InFlight, now: number): string {
  const parts = [what];
  if (received > 0) parts.push(`${megabytes(received)}${total === undefined ? "" : ` of ${megabytes(total)}`}`);
  parts.push(source === undefined ? "being prepared" : `from ${source}`);
  if (retries > 0) parts.push(`try ${retries + 1}`);
  const silent = now - movedAt;
  parts.push(silent >= stuckAfter ? `nothing for ${seconds(silent)}` : seconds(now - since));
  return parts.join(", ");
}

/** What it all came to. */
export function summaryLines(state: RunState, ending: string): string[] {
  const { elapsed, modules, answers, bytes, hits, hitBytes, retries, sources, slowest } = state;
  const lines = [`${ending} after ${seconds(elapsed)}`];
  if (answers === 0 && sources.size === 0) return [...lines, "  it asked for no module"];
  const cached = `${hits} from the cache (${megabytes(hitBytes)})`;
  lines.push(`  ${count(modules, "module")}, ${count(answers, "answer")}, ${megabytes(bytes)}; ${cached}`);
  for (const [name, sum] of sources) lines.push(`  ${name}: ${sourceText(sum)}`);
  if (retries > 0) lines.push(`  ${count(retries, "retry", "retries")}`);
  const slow = slowest.filter(({ milliseconds }) => milliseconds >= 500);
  if (slow.length > 0) lines.push("  slowest:");
  for (const { what, milliseconds, bytes } of slow)
    lines.push(`    ${seconds(milliseconds)}  ${what} (${megabytes(bytes)})`);
  return lines;
}

function sourceText({ answers, absences, failures, bytes, milliseconds }: SourceSum): string {
  const asked = answers + absences + [...failures.values()].reduce((sum, each) => sum + each, 0);
  const parts = [
    `${count(answers, "answer")}, ${megabytes(bytes)}`,
    `${seconds(milliseconds)} in all, ${Math.round(milliseconds / Math.max(1, asked))} ms each`,
  ];
  if (absences > 0) parts.push(`${absences} not there`);
  for (const [kind, number] of failures) parts.push(`${number} × ${kind}`);
  return parts.join(", ");
}

function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function seconds(milliseconds: number): string {
  const whole = milliseconds / 1000;
  return whole < 100 ? `${whole.toFixed(1)} s` : `${Math.floor(whole / 60)} min ${Math.round(whole % 60)} s`;
}
