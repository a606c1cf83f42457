// Figures from Prometheus, by two queries of the user's that each give one number: requests so far, and failures so far.
//
// Source: Prometheus' HTTP API, /api/v1/query and /api/v1/label/__name__/values.

import * as z from "zod";
import { redactUrl } from "../../config/redact.ts";
import { metricNames } from "./metricNames.ts";
import { type Counters, type Source, SourceError } from "./sample.ts";

export interface PrometheusOptions {
  /** Base URL; credentials in it are sent as such, and never shown. */
  readonly url: string;
  readonly requests: string;
  readonly errors: string;
  /** What stands for `{service}`, `{environment}` and `{release}`. */
  readonly names: Readonly<Record<Placeholder, string>>;
}

type Placeholder = "service" | "environment" | "release";

const timeout = 10_000;
const answerLimit = 8 << 20;

const vector = z.object({
  status: z.literal("success"),
  data: z.discriminatedUnion("resultType", [
    z.object({
      resultType: z.literal("vector"),
      result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
    }),
    z.object({ resultType: z.literal("scalar"), result: z.tuple([z.number(), z.string()]) }),
  ]),
});
const names = z.object({ status: z.literal("success"), data: z.array(z.string()) });
const refusal = z.object({ status: z.literal("error"), errorType: z.string(), error: z.string() });

/**
 * A source whose queries were tried: every metric in them is known to Prometheus, and what can't be a query is refused
 * before anything is deployed.
 *
 * @throws SourceError
 */
export async function openPrometheus(options: PrometheusOptions, signal: AbortSignal): Promise<Source> {
  const requests = fillQuery(options.requests, options.names);
  const errors = fillQuery(options.errors, options.names);
  const known = new Set(names.parse(await ask(options.url, "label/__name__/values", {}, names, signal)).data);
  for (const name of [...metricNames(requests), ...metricNames(errors)]) {
    if (!known.has(name))
      throw new SourceError("unknown-metric", `Prometheus at ${redactUrl(options.url)} has no metric ${name}`);
  }
  const read = async (signal: AbortSignal): Promise<Counters> => {
    const all = await number(options.url, requests, signal);
    // A counter of failures has no series until the first of them.
    const failed = await number(options.url, errors, signal);
    return { requests: all, errors: Math.min(failed, all) };
  };
  await read(signal);
  return { read };
}

/**
 * The query with its placeholders filled in.
 *
 * @throws SourceError for a placeholder that does not exist
 */
function fillQuery(query: string, values: Readonly<Record<Placeholder, string>>): string {
  // A selector has an operator in its braces, so it is never taken for a placeholder.
  return query.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name !== "service" && name !== "environment" && name !== "release")
      throw new SourceError("unknown-metric", `{${name}} in a query: there are {service}, {environment} and {release}`);
    // The value stands inside of a PromQL string: names of ours need no escape, and others get none past.
    return values[name].replaceAll(/[\\"'`\n]/g, "");
  });
}

/** Several series are added up. No series is nothing counted yet. */
async function number(url: string, query: string, signal: AbortSignal): Promise<number> {
  const { data } = vector.parse(await ask(url, "query", { query }, vector, signal));
  const values = data.resultType === "scalar" ? [data.result[1]] : data.result.map(({ value }) => value[1]);
  const sum = values.reduce((total, value) => total + Number(value), 0);
  if (!Number.isFinite(sum) || sum < 0)
    throw new SourceError("bad-answer", `Prometheus gives ${values.join(", ").slice(0, 200)} for ${query}: no count`);
  return sum;
}

async function ask(
  url: string,
  path: string,
  query: Readonly<Record<string, string>>,
  shape: z.ZodType,
  signal: AbortSignal,
): Promise<unknown> {
  const target = new URL(`${url.replace(/\/$/, "")}/api/v1/${path}`);
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  const headers = new Headers({ accept: "application/json" });
  if (target.username !== "" || target.password !== "") {
    const user = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`;
    headers.set("authorization", `Basic ${Buffer.from(user).toString("base64")}`);
    target.username = target.password = "";
  }
  const where = `Prometheus at ${target.origin}`;
  let status: number;
  let body: unknown;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const answer = await fetch(target, { headers, redirect: "error", signal: limit });
    status = answer.status;
    body = await boundedJson(answer);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new SourceError("unreachable", `${where}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause: error,
    });
  }
  const refused = refusal.safeParse(body);
  if (refused.success) {
    // bad_data: the query can't be read, and never will.
    const code = refused.data.errorType === "bad_data" ? "unknown-metric" : "bad-answer";
    throw new SourceError(code, `${where} refuses ${query["query"] ?? path}: ${refused.data.error.slice(0, 500)}`);
  }
  if (status !== 200 || !shape.safeParse(body).success)
    throw new SourceError("bad-answer", `${where} answered with status ${status} and no figures`);
  return body;
}

async function boundedJson(answer: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > answerLimit) throw new SourceError("bad-answer", "Prometheus' answer is larger than 8 MiB");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}
