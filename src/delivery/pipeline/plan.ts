// What a run would do, as data: shown by `pipeline plan`, and the same selection that `pipeline run` walks.

import { dependants, type SelectedJob, type SelectOptions, selectJobs } from "./select.ts";
import type { AbsentJob, Pipeline } from "./job.ts";

export interface PlannedJob extends SelectedJob {
  /** Jobs of one step can run at once; counted from 1, 0 for a job that does not run. */
  readonly step: number;
  /** Jobs of this run that it would stop by failing. */
  readonly stops: readonly string[];
}

export interface PipelinePlan extends SelectOptions {
  readonly origin: Pipeline["origin"];
  readonly jobs: readonly PlannedJob[];
  readonly absent: readonly AbsentJob[];
}

/** @throws PipelineError `unknown-job` */
export function planPipeline(pipeline: Pipeline, options: SelectOptions): PipelinePlan {
  const selected = selectJobs(pipeline, options);
  const running = selected.filter(({ runs }) => runs);
  const graph = running.map(({ job, needs }) => ({ name: job.name, needs }));
  const steps = new Map<string, number>();
  for (const { name, needs } of graph) {
    steps.set(name, 1 + Math.max(0, ...needs.map((need) => steps.get(need) ?? 0)));
  }
  const jobs = selected.map((each): PlannedJob => {
    const { name } = each.job;
    const stops = each.runs ? [...dependants(graph, [name])].filter((other) => other !== name) : [];
    return { ...each, step: steps.get(name) ?? 0, stops };
  });
  return { ...options, origin: pipeline.origin, jobs, absent: pipeline.absent };
}
