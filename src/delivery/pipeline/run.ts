// A whole run: what was interrupted is cleared away, what it had done is taken over, and the rest is done.

import { availableParallelism } from "node:os";
import { readTreeRevision } from "../../repo/treeRevision.ts";
import { askEngine, type ContainerEngine, removeMarked } from "./container.ts";
import type { Job } from "./job.ts";
import type { PipelinePlan } from "./plan.ts";
import { endMarked } from "./processGroup.ts";
import type { OnRunEvent, RunStep } from "./runEvent.ts";
import { newRunId, ProjectRuns, type RunRecord } from "./runFolder.ts";
import { type Approve, mustHaveEngine, runJob, type JobResult } from "./runJob.ts";
import { schedule } from "./schedule.ts";

export interface RunOptions {
  readonly plan: PipelinePlan;
  /** The jobs that run, with the values of their variables. */
  readonly jobs: ReadonlyMap<string, Job>;
  /** definitionDigest by job, as they were written. */
  readonly definitions: ReadonlyMap<string, string>;
  /** Absolute. */
  readonly project: string;
  readonly dataFolder: string;
  /** undefined: one a core. */
  readonly parallel: number | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly engine: ContainerEngine;
  readonly approve: Approve;
  /** Takes nothing over. */
  readonly fresh: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: OnRunEvent;
}

export type RunEnd = "succeeded" | "failed" | "cancelled";

/**
 * Runs the plan. Resolves when nothing of it runs any more.
 *
 * @throws PipelineError `busy`, `engine` or `state`; GitError
 */
export async function runPipeline(options: RunOptions): Promise<RunEnd> {
  const { plan, project, dataFolder, engine, signal, onEvent } = options;
  const started = performance.now();
  const emit = (step: RunStep): void => onEvent({ at: new Date().toISOString(), ...step });
  using runs = await ProjectRuns.open(dataFolder, project);
  const selected = plan.jobs.filter(({ runs }) => runs);
  const jobs = selected.map(({ job }) => options.jobs.get(job.name) ?? job);
  const engineAnswers = await answers(engine, jobs);
  mustHaveEngine(jobs, engineAnswers);
  const passedOver = plan.jobs.flatMap(({ job }) =>
    job.artifacts.flatMap((glob) => [glob, `${glob.replace(/\/+$/, "")}/**`]),
  );
  const revision = await readTreeRevision(project, passedOver);
  await clearUp(runs, engine, engineAnswers);
  const { record, resumed } = await takeUp(runs, options, revision);
  const graph = new Map(selected.map(({ job, needs }) => [job.name, needs]));
  emit({
    type: "run-started",
    run: record.id,
    event: plan.event,
    revision: revision ?? null,
    resumed,
    folder: runs.folderOf(record.id),
    jobs: selected.map(({ job, needs }) => ({ name: job.name, needs })),
  });

  const results = new Map<string, JobResult>();
  const surroundings = {
    ...options,
    runs,
    run: record.id,
    revision,
    passedOver,
    key: await runs.key(),
    emit,
  };
  const ends = await schedule(
    jobs.map((job) => ({ name: job.name, needs: graph.get(job.name) ?? [], exclusive: job.environment })),
    {
      parallel: options.parallel ?? availableParallelism(),
      signal,
      onSkipped: (job, stoppedBy) => emit({ type: "job-skipped", job, stoppedBy: stoppedBy ?? null }),
      run: async (name) => {
        const job = options.jobs.get(name);
        if (job === undefined) throw new Error(`${name} is no job of this run`);
        const needs = graph.get(name) ?? [];
        const needsReused = needs.every((need) => results.get(need) === "reused");
        const task = { job, definition: options.definitions.get(name) ?? "", givers: before(name, graph), needsReused };
        const result = await runJob(task, surroundings);
        results.set(name, result);
        return result === "reused" || result === "succeeded";
      },
    },
  );
  const failed = [...ends].filter(([, end]) => end === "failed").map(([name]) => name);
  const end = failed.length > 0 ? "failed" : [...ends.values()].includes("cancelled") ? "cancelled" : "succeeded";
  await runs.write({ ...record, end });
  emit({
    type: "run-ended",
    run: record.id,
    end,
    milliseconds: Math.round(performance.now() - started),
    failed,
    treeChanged: revision !== undefined && (await readTreeRevision(project, passedOver)) !== revision,
  });
  return end;
}

/** Asked only where a job needs containers. */
async function answers(engine: ContainerEngine, jobs: readonly Job[]): Promise<boolean> {
  const needed = jobs.some(
    ({ image, services }) =>
      image !== undefined || Object.values(services).some((service) => service.image !== undefined),
  );
  if (!needed) return false;
  return (await askEngine(engine, ["version", "--format", "{{.Server.Version}}"], { within: 20_000 })).status === 0;
}

/** We hold the lock: a run without an end is a dead one. Its programs mostly died with it; whoever got away ends now. */
async function clearUp(runs: ProjectRuns, engine: ContainerEngine, engineAnswers: boolean): Promise<void> {
  for (const run of await runs.list()) {
    if (run.end !== null) continue;
    await endMarked(run.id, 2000);
    if (engineAnswers) await removeMarked(engine, run.id);
    await runs.write({ ...run, end: "cancelled" });
  }
}

/** Goes on with the last run if that was for the same and did not succeed; else begins a new one. */
async function takeUp(
  runs: ProjectRuns,
  { plan, fresh }: RunOptions,
  revision: string | undefined,
): Promise<{ record: RunRecord; resumed: boolean }> {
  const selection = JSON.stringify([plan.only, plan.from]);
  const now = new Date();
  const [last] = await runs.list();
  const resumed =
    !fresh &&
    last !== undefined &&
    last.end !== "succeeded" &&
    revision !== undefined &&
    last.revision === revision &&
    last.event === plan.event &&
    last.selection === selection;
  const record: RunRecord = resumed
    ? { ...last, end: null }
    : {
        id: newRunId(now),
        event: plan.event,
        selection,
        revision: revision ?? null,
        started: now.toISOString(),
        end: null,
      };
  await runs.create(record);
  return { record, resumed };
}

/** All that a job waits for, directly or not, in the order of the run: of two that leave the same file, the later counts. */
function before(name: string, graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set<string>();
  const open = [...(graph.get(name) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(graph.get(next) ?? []));
  }
  return [...graph.keys()].filter((each) => found.has(each));
}
