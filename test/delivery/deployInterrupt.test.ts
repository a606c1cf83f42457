// A deploy that a person stops, and one whose lock somebody breaks. What it says then is held against what the hosts do.
import { expect, test } from "vitest";
import * as z from "zod";
import { exchange } from "../harness/exchange.ts";
import { requireAll } from "../harness/require.ts";
import { DeployWorld, type FairleadRun } from "./deployWorld.ts";

const isLong = process.env["FAIRLEAD_LONG"] === "1";
const settings = [
  "drain: 1s",
  "health: { interval: 200ms }",
  "verification: { source: probe, delay: 100ms, interval: 300ms, samples: 3, minRequests: 1 }",
];
const patience = { timeout: isLong ? 900_000 : 300_000 };
/** "   0.4s  web1  write …": a step begins, or has something to say. */
const progress = /^ *\d+\.\ds {2}(?:web\d|all) .*$/gm;
const releaseOf = ({ text }: FairleadRun): string => /deploy shop to production: (\S+)/.exec(text)?.[1] ?? "none";

const statusShape = z.object({
  hosts: z.array(z.object({ name: z.string(), release: z.string(), open: z.unknown(), drift: z.array(z.string()) })),
});

/** What users are answered by: the release that the service behind each host's port says it is. */
async function answering(world: DeployWorld): Promise<string[]> {
  const texts = world.hosts.map(async ({ address }) => (await exchange(`http://${address}:8080`, "/metrics")).body);
  return (await Promise.all(texts)).map((text) => /release="([^"]+)"/.exec(text.toString("utf8"))?.[1] ?? "nothing");
}

async function statusOf(world: DeployWorld): Promise<z.infer<typeof statusShape>["hosts"]> {
  return statusShape.parse(JSON.parse((await world.fairlead(["status", "production", "--json"])).stdout)).hosts;
}

async function serveFirst(world: DeployWorld): Promise<void> {
  await world.configure(settings);
  expect((await world.deploy(await world.push("good"))).exitCode).toBe(0);
}

test("Ctrl-C at any step: the old or the new release serves, as it says", patience, async ({ skip }) => {
  requireAll(skip, ...DeployWorld.needs);
  await using world = await DeployWorld.start();
  await serveFirst(world);
  const [old] = await answering(world);
  const next = await world.push("good");
  const plan = z.object({ steps: z.array(z.unknown()) });
  const planned = plan.parse(JSON.parse((await world.deploy(next, "--plan", "--json")).stdout)).steps.length;
  expect(planned).toBeGreaterThan(8);
  // While the image is pulled, and when the first host has switched and the second has not.
  const moments = isLong ? Array.from({ length: planned }, (_, i) => i + 1) : [3, 9];
  const seen = new Set<string>();
  for (const moment of moments) {
    const run = world.start(["deploy", "production", "--tag", next.tag]);
    await run.said(new RegExp(`(?:^ *\\d+\\.\\ds {2}(?:web\\d|all) [^]*?\\n){${moment}}`, "m"));
    run.kill("SIGINT");
    const { exitCode, stdout, stderr } = await run.ended;
    const at = `stopped at line ${moment}: ${stderr.match(progress)?.at(-1)}\n${stdout}`;
    const release = releaseOf(run);
    const serves = [...stdout.matchAll(/^ {2}web\d serves (\S+)$/gm)].map(([, name]) => name);
    // The last step was through when the signal came: then it is done.
    if (exitCode !== 0) expect(serves, at + stderr).toHaveLength(2);
    const [real, status] = [await answering(world), await statusOf(world)];
    if (exitCode !== 0) expect(serves, at).toEqual(real);
    for (const [index, { release: recorded, drift }] of status.entries()) {
      expect([old, release], at).toContain(real[index]);
      expect(recorded, at).toBe(real[index]);
      expect(drift, at).toEqual([]);
    }
    seen.add(real.map((name) => (name === old ? "old" : "new")).join(" "));
    // The same command goes on, or begins anew.
    const again = await world.deploy(next);
    expect(again.exitCode, at + again.stderr).toBe(0);
    const back = await world.fairlead(["rollback", "production"]);
    expect(back.exitCode, at + back.stderr).toBe(0);
    expect(await answering(world), at).toEqual([old, old]);
    for (const host of world.hosts) {
      expect((await host.docker(["ps", "--quiet"])).trim().split("\n"), at).toHaveLength(1);
    }
  }
  // How far it comes between its line and the signal is the machine's choice: among all moments both must occur.
  if (isLong) expect([...seen]).toEqual(expect.arrayContaining(["old old", "new old"]));
});

test(
  "a living lock: only --force breaks it, on record, and its holder changes nothing more",
  patience,
  async ({ skip }) => {
    requireAll(skip, ...DeployWorld.needs);
    await using world = await DeployWorld.start();
    await serveFirst(world);
    const [first, second] = [await world.push("good"), await world.push("good")];
    await world.configure([
      ...settings.slice(0, 2),
      "verification: { source: probe, delay: 100ms, interval: 1s, samples: 1000, minRequests: 1 }",
    ]);
    const holder = world.start(["deploy", "production", "--tag", first.tag]);
    await holder.said(/sample 2 of/);
    const refused = await world.fairlead(["rollback", "production"], { FAIRLEAD_USER: "ben" });
    expect(refused.exitCode, refused.stderr).toBe(3);
    expect(refused.stderr).toContain("To break a living one: --force (this is recorded)");

    await world.configure(settings);
    const breaker = await world.fairlead(["deploy", "production", "--tag", second.tag, "--force"], {
      FAIRLEAD_USER: "ben",
    });
    expect(breaker.exitCode, breaker.stdout + breaker.stderr).toBe(0);
    const beaten = await holder.ended;
    expect(beaten.exitCode, beaten.stderr).toBe(3);
    expect(beaten.stderr).toMatch(/lock is no longer ours\. ben@\S+ has it now \(deploy /);
    expect(await world.serving()).toEqual([second.digest, second.digest]);
    for (const host of world.hosts) {
      const record = await host.run(["cat", "/var/lib/fairlead/shop/production/broken-locks.log"]);
      const line = JSON.parse(record.trim().split("\n").at(-1) ?? "");
      expect(line).toMatchObject({ by: expect.stringMatching(/^ben@/), broken: { how: "forced" } });
      expect(line.broken.owner).toMatch(/^anna@/);
    }
  },
);
