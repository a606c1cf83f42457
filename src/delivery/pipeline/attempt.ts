// One attempt of a job: services, script, and the end of everything it started.

import { rm } from "node:fs/promises";
import { formatDuration } from "../../config/duration.ts";
import { type ContainerEngine, createNetwork, jobContainer, removeMarked } from "./container.ts";
import type { Job } from "./job.ts";
import type { JobLog } from "./jobLog.ts";
import { PipelineError } from "./pipelineError.ts";
import { ProcessGroup } from "./processGroup.ts";
import { scriptOf, scriptVariable, shellArguments } from "./script.ts";
import { ServiceError, type StartedServices, startServices } from "./services.ts";

export interface AttemptOptions {
  readonly job: Job;
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  readonly engine: ContainerEngine;
  /** `run/job/attempt` */
  readonly mark: string;
  readonly log: JobLog;
  /** A path for files that are gone soon, of this job alone. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

export type AttemptEnd = { readonly succeeded: true } | { readonly succeeded: false; readonly reason: string };

/** Between TERM and KILL. */
const graceMs = 10_000;

/** Runs to the end, the timeout, or the signal. Nothing that it started runs when it resolves. */
export async function runAttempt(options: AttemptOptions): Promise<AttemptEnd> {
  const { job, mark, engine, log, scratch, signal } = options;
  const timeout = AbortSignal.timeout(job.timeout);
  const over = AbortSignal.any([signal, timeout]);
  const contained = job.image !== undefined || Object.values(job.services).some(({ image }) => image !== undefined);
  let services: StartedServices | undefined;
  try {
    const network = await networkOf(options);
    const at = {
      ...options,
      network: network === "host" ? undefined : network,
      envFile: (name: string): string => `${scratch}.${name}.env`,
      say: (line: string): void => log.say(line),
      signal: over,
    };
    if (Object.keys(job.services).length > 0) services = await startServices(job, at);
    const end = await runScript({ ...options, signal: over }, { ...job.env, ...services?.variables }, network);
    return told(end, over, timeout, job);
  } catch (error) {
    if (over.aborted) return told({ succeeded: false, reason: "" }, over, timeout, job);
    // A service or an engine that fails is the job's failure, with its own words; anything else is our mistake.
    if (error instanceof ServiceError || error instanceof PipelineError)
      return { succeeded: false, reason: error.message };
    throw error;
  } finally {
    await services?.stop(graceMs);
    if (contained) await removeMarked(engine, mark);
    await rm(`${scratch}.env`, { force: true });
  }
}

function told(end: AttemptEnd, over: AbortSignal, timeout: AbortSignal, job: Job): AttemptEnd {
  if (!over.aborted || end.succeeded) return end;
  const late = timeout.aborted && over.reason === timeout.reason;
  return { succeeded: false, reason: late ? `it took more than ${formatDuration(job.timeout)}` : "cancelled" };
}

/** A container finds its services by name in a network of its own, unless one of them is a program here. */
async function networkOf({ job, engine, mark }: AttemptOptions): Promise<string | undefined> {
  const services = Object.values(job.services);
  if (job.image === undefined || services.length === 0) return undefined;
  if (services.some(({ image }) => image === undefined)) return "host";
  const name = containerName(mark);
  await createNetwork(engine, name, mark);
  return name;
}

async function runScript(
  { job, project, env, engine, mark, log, scratch, signal }: AttemptOptions,
  own: Readonly<Record<string, string>>,
  network: string | undefined,
): Promise<AttemptEnd> {
  const script = scriptOf(job.run);
  const onOutput = (chunk: Buffer): void => log.write(chunk);
  const inContainer =
    job.image === undefined
      ? undefined
      : await jobContainer(engine, {
          image: job.image,
          name: containerName(mark),
          mark,
          envFile: `${scratch}.env`,
          env: { CI: "true", ...own },
          network,
          project,
          script,
        });
  const group = new ProcessGroup({
    command: inContainer === undefined ? "sh" : engine.command,
    args: inContainer === undefined ? shellArguments : inContainer.args,
    cwd: project,
    env: inContainer === undefined ? { ...env, CI: "true", ...own, [scriptVariable]: script } : inContainer.env,
    mark,
    onOutput,
  });
  const stop = (): void => void group.stop(graceMs);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const { code, signal: killedBy, error } = await group.ended;
  signal.removeEventListener("abort", stop);
  // Whatever the script left running in the background goes as well.
  await group.stop(graceMs);
  if (error !== undefined) return { succeeded: false, reason: `it could not be started: ${error.message}` };
  if (code === 0) return { succeeded: true };
  return { succeeded: false, reason: code === null ? `ended by ${killedBy ?? "a signal"}` : `exit status ${code}` };
}

function containerName(mark: string): string {
  return `fairlead-${mark.replaceAll("/", "-")}`;
}
