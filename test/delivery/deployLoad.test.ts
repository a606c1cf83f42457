// What users notice of a deploy: nothing. Of a bad one: little, and not for long.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeEvidence } from "../harness/evidence.ts";
import { Load } from "../harness/load.ts";
import { missing } from "../harness/require.ts";
import { DeployWorld, type Shipped } from "./deployWorld.ts";

const isLong = process.env["FAIRLEAD_LONG"] === "1";
const deploys = isLong ? 20 : 3;
const reason = missing(...DeployWorld.needs);

/** A window short enough for a test, and long enough to see one error in ten. */
const watched = [
  "drain: 2s",
  "health: { interval: 200ms, within: 6s }",
  "settings: { SHOP_START: 2s }",
  "verification: { delay: 300ms, interval: 700ms, samples: 4, failureLimit: 1, minRequests: 5 }",
];

describe("under load", { timeout: 400_000 }, () => {
  let world: DeployWorld;
  let good: Shipped;
  /** The last one that was found good. */
  let last: Shipped;
  const lines: string[] = [];

  beforeAll(async () => {
    if (reason !== undefined) return;
    world = await DeployWorld.start();
    await world.configure(watched);
    good = await world.push("good");
    last = good;
  });

  afterAll(async () => {
    if (reason !== undefined) return;
    await world[Symbol.asyncDispose]();
    if (isLong) await writeEvidence("deploy", `# Deploys under load\n\n${lines.join("\n")}\n`);
  });

  const urls = (): string[] => world.hosts.map(({ address }) => `http://${address}:8080`);

  test(`${deploys} deploys lose no request`, { timeout: 60_000 + deploys * 40_000 }, async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    expect((await deployUnderOwnLoad(world, good)).exitCode).toBe(0);
    await using load = Load.start(urls());
    for (let i = 0; i < deploys; i++) {
      const next = await world.push("good");
      const run = await world.deploy(next);
      expect(run.exitCode, run.stderr + run.stdout).toBe(0);
      expect(run.stdout).toContain("(successful)");
      expect(await world.serving()).toEqual([next.digest, next.digest]);
      last = next;
    }
    const { requests, ...bad } = await load.stop();
    expect(bad).toEqual({ errors: 0, lost: 0, faults: [] });
    expect(requests).toBeGreaterThan(100 * deploys);
    lines.push(`- ${deploys} deploys to two hosts by \`switch\`: ${requests} requests, 0 lost, 0 errors`);
  });

  test("5xx on one request of ten: taken back on both hosts, users get no more of it", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    await using load = Load.start(urls());
    const run = await world.deploy(await world.push("errors"));
    expect(run.exitCode, run.stderr + run.stdout).toBe(1);
    expect(run.stdout).toMatch(/was rolled back[\s\S]*more than 5% errors/);
    const time = /served everywhere ([\d.]+) s after the decision, ([\d.]+) s after the first bad sample/.exec(
      run.stdout,
    );
    expect(time, run.stdout).not.toBeNull();
    expect(await world.serving()).toEqual([last.digest, last.digest]);
    const before = load.count;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const after = await load.stop();
    expect(after.lost).toBe(0);
    expect(after.errors - before.errors).toBe(0);
    lines.push(
      `- 5xx on 10% of requests: the old release served on both hosts ${time?.[2]} s after the first bad sample ` +
        `(samples of 0.7 s, one may fail), ${time?.[1]} s after the decision; ${after.errors} errors, 0 lost`,
    );
  });

  test.for([
    ["crash", /ended with exit code 1|no answer/],
    ["unhealthy", /status 503: .*stock system/],
    ["never-ready", /not ready; the last saw: no answer/],
  ] as const)("a release that is %s never gets a request", async ([kind, said], { skip }) => {
    if (reason !== undefined) skip(reason);
    await using load = Load.start(urls());
    const run = await world.deploy(await world.push(kind));
    expect(run.exitCode, run.stderr + run.stdout).toBe(1);
    expect(run.stdout).toMatch(/did not go out[\s\S]*did not become healthy/);
    expect(run.stdout).toMatch(said);
    const { requests, ...bad } = await load.stop();
    expect(bad).toEqual({ errors: 0, lost: 0, faults: [] });
    expect(requests).toBeGreaterThan(50);
    expect(await world.serving()).toEqual([last.digest, last.digest]);
  });

  test("a slow one is waited for", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    await using load = Load.start(urls());
    const slow = await world.push("slow");
    const run = await world.deploy(slow);
    expect(run.exitCode, run.stderr + run.stdout).toBe(0);
    expect(run.stderr).toMatch(/healthy after [\d.]+ s, \d+ looks/);
    expect(await load.stop()).toMatchObject({ errors: 0, lost: 0 });
    expect(await world.serving()).toEqual([slow.digest, slow.digest]);
  });
});

/** The first window would see nobody and be held: with users there is something to judge by. */
async function deployUnderOwnLoad(world: DeployWorld, image: Shipped): ReturnType<DeployWorld["deploy"]> {
  await using _ = Load.start(world.hosts.map(({ address }) => `http://${address}:8080`));
  return await world.deploy(image);
}
