// Walks a graph of jobs: each starts when all it needs have succeeded and a place is free. What a job does is passed in,
// so that the rules stand here alone: nothing runs twice, nothing before its needs, a failure stops exactly what depends on
// it, however far.

/** `stopped`: something it depends on failed. `cancelled`: the whole was told to stop before it was done. */
export type JobEnd = "succeeded" | "failed" | "stopped" | "cancelled";

export interface ScheduledJob {
  readonly name: string;
  readonly needs: readonly string[];
  /** Jobs with the same value never run at once. */
  readonly exclusive: string | undefined;
}

export interface ScheduleOptions {
  /** How many run at once, at least 1. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  /** Runs a job; resolves to whether it succeeded. It ends early when the signal fires, and must not throw. */
  readonly run: (name: string) => Promise<boolean>;
  /** Told of each job that will not run: by which failed job, or undefined when all was cancelled. */
  readonly onSkipped: (name: string, stoppedBy: string | undefined) => void;
}

/** Resolves when nothing runs any more, to how each job ended. `jobs` must name its needs before the jobs that have them. */
export async function schedule(
  jobs: readonly ScheduledJob[],
  { parallel, signal, run, onSkipped }: ScheduleOptions,
): Promise<Map<string, JobEnd>> {
  const ends = new Map<string, JobEnd>();
  const running = new Map<string, Promise<void>>();
  const waiting = new Set(jobs);
  const held = new Set<string>();

  const work = async (job: ScheduledJob): Promise<void> => {
    const succeeded = await run(job.name);
    ends.set(job.name, succeeded ? "succeeded" : signal.aborted ? "cancelled" : "failed");
    if (job.exclusive !== undefined) held.delete(job.exclusive);
    running.delete(job.name);
  };

  const begin = (job: ScheduledJob): void => {
    waiting.delete(job);
    if (job.exclusive !== undefined) held.add(job.exclusive);
    running.set(job.name, work(job));
  };

  const skip = (job: ScheduledJob, end: "stopped" | "cancelled", by: string | undefined): void => {
    waiting.delete(job);
    ends.set(job.name, end);
    onSkipped(job.name, by);
  };

  /** The failed job behind a need that will never be met. */
  const culprit = new Map<string, string>();
  for (;;) {
    for (const job of waiting) {
      const broken = job.needs.find((need) => ends.has(need) && ends.get(need) !== "succeeded");
      if (broken !== undefined && ends.get(broken) !== "cancelled") {
        const by = culprit.get(broken) ?? broken;
        culprit.set(job.name, by);
        skip(job, "stopped", by);
      } else if (broken !== undefined || signal.aborted) {
        skip(job, "cancelled", undefined);
      } else if (
        running.size < parallel &&
        job.needs.every((need) => ends.get(need) === "succeeded") &&
        (job.exclusive === undefined || !held.has(job.exclusive))
      ) {
        begin(job);
      }
    }
    if (running.size === 0) {
      if (waiting.size === 0) return ends;
      // A need that is no job of this graph: refused before, by buildPipeline.
      throw new Error(`jobs can never start: ${[...waiting].map(({ name }) => name).join(", ")}`);
    }
    await Promise.race(running.values());
  }
}
