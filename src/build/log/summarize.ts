// From the trace to the result: states, what each step needs, why it failed, how long it took.

import type { BuildLog, Failure, Step, StepState } from "./buildLog.ts";
import type { EndOfLog } from "./endOfLog.ts";
import { innermostCause, lineThatMatters } from "./lineThatMatters.ts";
import { inferOrder } from "./order.ts";
import type { StepDraft, Trace } from "./trace.ts";

interface Reading {
  readonly format: BuildLog["format"];
  readonly notes: readonly string[];
  /** No more will come: a step that runs now was cut off. */
  readonly hasEnded: boolean;
}

/** Pure: reads the trace and leaves it as it is. */
export function summarize(trace: Trace, end: EndOfLog, { format, notes, hasEnded }: Reading): BuildLog {
  const inferred = format === "plain" ? inferOrder(trace.steps) : undefined;
  const steps = trace.steps.map((draft, index): Step => {
    const after = inferred?.[index] ?? trace.idsOf(draft.inputs).filter((id) => id !== draft.id);
    return { ...stepOf(draft, trace.now), after: [...new Set(after)] };
  });
  const failure = failureOf(trace, end);
  return {
    format,
    outcome: outcomeOf(steps, failure, hasEnded),
    steps,
    warnings: [...trace.warnings],
    failure,
    seconds: secondsOf(trace),
    times: trace.measured ? "measured" : "estimated",
    driver: trace.driver,
    notes,
  };
}

function stepOf(draft: StepDraft, now: number): Omit<Step, "after"> {
  const { id, number, name, start, end, running, worked, goDownloads, activity, log, error } = draft;
  const transfers = [...draft.transfers.values()];
  return {
    ...name,
    id,
    number,
    state: stateOf(draft),
    start: round(start),
    end: round(running ? undefined : end),
    seconds: round(
      running ? worked + Math.max(0, now - Math.max(start ?? now, end ?? 0)) : end === undefined ? undefined : worked,
    ),
    transferred: transfers.reduce((sum, { current }) => sum + current, 0),
    expected: transfers.reduce((sum, { current, total }) => sum + Math.max(current, total), 0),
    goDownloads,
    activity,
    log: [...log],
    error,
  };
}

function stateOf({ error, cancelled, running, cached, end }: StepDraft): StepState {
  if (error !== undefined) return "failed";
  if (running) return "running";
  if (cancelled) return "cancelled";
  if (end === undefined) return "waiting";
  return cached ? "cached" : "done";
}

function outcomeOf(steps: readonly Step[], failure: Failure | undefined, hasEnded: boolean): BuildLog["outcome"] {
  const isCancelled = steps.some(({ state }) => state === "cancelled");
  const noStepFailed = steps.every(({ state }) => state !== "failed");
  if (noStepFailed && /context canceled|signal: interrupt/.test(failure?.message ?? "")) return "cancelled";
  if (failure !== undefined) return "failed";
  if (isCancelled) return "cancelled";
  const open = steps.some(({ state }) => state === "running");
  return !hasEnded || open || steps.length === 0 ? "unfinished" : "done";
}

function failureOf(trace: Trace, end: EndOfLog): Failure | undefined {
  const failed =
    trace.steps.find(({ error }) => error !== undefined) ??
    trace.steps.find(({ name }) => end.failedName !== undefined && name.name === end.failedName);
  if (failed === undefined && end.message === undefined) return undefined;
  const own = failed?.error;
  const message = end.message ?? own ?? "";
  // The log tail is longer than the recap; a log that was cut may have the recap alone.
  const written = failed !== undefined && failed.log.length > 0 ? failed.log : end.recap;
  const exitCode = /exit code: (\d{1,10})/.exec(own ?? message)?.[1];
  const line = exitCode === undefined ? undefined : lineThatMatters(written);
  return {
    step: failed?.id,
    message,
    line: line ?? innermostCause(own ?? message),
    exitCode: exitCode === undefined ? undefined : Number(exitCode),
    source: end.source,
  };
}

/** Each build in the log from its beginning to its last step's end. */
function secondsOf(trace: Trace): number {
  const spans = trace.builds.map((_, build) => {
    const steps = trace.steps.filter((step) => step.build === build);
    const starts = steps.flatMap(({ start }) => start ?? []);
    const ends = steps.flatMap(({ end, running }) => (running ? trace.now : (end ?? [])));
    return starts.length === 0 ? 0 : Math.max(0, ...ends) - Math.min(...starts);
  });
  return round(spans.reduce((sum, span) => sum + Math.max(0, span), 0)) ?? 0;
}

/** Milliseconds are all that logs tell. */
function round(seconds: number): number;
function round(seconds: number | undefined): number | undefined;
function round(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000) / 1000;
}
