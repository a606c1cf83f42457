import fc from "fast-check";
import { expect, test } from "vitest";
import type { Policy } from "./judge.ts";
import { type Counters, type Sample, type Source, SourceError } from "./sample.ts";
import { type Clock, verify, type Verification } from "./verify.ts";

const policy: Policy = {
  samples: 4,
  maxErrorRate: 0.05,
  failureLimit: 1,
  minRequests: 10,
  tooLittle: "hold",
  errorLimit: 2,
};

/** A service that has 10 requests a second, failures by the second, and a clock that jumps. */
class World implements Clock {
  time = 1_000_000;
  readonly stored: Sample[] = [];
  failing: (second: number) => number = () => 0;
  unreadable: (second: number) => SourceError | undefined = () => undefined;
  /** The deployer is killed when the clock gets there. */
  killAt = Number.POSITIVE_INFINITY;
  readonly kill = new AbortController();

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    if (this.time >= this.killAt) throw new Error("killed");
  }

  get second(): number {
    return (this.time - 1_000_000) / 1000;
  }

  counters(): Counters {
    let errors = 0;
    for (let second = 0; second < this.second; second++) errors += this.failing(second);
    return { requests: Math.floor(this.second * 10), errors };
  }

  run(change: Partial<Verification> = {}): ReturnType<typeof verify> {
    const source: Source = {
      read: async () => {
        const error = this.unreadable(this.second);
        if (error !== undefined) throw error;
        return this.counters();
      },
    };
    return verify({
      policy,
      delay: 5000,
      interval: 10_000,
      source,
      store: { load: async () => [...this.stored], append: async (sample) => void this.stored.push(sample) },
      clock: this,
      signal: this.kill.signal,
      ...change,
    });
  }
}

test("a good release: delay, then the samples of the window", async () => {
  const world = new World();
  const seen: number[] = [];
  const judgement = await world.run({ onSample: (_, samples) => seen.push(samples.length) });
  expect(judgement).toMatchObject({ verdict: "successful", firstBad: undefined });
  expect(judgement.reason).toBe("4 samples, 400 requests, 0% errors");
  expect(judgement.samples.map((sample) => ("failure" in sample ? undefined : sample.requests))).toEqual([
    100, 100, 100, 100,
  ]);
  expect(world.second).toBe(45);
  expect(seen).toEqual([1, 2, 3, 4]);
});

test("errors before the window don't count; a bad release fails before its end", async () => {
  const world = new World();
  world.failing = (second) => (second < 5 ? 10 : second >= 15 ? 2 : 0);
  const judgement = await world.run();
  expect(judgement).toMatchObject({ verdict: "failed", firstBad: 1_025_000 });
  expect(world.second).toBe(35);
});

test("a source that can't be read is asked again, and what happened meanwhile is in the next sample", async () => {
  const world = new World();
  world.unreadable = (second) => (second > 10 && second < 30 ? new SourceError("unreachable", "no route") : undefined);
  const judgement = await world.run();
  expect(judgement.verdict).toBe("successful");
  expect(judgement.samples.map((sample) => ("failure" in sample ? sample.failure : sample.requests))).toEqual([
    "no route",
    "no route",
    300,
    100,
    100,
    100,
  ]);
});

test("what does not exist is not asked for again", async () => {
  const world = new World();
  world.unreadable = () => new SourceError("unknown-metric", "there is no server blue");
  const judgement = await world.run();
  expect(judgement).toMatchObject({
    verdict: "error",
    reason: "the figures could not be read: there is no server blue",
  });
  expect(judgement.samples).toHaveLength(1);
});

test("a failure of our own is no sample", async () => {
  const world = new World();
  const source = { read: () => Promise.reject(new TypeError("bug")) };
  await expect(world.run({ source })).rejects.toThrow("bug");
  expect(world.stored).toEqual([]);
});

test("an aborted verification ends with the signal's reason", async () => {
  const world = new World();
  world.kill.abort(new Error("Ctrl-C"));
  await expect(world.run()).rejects.toThrow("Ctrl-C");
});

test("killed at any moments and started again, it comes to the verdict of one that was not", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
      fc.constantFrom(0, 2, 10),
      async (kills, rate) => {
        const undisturbed = new World();
        undisturbed.failing = () => rate;
        const expected = await undisturbed.run();

        const world = new World();
        world.failing = () => rate;
        for (const kill of kills) {
          world.killAt = world.time + kill * 1000;
          await Promise.allSettled([world.run()]);
          // It takes a while until somebody starts it again.
          world.time = Math.max(world.time, world.killAt) + 3000;
        }
        world.killAt = Number.POSITIVE_INFINITY;
        const judgement = await world.run();
        expect(judgement.verdict).toBe(expected.verdict);
        expect(judgement.samples.length).toBeLessThanOrEqual(policy.samples);
      },
    ),
    { numRuns: 200 },
  );
});
