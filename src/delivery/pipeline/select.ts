// Which jobs run: by event, and by what was asked for on the command line. A job that isn't selected drops out of the
// graph, and those that need it wait for what it needs: the order stays as it was written.

import type { PipelineEvent } from "../../config/pipelineSettings.ts";
import { suggest } from "../../config/suggest.ts";
import type { Job, Pipeline } from "./job.ts";
import { PipelineError } from "./pipelineError.ts";

export interface SelectOptions {
  readonly event: PipelineEvent;
  /** These jobs alone; what they need is taken as done. Empty: all. */
  readonly only: readonly string[];
  /** These jobs and all that depend on them. Empty: all. */
  readonly from: readonly string[];
}

export interface SelectedJob {
  readonly job: Job;
  readonly runs: boolean;
  /** Why, or why not: a clause for people. */
  readonly because: string;
  /** What it waits for, jobs that run alone. Empty when it does not run. */
  readonly needs: readonly string[];
}

/** @throws PipelineError `unknown-job` */
export function selectJobs(pipeline: Pipeline, options: SelectOptions): SelectedJob[] {
  const { jobs } = pipeline;
  for (const name of [...options.only, ...options.from]) mustExist(name, jobs);
  const after = options.from.length === 0 ? undefined : dependants(jobs, options.from);
  const reasons = new Map(jobs.map((job) => [job.name, reason(job, options, after)]));
  const needs = effectiveNeeds(jobs, (name) => reasons.get(name)?.runs === true);
  return jobs.map((job) => {
    const { runs, because } = reasons.get(job.name) ?? { runs: false, because: "" };
    return { job, runs, because, needs: runs ? (needs.get(job.name) ?? []) : [] };
  });
}

/** What each job waits for when only some run: its needs, and for one that doesn't run what that needs in turn. */
export function effectiveNeeds(jobs: readonly Job[], runs: (name: string) => boolean): Map<string, string[]> {
  const result = new Map<string, string[]>();
  // Needs come first in a pipeline's order, so what a need stands for is known by then.
  for (const job of jobs) {
    const direct = job.needs.flatMap((need) => (runs(need) ? [need] : (result.get(need) ?? [])));
    result.set(job.name, [...new Set(direct)]);
  }
  return result;
}

/** The jobs named and everything that depends on them, however far. */
export function dependants(
  jobs: readonly { readonly name: string; readonly needs: readonly string[] }[],
  names: readonly string[],
): Set<string> {
  const found = new Set(names);
  for (const job of jobs) if (job.needs.some((need) => found.has(need))) found.add(job.name);
  return found;
}

function reason(
  job: Job,
  { event, only, from }: SelectOptions,
  after: ReadonlySet<string> | undefined,
): { runs: boolean; because: string } {
  if (!job.on.includes(event)) return { runs: false, because: `runs on ${job.on.join(", ")}, and this is a ${event}` };
  if (only.length > 0 && !only.includes(job.name)) return { runs: false, because: `not among --only` };
  if (after !== undefined && !after.has(job.name)) {
    return { runs: false, because: `comes before ${from.join(", ")} (--from), and is taken as done` };
  }
  if (job.purpose !== undefined) return { runs: true, because: job.purpose };
  return { runs: true, because: job.on.length < 4 ? `runs on ${job.on.join(", ")}` : "runs on every event" };
}

function mustExist(name: string, jobs: readonly Job[]): void {
  const names = jobs.map((job) => job.name);
  if (names.includes(name)) return;
  const guess = suggest(name, names);
  const hint = guess === undefined ? `There are: ${names.join(", ")}` : `Is ${guess} meant?`;
  throw new PipelineError("unknown-job", `there is no job ${JSON.stringify(name)} in this pipeline. ${hint}`);
}
