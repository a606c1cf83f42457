// Reads `--progress=plain`, line by line (BuildKit util/progress/progressui/printer.go and display.go; 0.8 to 0.34).
//
//   #N <name>                    header, repeated whenever the printer turns back to a step; a blank line before it
//   #N sha256:<64 hex>           the step's digest, up to 0.8 and Docker 20.10
//   #N <seconds> <text>          what it wrote, and when after its start
//   #N <status> [bytes] [t.ts] [done]
//   #N CACHED | CANCELED | DONE [t.ts] | ERROR: … | WARN: …
//   #N ...                       the printer turns away

import { checkWarning } from "./checkWarning.ts";
import type { EndOfLog } from "./endOfLog.ts";
import { parseStatus } from "./statusLine.ts";
import type { StepDraft, Trace } from "./trace.ts";

export class PlainReader {
  readonly #trace: Trace;
  readonly #end: EndOfLog;
  #current: StepDraft | undefined;
  #currentNumber: number | undefined;
  #afterBlank = true;
  #lastWasText = false;
  #justEntered = false;
  #seen = false;

  constructor(trace: Trace, end: EndOfLog) {
    this.#trace = trace;
    this.#end = end;
  }

  /** Whether any line was BuildKit's. */
  get seen(): boolean {
    return this.#seen;
  }

  line(line: string): void {
    const afterBlank = this.#afterBlank;
    this.#afterBlank = line.trim() === "";
    if (this.#end.line(line)) {
      this.#leave();
      return;
    }
    const [, digits, rest = ""] = /^#(\d{1,7})(?: (.*))?$/s.exec(line) ?? [];
    if (digits === undefined) return this.#unmarked(line);
    const number = Number(digits);
    if (number === 0) return this.#zero(rest);
    this.#seen = true;
    if (rest === "...") {
      // Turned away from: a line that follows without a number is nobody's.
      this.#leave();
      return;
    }
    if (this.#currentNumber !== number) this.#head(number, rest, afterBlank);
    else this.#event(rest);
  }

  #leave(): void {
    this.#current = undefined;
    this.#currentNumber = undefined;
    this.#lastWasText = false;
  }

  /** The first line after turning to a step: its name, unless the log is cut. */
  #head(number: number, rest: string, afterBlank: boolean): void {
    this.#lastWasText = false;
    const key = String(number);
    let known = this.#trace.find(key);
    if (known !== undefined && afterBlank && known.name.name !== rest && startsAnew(known, rest)) {
      this.#trace.beginBuild();
      known = undefined;
    }
    if (known === undefined) {
      const isName = !isEvent(rest);
      known = this.#trace.step(key, isName ? rest : `step #${number}`, number);
      this.#enter(known, number);
      if (!isName) this.#event(rest);
      return;
    }
    const isRepeat = known.name.name === rest || rest.startsWith(known.name.name.replace(/…$/, ""));
    if (isRepeat && number === 1 && !known.running && isFirstStep(rest) && afterBlank && this.#allEnded()) {
      this.#trace.beginBuild();
      this.#enter(this.#trace.step(key, rest, number), number);
      return;
    }
    this.#enter(known, number);
    if (!isRepeat) this.#event(rest);
  }

  #enter(step: StepDraft | undefined, number: number): void {
    this.#current = step;
    this.#currentNumber = number;
    this.#justEntered = true;
    if (step !== undefined) this.#trace.begin(step);
  }

  #allEnded(): boolean {
    return this.#trace.steps.every(({ running }) => !running);
  }

  #event(rest: string): void {
    const step = this.#current;
    const justEntered = this.#justEntered;
    this.#justEntered = false;
    if (step === undefined) return;
    this.#lastWasText = false;
    const trace = this.#trace;
    const [, seconds, text = ""] = logLine.exec(rest) ?? [];
    if (seconds !== undefined) {
      trace.write(step, text, Number(seconds));
      this.#lastWasText = true;
      return;
    }
    const done = /^DONE(?: (\d+\.\d)s)?$/.exec(rest);
    if (done !== null) {
      trace.finish(step, done[1] === undefined ? undefined : Number(done[1]));
      return this.#leave();
    }
    if (rest === "CACHED") {
      step.cached = true;
      trace.finish(step, undefined);
      return this.#leave();
    }
    if (rest === "CANCELED") {
      step.cancelled = true;
      trace.finish(step, undefined);
      return this.#leave();
    }
    if (rest.startsWith("ERROR: ")) {
      step.error = rest.slice("ERROR: ".length, 4000);
      trace.finish(step, undefined);
      return this.#leave();
    }
    if (rest.startsWith("WARN: ")) {
      trace.warn(checkWarning(rest.slice("WARN: ".length)));
      return;
    }
    // Up to BuildKit 0.8 each header is followed by the step's digest; a layer has its size behind it.
    if (justEntered && /^sha256:[0-9a-f]{64}$/.test(rest)) return;
    trace.progress(step, parseStatus(rest.slice(0, 4000)));
  }

  /** `#0 building with "ci" instance …`; and, up to 0.12, output of a step that has no number yet. */
  #zero(rest: string): void {
    const driver = /^building with (".*" instance using .*)$/.exec(rest)?.[1];
    if (driver !== undefined) {
      this.#seen = true;
      // It stands first, so with steps before it this is a second build.
      if (this.#trace.steps.length > 0) this.#trace.beginBuild();
      this.#trace.driver = driver.slice(0, 300);
      this.#leave();
      return;
    }
    const [, seconds, text = ""] = logLine.exec(rest) ?? [];
    if (seconds !== undefined && this.#current !== undefined) this.#trace.write(this.#current, text, Number(seconds));
  }

  /** A line without a number goes on with what the current step was writing, if it was; else it is not BuildKit's. */
  #unmarked(line: string): void {
    if (this.#lastWasText && this.#current !== undefined && line !== "") this.#trace.continueLine(this.#current, line);
  }
}

/** Seconds with 3 decimals under 10, 2 under 100, else 1. */
const logLine = /^(\d\.\d{3}|\d\d\.\d\d|\d{3,9}\.\d)(?: (.*))?$/s;

function isEvent(rest: string): boolean {
  return logLine.test(rest) || /^(DONE( \d+\.\ds)?|CACHED|CANCELED|ERROR: .*|WARN: .*)$/s.test(rest);
}

/** The number is taken again for another step: numbers are only so within one build. */
function startsAnew(known: StepDraft, rest: string): boolean {
  return !known.running && !isEvent(rest) && (rest.startsWith("[") || isFirstStep(rest));
}

function isFirstStep(name: string): boolean {
  return /^(\[.*\] )?(load (build definition|local bake definitions|remote bake definitions|\.dockerignore)|reading from stdin|\[internal\])/.test(
    name,
  );
}
