// The incremental reader: bytes or text in, in whatever pieces they come; the state of the build out, at any time.

import type { BuildLog } from "./buildLog.ts";
import { takePrefix } from "./ciPrefix.ts";
import { EndOfLog } from "./endOfLog.ts";
import { JsonObjects } from "./jsonObjects.ts";
import { LineSplitter } from "./lineSplitter.ts";
import { PlainReader } from "./plain.ts";
import { plainText } from "./plainText.ts";
import { RawJsonReader } from "./rawJson.ts";
import { summarize } from "./summarize.ts";
import { Trace } from "./trace.ts";

/** Longer lines are cut; rawjson has one line for each event, and a step may write much at once. */
const lineLimit = 4 << 20;
const objectLimit = 8 << 20;

export class BuildLogReader {
  readonly #trace = new Trace();
  readonly #end = new EndOfLog(this.#trace);
  readonly #plain = new PlainReader(this.#trace, this.#end);
  readonly #rawJson = new RawJsonReader(this.#trace);
  readonly #decoder = new TextDecoder();
  readonly #lines = new LineSplitter(lineLimit, (line, isCut) => this.#line(line, isCut));
  readonly #objects = new JsonObjects(objectLimit, (text) => this.#rawJson.object(text));
  /** A line of GitLab's that the next may continue. */
  #held: { text: string; at: number | undefined } | undefined;
  #otherFormat: string | undefined;
  #arrival: number | undefined;

  /** `at`: when this arrived, in milliseconds since the epoch, where that is when it was written. */
  push(chunk: Uint8Array | string, at?: number): void {
    this.#arrival = at;
    this.#lines.push(typeof chunk === "string" ? chunk : this.#decoder.decode(chunk, { stream: true }));
  }

  /** So late is it now: what runs has run until now. Milliseconds since the epoch, on the clock of the log's times. */
  tick(at: number): void {
    if (this.#trace.measured) this.#trace.tick(at);
  }

  /** The log has ended; resolves nothing anew, may be called once. */
  end(): BuildLog {
    this.#lines.push(this.#decoder.decode());
    this.#lines.end();
    this.#release();
    return this.read(true);
  }

  /** What is known so far. */
  read(hasEnded = false): BuildLog {
    const notes = [...this.#trace.notes];
    if (this.#lines.hasCut) notes.push(`a line was longer than ${lineLimit >> 20} MiB and was cut`);
    if (this.#rawJson.seen && this.#objects.skipped > 0)
      notes.push(
        `${this.#objects.skipped} events were larger than ${objectLimit >> 20} MiB or cut off, and were left out`,
      );
    const format = this.#rawJson.seen ? "rawjson" : this.#plain.seen ? "plain" : "none";
    if (format === "none" && this.#otherFormat !== undefined) notes.push(this.#otherFormat);
    return summarize(this.#trace, this.#end, { format, notes, hasEnded });
  }

  #line(line: string, isCut: boolean): void {
    if (this.#objects.isInside) {
      // The lines of an indented object are indented, but for its last. Others end what was no object, or was cut.
      const { text } = takePrefix(line);
      if (!/^(?:#\d+ |\{)/.test(text)) {
        this.#objects.push(text);
        if (isCut) this.#objects.reset();
        return;
      }
      this.#objects.reset();
    }
    const { text, at, continues, mayContinue } = takePrefix(plainText(line));
    if (continues && this.#held !== undefined) {
      if (this.#held.text.length < lineLimit) this.#held.text += text;
      return;
    }
    this.#release();
    if (mayContinue) this.#held = { text, at };
    else this.#take(text, at);
    if (isCut) this.#objects.reset();
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#take(held.text, held.at);
  }

  #take(text: string, at: number | undefined): void {
    const isJson = /^\s*\{/.test(text) && !this.#plain.seen;
    const time = at ?? this.#arrival;
    if (isJson) return this.#objects.push(text);
    // rawjson has times of its own, and they are the builder's.
    if (time !== undefined && !this.#rawJson.seen) this.#trace.tick(time);
    this.#plain.line(text);
    if (!this.#plain.seen && !this.#rawJson.seen) this.#otherFormat ??= otherFormat(text);
  }
}

/** Logs that people bring and that can't be read here: what to do instead. */
function otherFormat(line: string): string | undefined {
  if (/^Step \d+\/\d+ : [A-Z]+ /.test(line))
    return "this is the log of the classic builder, which tells no times: build with DOCKER_BUILDKIT=1 and --progress=plain";
  if (/^\[\+\] Building \d+\.\d+s/.test(line))
    return "this was written for a terminal, and lines were overwritten: build with --progress=plain (or BUILDKIT_PROGRESS=plain)";
  if (/^STEP \d+\/\d+: /.test(line))
    return "this is Buildah's log (podman build), which tells no times: it can't be read here";
  return undefined;
}
