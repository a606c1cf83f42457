// Reads `--progress=rawjson` (BuildKit 0.13 and newer): a stream of SolveStatus objects (client/graph.go).

import * as z from "zod";
import { plainText } from "./plainText.ts";
import { parseStatus } from "./statusLine.ts";
import type { StepDraft, Trace } from "./trace.ts";

const time = z.string().transform((text, context) => {
  // RFC 3339 with up to nine decimals; milliseconds are enough here.
  const at = Date.parse(text);
  if (Number.isNaN(at)) context.addIssue("no time");
  return at;
});
const vertex = z.object({
  digest: z.string(),
  inputs: z.array(z.string()).nullish(),
  name: z.string().nullish(),
  started: time.nullish(),
  completed: time.nullish(),
  cached: z.boolean().nullish(),
  error: z.string().nullish(),
  progressGroup: z.object({ id: z.string(), name: z.string().nullish(), weak: z.boolean().nullish() }).nullish(),
});
const progress = z.object({
  id: z.string(),
  vertex: z.string(),
  total: z.number().nullish(),
  current: z.number().nullish(),
  timestamp: time,
  started: time.nullish(),
  completed: time.nullish(),
});
const output = z.object({ vertex: z.string(), data: z.string().nullish(), timestamp: time });
const warning = z.object({
  short: z.string().nullish(),
  url: z.string().nullish(),
  range: z.array(z.object({ start: z.object({ line: z.number().nullish() }).nullish() })).nullish(),
});
const solveStatus = z.object({
  vertexes: z.array(vertex).nullish(),
  statuses: z.array(progress).nullish(),
  logs: z.array(output).nullish(),
  warnings: z.array(warning).nullish(),
});

type Vertex = z.infer<typeof vertex>;

export class RawJsonReader {
  readonly #trace: Trace;
  /** Vertexes of a progress group are one step. */
  readonly #keys = new Map<string, string>();
  /** Of each step: its runs' ends by their starts, since a run is told more than once. */
  readonly #runs = new Map<string, Map<number, number>>();
  readonly #partial = new Set<string>();
  #seen = false;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  get seen(): boolean {
    return this.#seen;
  }

  /** One JSON object. False: it is none of BuildKit's. */
  object(text: string): boolean {
    const status = solveStatus.safeParse(parseJson(text));
    if (!status.success) return false;
    const { vertexes, statuses, logs, warnings } = status.data;
    if (!vertexes && !statuses && !logs && !warnings) return false;
    this.#seen = true;
    for (const each of vertexes ?? []) this.#vertex(each);
    for (const { vertex, id, total, current, timestamp, started, completed } of statuses ?? []) {
      const step = this.#find(vertex);
      if (step === undefined) continue;
      this.#trace.tick(timestamp);
      const seconds = started ? ((completed ?? timestamp) - started) / 1000 : undefined;
      const bytes = { current: current || undefined, total: total || undefined };
      this.#trace.progress(step, {
        ...parseStatus(plainText(id)),
        id: plainText(id),
        ...bytes,
        seconds,
        done: Boolean(completed),
      });
    }
    for (const { vertex, data, timestamp } of logs ?? []) this.#output(vertex, decode(data ?? ""), timestamp);
    for (const { short, url, range } of warnings ?? []) {
      const line = range?.[0]?.start?.line ?? undefined;
      const [, rule, words] = /^([A-Z][A-Za-z]{3,60}): (.*)$/s.exec(plainText(decode(short ?? ""))) ?? [];
      const text = words ?? plainText(decode(short ?? ""));
      this.#trace.warn({ text: text.replace(/ \(line \d+\)$/, ""), rule, line, url: url ?? undefined });
    }
    return true;
  }

  #vertex({ digest, inputs, name, started, completed, cached, error, progressGroup }: Vertex): void {
    const trace = this.#trace;
    const key = progressGroup?.id ?? digest;
    if (this.#keys.size < keyLimit) this.#keys.set(digest, key);
    const label = plainText(progressGroup?.name ?? name ?? digest);
    const step = trace.step(key, label, undefined);
    if (step === undefined) return;
    if (inputs) trace.setInputs(step, [...step.inputs, ...inputs]);
    if (started) {
      trace.tick(started);
      trace.begin(step, trace.secondsAt(started));
      step.running = !completed;
    }
    if (!completed) return;
    trace.tick(completed);
    // A group is cached when all its members are.
    step.cached = Boolean(cached) && (step.end === undefined || step.cached || progressGroup === undefined);
    if (error) {
      if (error.endsWith("context canceled")) step.cancelled = true;
      else step.error = plainText(error).slice(0, 4000);
    }
    const runs = this.#runs.get(key) ?? new Map<number, number>();
    this.#runs.set(key, runs);
    if (runs.size < 100) runs.set(started ?? completed, completed);
    step.running = false;
    step.end = Math.max(step.end ?? 0, trace.secondsAt(completed));
    step.worked = unionSeconds(runs);
  }

  #output(vertex: string, text: string, timestamp: number): void {
    const step = this.#find(vertex);
    if (step === undefined) return;
    const key = this.#keys.get(vertex) ?? vertex;
    this.#trace.tick(timestamp);
    const isPartial = text !== "" && !text.endsWith("\n");
    const lines = text.replace(/\n$/, "").split("\n").map(plainText);
    for (const [index, line] of lines.entries()) {
      if (index === 0 && this.#partial.has(key)) this.#trace.continueLine(step, line);
      else this.#trace.write(step, line, undefined);
    }
    if (isPartial) this.#partial.add(key);
    else this.#partial.delete(key);
  }

  #find(vertex: string): StepDraft | undefined {
    return this.#trace.find(this.#keys.get(vertex) ?? vertex);
  }
}

const keyLimit = 20_000;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}

/** Overlapping runs count once. Seconds. */
function unionSeconds(runs: ReadonlyMap<number, number>): number {
  let sum = 0;
  let reached = -Infinity;
  for (const [start, end] of [...runs].sort(([a], [b]) => a - b)) {
    sum += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return sum / 1000;
}
