// What is known of a build so far: the steps and what happened to them, in whatever format that was told. Bounded, for a
// log may be anybody's.

import type { BuildWarning } from "./buildLog.ts";
import { isTransfer, type StatusLine } from "./statusLine.ts";
import { parseStepName } from "./stepName.ts";
import type { StepName } from "./buildLog.ts";

export interface StepDraft {
  readonly id: number;
  readonly number: number | undefined;
  /** Which of several builds in one log. */
  readonly build: number;
  name: StepName;
  /** Seconds on the trace's clock. */
  start: number | undefined;
  end: number | undefined;
  /** Seconds of the runs that ended. */
  worked: number;
  running: boolean;
  cached: boolean;
  cancelled: boolean;
  error: string | undefined;
  /** Keys of steps it needs; rawjson alone. */
  inputs: readonly string[];
  readonly transfers: Map<string, { current: number; total: number }>;
  goDownloads: number;
  activity: string | undefined;
  readonly log: string[];
}

const bounds = {
  steps: 2000,
  logLines: 40,
  lineLength: 500,
  nameLength: 2000,
  transfers: 500,
  warnings: 200,
  inputs: 500,
};

/** What the go command says of a module's zip, without -x and with it. */
const goDownload = /^(?:go: downloading |# get \S+\.zip: 200 OK)/;

/** A line for the log and for people: cut where it goes on too long. */
function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

export class Trace {
  readonly steps: StepDraft[] = [];
  readonly warnings: BuildWarning[] = [];
  readonly notes: Set<string> = new Set();
  driver: string | undefined;
  /** Seconds since the first build's beginning, as far as is known; never goes back. */
  now = 0;
  /** Where the current build began. */
  readonly builds: { start: number }[] = [{ start: 0 }];
  #measured = false;
  #origin: number | undefined;
  readonly #byKey = new Map<string, StepDraft>();

  /** Whether the clock follows timestamps. */
  get measured(): boolean {
    return this.#measured;
  }

  /** A line or event was written at this time, in milliseconds since the epoch. */
  tick(at: number): void {
    this.#origin ??= at;
    this.#measured = true;
    this.now = Math.max(this.now, (at - this.#origin) / 1000);
  }

  /** Seconds on the trace's clock. */
  secondsAt(at: number): number {
    this.#origin ??= at;
    this.#measured = true;
    return (at - this.#origin) / 1000;
  }

  /** Another build begins in the same log: its numbers start again. */
  beginBuild(): void {
    this.#byKey.clear();
    this.builds.push({ start: this.now });
  }

  find(key: string): StepDraft | undefined {
    return this.#byKey.get(key);
  }

  /** The step of that key, made if need be; undefined when there are too many. */
  step(key: string, name: string, number: number | undefined): StepDraft | undefined {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.steps.length >= bounds.steps) {
      this.notes.add(`more than ${bounds.steps} steps: the others were left out`);
      return undefined;
    }
    const step: StepDraft = {
      id: this.steps.length + 1,
      number,
      build: this.builds.length - 1,
      name: parseStepName(shorten(name, bounds.nameLength)),
      start: undefined,
      end: undefined,
      worked: 0,
      running: false,
      cached: false,
      cancelled: false,
      error: undefined,
      inputs: [],
      transfers: new Map(),
      goDownloads: 0,
      activity: undefined,
      log: [],
    };
    this.steps.push(step);
    this.#byKey.set(key, step);
    return step;
  }

  /** Ids of the steps with these keys. */
  idsOf(keys: readonly string[]): number[] {
    return keys.flatMap((key) => this.#byKey.get(key)?.id ?? []);
  }

  rename(step: StepDraft, name: string): void {
    step.name = parseStepName(shorten(name, bounds.nameLength));
  }

  begin(step: StepDraft, at: number = this.now): void {
    if (!step.running) step.running = true;
    step.start = Math.min(step.start ?? at, at);
  }

  /** The step ended; `seconds` is how long it ran, where the log says so: it does not of one that failed. */
  finish(step: StepDraft, seconds: number | undefined): void {
    this.begin(step);
    if (seconds === undefined && !step.cached)
      step.worked += Math.max(0, this.now - Math.max(step.start ?? 0, step.end ?? 0));
    if (seconds !== undefined) {
      const start = Math.max(step.end ?? 0, step.start ?? 0);
      // Measured, the end is known and tells the start; estimated, it is the other way round.
      if (this.#measured) step.start = Math.max(0, Math.min(step.start ?? this.now, this.now - seconds));
      else this.now = Math.max(this.now, start + seconds);
      step.worked += seconds;
    }
    step.end =
      this.#measured || seconds === undefined ? this.now : Math.max(step.end ?? 0, (step.start ?? 0) + step.worked);
    step.running = false;
  }

  /** A line that the step wrote, `seconds` after its start. */
  write(step: StepDraft, text: string, seconds: number | undefined): void {
    step.start ??= this.now;
    if (seconds !== undefined && !this.#measured) this.now = Math.max(this.now, (step.start ?? 0) + seconds);
    const line = shorten(text, bounds.lineLength);
    if (goDownload.test(line)) step.goDownloads++;
    step.log.push(line);
    if (step.log.length > bounds.logLines) step.log.shift();
    if (line.trim() !== "") step.activity = line.trim();
  }

  /** The last line goes on. */
  continueLine(step: StepDraft, text: string): void {
    const last = step.log.pop();
    if (last !== undefined) step.log.push(shorten(last + text, bounds.lineLength));
  }

  progress(step: StepDraft, status: StatusLine): void {
    step.start ??= this.now;
    const { id, current, total, seconds, done } = status;
    if (seconds !== undefined && !this.#measured) this.now = Math.max(this.now, (step.start ?? 0) + seconds);
    if (current !== undefined && isTransfer(id)) {
      const known = step.transfers.get(id);
      if (known !== undefined || step.transfers.size < bounds.transfers) {
        // A transfer that is done is told by its size alone; one that starts again must not count twice.
        step.transfers.set(id, {
          current: Math.max(known?.current ?? 0, current),
          total: Math.max(known?.total ?? 0, total ?? 0),
        });
      }
    }
    step.activity = shorten(done ? `${id} done` : id, bounds.lineLength);
  }

  warn(warning: BuildWarning): void {
    // Plain logs tell a check's warning twice: where it is found, and at the end with its rule.
    const known = this.warnings.findIndex(
      ({ text, line }) => text === warning.text && (line ?? warning.line) === (warning.line ?? line),
    );
    if (known >= 0) this.warnings[known] = { ...warning, rule: warning.rule ?? this.warnings[known]?.rule };
    else if (this.warnings.length < bounds.warnings)
      this.warnings.push({ ...warning, text: shorten(warning.text, bounds.lineLength) });
    else this.notes.add(`more than ${bounds.warnings} warnings: the others were left out`);
  }

  setInputs(step: StepDraft, keys: readonly string[]): void {
    step.inputs = keys.slice(0, bounds.inputs);
  }
}
