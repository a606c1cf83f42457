// One job of a run: taken over if it has succeeded before under the same circumstances, else run, as often as it may be.

import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isSecretName } from "../../config/redact.ts";
import { readTreeRevision } from "../../repo/treeRevision.ts";
import {
  compareFingerprints,
  type Fingerprint,
  fingerprintDigest,
  formatDifference,
} from "../fingerprint/fingerprint.ts";
import { takeFingerprint } from "../fingerprint/take.ts";
import { areIntact, collectArtifacts, restoreArtifacts } from "./artifacts.ts";
import { type AttemptEnd, runAttempt } from "./attempt.ts";
import { type ContainerEngine, imageIdentity } from "./container.ts";
import type { Job } from "./job.ts";
import { JobLog } from "./jobLog.ts";
import { PipelineError } from "./pipelineError.ts";
import type { RunStep } from "./runEvent.ts";
import type { ProjectRuns, SuccessRecord } from "./runFolder.ts";

/** Asks a person; resolves to why not, or undefined when it was approved. Rejects when the signal fires. */
export type Approve = (question: {
  readonly job: Job;
  readonly run: string;
  readonly revision: string | undefined;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}) => Promise<string | undefined>;

export interface JobSurroundings {
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  readonly engine: ContainerEngine;
  readonly runs: ProjectRuns;
  readonly run: string;
  readonly revision: string | undefined;
  /** Globs of files that don't count for the revision: the artefacts of all jobs. */
  readonly passedOver: readonly string[];
  readonly key: Uint8Array;
  readonly approve: Approve;
  readonly emit: (step: RunStep) => void;
  readonly signal: AbortSignal;
}

export interface JobTask {
  readonly job: Job;
  /** definitionDigest of the job as it was written, without the values of variables. */
  readonly definition: string;
  /** Jobs before it, direct or not, whose files it gets. */
  readonly givers: readonly string[];
  /** All that it waits for was taken over, so that its own success may count again. */
  readonly needsReused: boolean;
}

export type JobResult = "reused" | "succeeded" | "failed" | "cancelled";

export async function runJob(task: JobTask, at: JobSurroundings): Promise<JobResult> {
  const { job } = task;
  const started = performance.now();
  const secrets = secretValues(job, at.env);
  const log = new JobLog(at.runs.logOf(at.run, job.name), secrets, (text) =>
    at.emit({ type: "job-output", job: job.name, text }),
  );
  log.say(`-- ${job.name}, run ${at.run}, ${new Date().toISOString()}`);
  let attempts = 0;
  const ended = (end: "succeeded" | "failed" | "cancelled", reason: string | undefined, artifacts = 0): typeof end => {
    const milliseconds = Math.round(performance.now() - started);
    log.say(`-- ${end}${reason === undefined ? "" : `: ${reason}`}`);
    at.emit({ type: "job-ended", job: job.name, end, attempts, milliseconds, reason: reason ?? null, artifacts });
    return end;
  };
  try {
    const before = await at.runs.success(at.run, job.name);
    const fingerprint = await fingerprintOf(job, at);
    if (before !== undefined && task.needsReused && (await stillCounts(before, task, fingerprint, at))) {
      at.emit({ type: "job-reused", job: job.name, run: at.run });
      return "reused";
    }
    await at.runs.dropSuccess(at.run, job.name);
    at.emit({ type: "job-started", job: job.name, attempt: 1, log: log.path });
    await compareWithLastGood(job, fingerprint, log, at);
    const refused = job.approval ? await approval(job, log, at) : undefined;
    if (at.signal.aborted) return ended("cancelled", undefined);
    if (refused !== undefined) return ended("failed", refused);
    for (const giver of task.givers) await restore(giver, log, at);
    let end: AttemptEnd = { succeeded: true };
    if (job.run.some((line) => line.trim() !== "")) {
      for (attempts = 1; ; attempts++) {
        end = await attempt(job, attempts, log, at);
        if (end.succeeded || at.signal.aborted || attempts > job.retries) break;
        at.emit({ type: "job-retried", job: job.name, attempt: attempts + 1, reason: end.reason });
        log.say(`-- attempt ${attempts} failed: ${end.reason}; again`);
        // Most failures that go away by themselves don't do so at once.
        await sleep(Math.min(1000 * attempts, 10_000), undefined, { signal: at.signal }).catch(() => undefined);
      }
    }
    if (!end.succeeded) return ended(at.signal.aborted ? "cancelled" : "failed", end.reason);
    const kept = await succeed(task, fingerprint, log, at);
    return ended("succeeded", undefined, kept);
  } catch (error) {
    if (at.signal.aborted) return ended("cancelled", undefined);
    // The disk, the engine, git: the job's failure, in their words.
    return ended("failed", error instanceof Error ? error.message : String(error));
  } finally {
    log.close();
  }
}

async function fingerprintOf(job: Job, { engine, env, key, project, signal }: JobSurroundings): Promise<Fingerprint> {
  const images = [job.image, ...Object.values(job.services).map(({ image }) => image)];
  const used = [...new Set(images.filter((image) => image !== undefined))];
  const identities = await Promise.all(
    used.map(async (image) => `${image} ${await imageIdentity(engine, image, signal)}`),
  );
  return takeFingerprint({
    lines: job.run,
    cwd: project,
    surroundings: env,
    env: job.env,
    images: identities,
    contained: job.image !== undefined,
    key,
    signal,
  });
}

async function stillCounts(
  before: SuccessRecord,
  { job, definition }: JobTask,
  fingerprint: Fingerprint,
  { revision, runs, run }: JobSurroundings,
): Promise<boolean> {
  return (
    revision !== undefined &&
    before.revision === revision &&
    before.definition === definition &&
    before.fingerprint === fingerprintDigest(fingerprint) &&
    (await areIntact(before.artifacts, runs.artifactsOf(run, job.name)))
  );
}

async function compareWithLastGood(job: Job, now: Fingerprint, log: JobLog, at: JobSurroundings): Promise<void> {
  const good = await at.runs.good(job.name);
  const differences = good === undefined ? [] : compareFingerprints(good.fingerprint, now);
  at.emit({
    type: "job-fingerprint",
    job: job.name,
    digest: fingerprintDigest(now),
    lastGood: good?.at ?? null,
    differences,
  });
  if (good === undefined) log.say("-- surroundings: nothing to compare with, this job has not succeeded here before");
  else if (differences.length === 0) log.say(`-- surroundings: as when it last succeeded (${good.at})`);
  else {
    log.say(`-- surroundings: different from when it last succeeded (${good.at})`);
    for (const difference of differences) log.say(`--   ${formatDifference(difference)}`);
  }
}

async function approval(job: Job, log: JobLog, at: JobSurroundings): Promise<string | undefined> {
  const say = (how: string): void => {
    log.say(`-- ${how}`);
    at.emit({ type: "job-waiting", job: job.name, environment: job.environment ?? null, how });
  };
  return at.approve({ job, run: at.run, revision: at.revision, say, signal: at.signal });
}

async function restore(giver: string, log: JobLog, { runs, run, project }: JobSurroundings): Promise<void> {
  const record = await runs.success(run, giver);
  if (record === undefined || record.artifacts.length === 0) return;
  const count = await restoreArtifacts(record.artifacts, runs.artifactsOf(run, giver), project);
  if (count > 0) log.say(`-- ${count} of ${record.artifacts.length} files of ${giver} put back into the tree`);
}

function attempt(job: Job, number: number, log: JobLog, at: JobSurroundings): Promise<AttemptEnd> {
  const { project, env, engine, signal, run, runs } = at;
  const mark = `${run}/${job.name}/${number}`;
  return runAttempt({ job, project, env, engine, mark, log, signal, scratch: runs.logOf(run, job.name) });
}

/** The order matters: files, then what they belong to, then the success itself, which counts only once it is all there. */
async function succeed(
  { job, definition }: JobTask,
  fingerprint: Fingerprint,
  log: JobLog,
  at: JobSurroundings,
): Promise<number> {
  const { runs, run, project, passedOver } = at;
  const folder = runs.artifactsOf(run, job.name);
  const { artifacts, notes } = await collectArtifacts(project, job.artifacts, folder);
  for (const note of notes) log.say(`-- ${note}`);
  // Somebody edits, or a job writes what it did not declare: then nobody knows which files were tested.
  const now = await readTreeRevision(project, passedOver);
  const revision = now === at.revision ? now : undefined;
  if (revision === undefined && at.revision !== undefined) {
    log.say("-- files that are no artefacts changed during the run: this success won't be taken over by a later one");
  }
  const when = new Date().toISOString();
  await runs.keepGood(job.name, { at: when, fingerprint });
  const record = { definition, fingerprint: fingerprintDigest(fingerprint), revision: revision ?? null, at: when };
  await runs.keepSuccess(run, job.name, { ...record, artifacts });
  if (artifacts.length === 0) await rm(folder, { recursive: true, force: true });
  return artifacts.length;
}

function secretValues(job: Job, env: NodeJS.ProcessEnv): string[] {
  const all = [env, job.env, ...Object.values(job.services).map((service) => service.env)];
  return all.flatMap((variables) =>
    Object.entries(variables).flatMap(([name, value]) => (value !== undefined && isSecretName(name) ? [value] : [])),
  );
}

/** What keeps a run from starting is told before it does. */
export function mustHaveEngine(jobs: readonly Job[], there: boolean): void {
  const needing = jobs.filter(
    ({ image, services }) =>
      image !== undefined || Object.values(services).some((service) => service.image !== undefined),
  );
  if (needing.length === 0 || there) return;
  const names = needing.map(({ name }) => name).join(", ");
  throw new PipelineError(
    "engine",
    `${names}: these jobs need containers, and no engine answers. Start docker, set DOCKER_HOST, or leave them out with --only`,
  );
}
