// What a build's progress log says, whatever format it was written in.

export interface BuildLog {
  /** none: nothing in it looks like BuildKit's progress. */
  readonly format: "plain" | "rawjson" | "none";
  readonly outcome: "done" | "failed" | "cancelled" | "unfinished";
  /** In order of appearance. */
  readonly steps: readonly Step[];
  readonly warnings: readonly BuildWarning[];
  readonly failure: Failure | undefined;
  /** From the first step's start to the last one's end; of several builds in one log, their sum. */
  readonly seconds: number;
  /**
   * measured: from timestamps. estimated: a plain log without timestamps has durations alone, and starts are derived from
   * the order of its lines.
   */
  readonly times: "measured" | "estimated";
  /** `docker-container` in `#0 building with "ci" instance using docker-container driver`. */
  readonly driver: string | undefined;
  /** What the reader left out, and why. */
  readonly notes: readonly string[];
}

export type StepState = "waiting" | "running" | "done" | "cached" | "failed" | "cancelled";

/** What kind of work a step is, by its name. */
export type StepKind =
  | "from"
  | "run"
  | "copy"
  | "add"
  | "workdir"
  | "context"
  | "metadata"
  | "internal"
  | "export"
  | "other";

export interface StepName {
  /** As it was written: `[linux/amd64 builder 5/9] RUN go build ./...`. Attacker-controlled, control characters removed. */
  readonly name: string;
  /** docker compose and bake put the service or target in front. */
  readonly service: string | undefined;
  readonly stage: string | undefined;
  /** `linux/amd64`, or `linux/amd64->arm64` where one is built on the other. */
  readonly platform: string | undefined;
  /** 5 and 9 in `[builder 5/9]`. */
  readonly index: number | undefined;
  readonly count: number | undefined;
  /** What stands behind the brackets. */
  readonly instruction: string;
  readonly kind: StepKind;
}

export interface Step extends StepName {
  /** Counts from 1 in this log. */
  readonly id: number;
  /** N of `#N`; undefined in rawjson. */
  readonly number: number | undefined;
  readonly state: StepState;
  /** Seconds since the build began; undefined: it has not. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  /** Work done; less than end - start where it was interrupted. */
  readonly seconds: number | undefined;
  /** Ids of the steps whose results it needs. By the log's own word in rawjson; by names otherwise. */
  readonly after: readonly number[];
  /** Bytes received from the client or a registry. */
  readonly transferred: number;
  /** Bytes expected, as far as the log says. */
  readonly expected: number;
  /** How many Go modules it downloaded, by the go command's own lines. */
  readonly goDownloads: number;
  /** What it did last: its last log line, or a transfer. */
  readonly activity: string | undefined;
  /** The last lines it wrote. */
  readonly log: readonly string[];
  readonly error: string | undefined;
}

export interface BuildWarning {
  readonly text: string;
  /** `JSONArgsRecommended`, where it is one of BuildKit's checks. */
  readonly rule: string | undefined;
  /** Line of the Dockerfile. */
  readonly line: number | undefined;
  readonly url: string | undefined;
}

export interface Failure {
  /** Id of the step that failed; undefined where the build ended before any did. */
  readonly step: number | undefined;
  /** The builder's own words. */
  readonly message: string;
  /** The line that says what is wrong: a compiler's first error rather than the last line written. */
  readonly line: string;
  readonly exitCode: number | undefined;
  /** Where in the Dockerfile. */
  readonly source: { readonly file: string; readonly line: number; readonly text: string } | undefined;
}
