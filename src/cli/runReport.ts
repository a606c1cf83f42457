// How `fairlead run` tells what is going on: lines drawn anew on a terminal, lines that stay elsewhere, or JSON.

import type { Progress, ProgressEvent } from "../gateway/progress.ts";
import type { ChildOutput } from "./childCommand.ts";
import { dim, LiveArea } from "./print/liveArea.ts";
import { liveLines, progressLine, type RunState, stuckLines, summaryLines } from "./print/runProgress.ts";

export interface RunReport {
  /** Where the command's output must go, so that the two don't write over each other; undefined: anywhere. */
  readonly output: ChildOutput | undefined;
  event(event: ProgressEvent): void;
  /** Something that a person should know before the command starts. */
  note(text: string): void;
  /** A tree of `--trace`. */
  trace(tree: string): void;
  /** The command is over: `ending` says how. */
  end(ending: string): void;
}

const drawEvery = 100;
const lineEvery = 5000;
const rateOver = 3000;

export interface ReportOptions {
  /** What is running: the beginning of its last line. */
  readonly title: string;
  readonly json: boolean;
  /** Modules with a zip in go.sum, where there is one. */
  readonly modulesInSum: number | undefined;
}

export function startReport(progress: Progress, { title, json, modulesInSum }: ReportOptions): RunReport {
  const state = stateOf(progress, modulesInSum);
  if (json) return jsonReport(state);
  const words = title.replaceAll(/\s+/g, " ");
  const name = words.length > 80 ? `${words.slice(0, 79)}…` : words;
  return process.stderr.isTTY && process.env["CI"] === undefined ? liveReport(state, name) : plainReport(state, name);
}

function liveReport(state: () => RunState, name: string): RunReport {
  const area = new LiveArea(process.stderr);
  const timer = setInterval(() => area.show(liveLines(state())), drawEvery);
  // What is not the terminal's goes past us: the order of a file and a terminal is nobody's to keep.
  const stdout = process.stdout.isTTY
    ? (text: string): void => area.write(text)
    : (text: string): void => void process.stdout.write(text);
  return {
    output: { stdout, stderr: (text) => area.write(text) },
    event: (event) => {
      const line = troubleLine(event);
      if (line !== undefined) area.write(`${dim(line)}\n`);
    },
    note: (text) => area.write(`${dim(text)}\n`),
    trace: (tree) => area.write(tree),
    end(ending) {
      clearInterval(timer);
      area.clear();
      process.stderr.write(`${summaryLines(state(), `${name} ${ending}`).join("\n")}\n`);
    },
  };
}

function plainReport(state: () => RunState, name: string): RunReport {
  const [prefix = name] = name.split(":");
  const say = (line: string): void => void process.stderr.write(`${prefix}: ${line}\n`);
  let last = "";
  const timer = setInterval(() => {
    const now = state();
    if (now.answers === 0 && now.inFlight.length === 0) return;
    // The time alone is no news.
    const line = progressLine(now);
    const news = line.slice(line.indexOf("  "));
    if (news !== last) say(line);
    last = news;
    for (const stuck of stuckLines(now)) say(`waiting for ${stuck}`);
  }, lineEvery);
  return {
    output: undefined,
    event: (event) => {
      const line = troubleLine(event);
      if (line !== undefined) say(line);
    },
    note: say,
    trace: (tree) => void process.stderr.write(tree),
    end(ending) {
      clearInterval(timer);
      process.stderr.write(`${summaryLines(state(), `${name} ${ending}`).join("\n")}\n`);
    },
  };
}

function jsonReport(state: () => RunState): RunReport {
  const say = (event: object): void =>
    void process.stderr.write(`${JSON.stringify({ schemaVersion: 1, time: Date.now(), ...event })}\n`);
  return {
    output: undefined,
    event: say,
    note: (text) => say({ event: "note", text }),
    trace: (tree) => say({ event: "trace", tree }),
    end(ending) {
      const { inFlight: _, sources, ...sums } = state();
      const bySource = [...sources].map(([source, { failures, ...sum }]) => {
        return { source, ...sum, failures: Object.fromEntries(failures) };
      });
      say({ event: "end", ending, ...sums, sources: bySource });
    },
  };
}

/** What a person wants to hear of at once. */
function troubleLine(event: ProgressEvent): string | undefined {
  if (event.event === "retry") return `${event.what}: ${event.source} ${oneLine(event.reason)}; trying again`;
  if (event.event === "failed") return `${event.what}: ${event.source} ${oneLine(event.reason)}`;
  return undefined;
}

/** A source's words, on one line, without what would move the cursor. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{C}+/gu, " ").slice(0, 300);
}

/** The progress and the time, with the rate of the last seconds. */
function stateOf(progress: Progress, modulesInSum: number | undefined): () => RunState {
  const began = Date.now();
  const samples: { at: number; bytes: number }[] = [{ at: began, bytes: 0 }];
  return () => {
    const now = Date.now();
    const snapshot = progress.snapshot();
    const bytes = [...snapshot.sources.values()].reduce((sum, source) => sum + source.bytes, 0);
    samples.push({ at: now, bytes });
    while (samples.length > 2 && now - (samples[0]?.at ?? now) > rateOver) samples.shift();
    const [first = { at: began, bytes: 0 }] = samples;
    const rate = now > first.at ? ((bytes - first.bytes) * 1000) / (now - first.at) : 0;
    return { ...snapshot, now, elapsed: now - began, rate, modulesInSum };
  };
}
