// An error text or a log, read as src/build reads logs: escape sequences and CI prefixes off, a build's steps told apart. The
// doctor explains it; the two rooms stand on one floor and meet here.

import type { BuildLog, Step } from "../build/log/buildLog.ts";
import { takePrefix } from "../build/log/ciPrefix.ts";
import { LineSplitter } from "../build/log/lineSplitter.ts";
import { plainText } from "../build/log/plainText.ts";
import { BuildLogReader } from "../build/log/reader.ts";
import { ErrorLines, type ErrorText, type FailedBuild } from "../doctor/explain/errorText.ts";

const lineLimit = 64 << 10;
/** Nobody's log is longer; what comes after it is not read. */
const textLimit = 64 << 20;

/** @throws whatever reading the chunks throws */
export async function readErrorText(chunks: AsyncIterable<unknown>): Promise<ErrorText> {
  const reader = new ErrorTextReader();
  for await (const chunk of chunks) {
    if (!reader.push(chunk instanceof Uint8Array ? chunk : String(chunk))) break;
  }
  return reader.end();
}

export class ErrorTextReader {
  readonly #build = new BuildLogReader();
  readonly #decoder = new TextDecoder();
  readonly #raw: string[] = [];
  readonly #lines = new LineSplitter(lineLimit, (line) => this.#raw.push(line));
  readonly #plain = new ErrorLines();
  #bytes = 0;

  /** False: it has read enough. */
  push(chunk: Uint8Array | string): boolean {
    this.#bytes += chunk.length;
    this.#build.push(chunk);
    this.#lines.push(typeof chunk === "string" ? chunk : this.#decoder.decode(chunk, { stream: true }));
    for (const line of this.#raw.splice(0)) this.#plain.add(withoutStep(takePrefix(plainText(line)).text));
    return this.#bytes < textLimit;
  }

  end(): ErrorText {
    this.#lines.push(this.#decoder.decode());
    this.#lines.end();
    for (const line of this.#raw.splice(0)) this.#plain.add(withoutStep(takePrefix(plainText(line)).text));
    const log = this.#build.end();
    const notes = this.#bytes < textLimit ? [] : [`only the first ${textLimit >> 20} MiB were read`];
    if (log.format === "none") return withClassic(this.#plain, notes);
    return ofBuild(log, this.#plain, notes);
  }
}

/** A build's log that has been read already, as one whose failure is to be explained. */
export function textOfBuild(log: BuildLog): ErrorText {
  return ofBuild({ ...log, format: "rawjson" }, new ErrorLines(), []);
}

/** BuildKit's number and seconds: `#12 0.345 go: …`. */
function withoutStep(line: string): string {
  return line.replace(/^#\d{1,7} (?:\d{1,9}\.\d{1,3} )?/, "");
}

/** What the failing step wrote counts first; rawjson has lines nowhere else. */
function ofBuild(log: BuildLog, plain: ErrorLines, notes: readonly string[]): ErrorText {
  const failed = log.steps.find(({ id }) => id === log.failure?.step);
  const lines = new ErrorLines();
  const add = (step: Step, isOfFailure: boolean): void => {
    for (const line of step.log) lines.add(plainText(line), isOfFailure);
    for (const line of (step.error ?? "").split("\n")) lines.add(plainText(line), isOfFailure);
  };
  if (failed !== undefined) add(failed, true);
  for (const line of (log.failure?.message ?? "").split("\n")) lines.add(plainText(line), true);
  if (log.format === "rawjson") {
    for (const step of log.steps) if (step !== failed) add(step, false);
  }
  const own = plain.lines();
  const seen = new Set(lines.lines().map(({ text }) => text));
  const build: FailedBuild = {
    instruction: failed?.instruction,
    stage: failed?.stage,
    source: log.failure?.source,
  };
  if (log.format === "rawjson") return { lines: lines.lines(), build, notes: [...notes, ...lines.notes] };
  // The number of a line is that of the text: of those that stand there, only the mark is taken over.
  const marked = own.map((line) => (seen.has(line.text) ? { ...line, isOfFailure: true } : line));
  return {
    lines: marked,
    build: failed === undefined && log.failure === undefined ? undefined : build,
    notes: [...notes, ...plain.notes],
  };
}

/** The classic builder's last `Step 3/4 : RUN …` is the one that failed. */
function withClassic(plain: ErrorLines, notes: readonly string[]): ErrorText {
  const lines = plain.lines();
  const last = lines.findLast(({ text }) => /^Step \d+\/\d+ : /.test(text));
  const instruction = last?.text.replace(/^Step \d+\/\d+ : /, "");
  const build = instruction === undefined ? undefined : { instruction, stage: undefined, source: undefined };
  return { lines, build, notes: [...notes, ...plain.notes] };
}
