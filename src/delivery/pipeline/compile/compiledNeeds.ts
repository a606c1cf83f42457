// What a job waits for in a CI, which has one graph for all events: whatever it waits for on one of them. Where a need is no
// job of some event, the CI must go on without it.

import { type Job, type Pipeline, pipelineEvents } from "../job.ts";
import { dependants, effectiveNeeds } from "../select.ts";

export interface CompiledNeed {
  readonly job: Job;
  /** On some event of the job that has this need, the needed one does not run. */
  readonly optional: boolean;
  /** It is needed, directly or not, for its files. */
  readonly artifacts: boolean;
}

export function compiledNeeds(pipeline: Pipeline): Map<string, CompiledNeed[]> {
  const { jobs } = pipeline;
  const found = new Map<string, Set<string>>(jobs.map(({ name }) => [name, new Set()]));
  for (const event of pipelineEvents) {
    const running = jobs.filter((job) => job.on.includes(event));
    const names = new Set(running.map(({ name }) => name));
    const needs = effectiveNeeds(jobs, (name) => names.has(name));
    const graph = running.map(({ name }) => ({ name, needs: needs.get(name) ?? [] }));
    for (const { name, needs } of graph) for (const need of needs) found.get(name)?.add(need);
    // Files come from everything before, as they do in a run here.
    for (const giver of running.filter(({ artifacts }) => artifacts.length > 0)) {
      for (const name of dependants(graph, [giver.name])) if (name !== giver.name) found.get(name)?.add(giver.name);
    }
  }
  return new Map(
    jobs.map((job) => {
      const needed = jobs.filter(({ name }) => found.get(job.name)?.has(name) === true);
      const needs = needed.map((need) => ({
        job: need,
        optional: job.on.some((event) => !need.on.includes(event)),
        artifacts: need.artifacts.length > 0,
      }));
      return [job.name, needs];
    }),
  );
}
