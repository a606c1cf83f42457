import fc from "fast-check";
import { expect, test } from "vitest";
import { type JobEnd, schedule, type ScheduledJob } from "./schedule.ts";

interface World {
  readonly jobs: readonly ScheduledJob[];
  readonly failing: ReadonlySet<string>;
  readonly parallel: number;
  /** Microtask turns each job takes. */
  readonly turns: readonly number[];
}

/** Random graphs: a job may need any of those before it. */
const worlds: fc.Arbitrary<World> = fc
  .integer({ min: 1, max: 14 })
  .chain((size) =>
    fc.record({
      edges: fc.array(fc.array(fc.nat(size), { maxLength: 4 }), { minLength: size, maxLength: size }),
      failing: fc.array(fc.nat(size - 1), { maxLength: 3 }),
      exclusive: fc.array(fc.option(fc.constantFrom("staging", "production"), { nil: undefined }), {
        minLength: size,
        maxLength: size,
      }),
      parallel: fc.integer({ min: 1, max: 5 }),
      turns: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: size, maxLength: size }),
    }),
  )
  .map(({ edges, failing, exclusive, parallel, turns }) => ({
    jobs: edges.map((needs, index) => ({
      name: `job${index}`,
      needs: [...new Set(needs.filter((need) => need < index).map((need) => `job${need}`))],
      exclusive: exclusive[index],
    })),
    failing: new Set(failing.map((index) => `job${index}`)),
    parallel,
    turns,
  }));

interface Trace {
  readonly ends: ReadonlyMap<string, JobEnd>;
  readonly started: readonly string[];
  readonly skipped: ReadonlyMap<string, string | undefined>;
  readonly faults: readonly string[];
}

async function walk(world: World, cancelAfter = Infinity): Promise<Trace> {
  const started: string[] = [];
  const finished = new Set<string>();
  const running = new Set<string>();
  const faults: string[] = [];
  const skipped = new Map<string, string | undefined>();
  const abort = new AbortController();
  const byName = new Map(world.jobs.map((job) => [job.name, job]));
  const ends = await schedule(world.jobs, {
    parallel: world.parallel,
    signal: abort.signal,
    onSkipped: (name, by) => skipped.set(name, by),
    run: async (name) => {
      const job = byName.get(name);
      if (started.includes(name)) faults.push(`${name} runs twice`);
      if (abort.signal.aborted) faults.push(`${name} starts after the end`);
      for (const need of job?.needs ?? []) if (!finished.has(need)) faults.push(`${name} runs before ${need}`);
      for (const other of running) {
        if (job?.exclusive !== undefined && byName.get(other)?.exclusive === job.exclusive) {
          faults.push(`${name} and ${other} run at once`);
        }
      }
      started.push(name);
      running.add(name);
      if (running.size > world.parallel) faults.push(`${running.size} run at once`);
      for (let turn = world.turns[Number(name.slice(3))] ?? 0; turn > 0; turn--) await Promise.resolve();
      if (started.length > cancelAfter) abort.abort();
      running.delete(name);
      if (world.failing.has(name) || abort.signal.aborted) return false;
      finished.add(name);
      return true;
    },
  });
  return { ends, started, skipped, faults };
}

/** Everything that depends on a failing job that really fails, computed without the scheduler. */
function expectedEnds({ jobs, failing }: World): Map<string, JobEnd> {
  const ends = new Map<string, JobEnd>();
  for (const { name, needs } of jobs) {
    const blocked = needs.some((need) => ends.get(need) !== "succeeded");
    ends.set(name, blocked ? "stopped" : failing.has(name) ? "failed" : "succeeded");
  }
  return ends;
}

test("order respects needs, nothing runs twice, a failure stops exactly its dependants", async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { ends, started, skipped, faults } = await walk(world);
      expect(faults).toEqual([]);
      expect(Object.fromEntries(ends)).toEqual(Object.fromEntries(expectedEnds(world)));
      expect(started.length + skipped.size).toBe(world.jobs.length);
      for (const by of skipped.values()) expect(world.failing.has(by ?? "")).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("cancelled at any moment: nothing more starts, and every job has an end", async () => {
  await fc.assert(
    fc.asyncProperty(worlds, fc.nat(14), async (world, cancelAfter) => {
      const { ends, faults } = await walk(world, cancelAfter);
      expect(faults).toEqual([]);
      expect(ends.size).toBe(world.jobs.length);
    }),
    { numRuns: 200 },
  );
});
