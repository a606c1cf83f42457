// What goes wrong around a deploy, and what the person reads then. Users are served all the while.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { planSchema } from "../../src/delivery/deploy/plan.ts";
import { exchange } from "../harness/exchange.ts";
import { missing } from "../harness/require.ts";
import { DeployWorld, type Shipped } from "./deployWorld.ts";

const reason = missing(...DeployWorld.needs);
const unwatched = ["drain: 1s", "health: { interval: 200ms }", "verification: { source: none }"];
const watched = [
  "drain: 1s",
  "health: { interval: 200ms }",
  "verification: { source: probe, delay: 100ms, interval: 1s, samples: 5, minRequests: 2 }",
];

describe("when something is wrong", { timeout: 400_000 }, () => {
  let world: DeployWorld;
  /** What serves at the beginning of each test. */
  let now: Shipped;
  let next: Shipped;

  beforeAll(async () => {
    if (reason !== undefined) return;
    world = await DeployWorld.start();
    await world.configure(unwatched);
    now = await world.push("good");
    next = await world.push("good");
    expect(await world.deploy(now)).toMatchObject({ exitCode: 0 });
  });

  afterAll(async () => {
    if (reason === undefined) await world[Symbol.asyncDispose]();
  });

  const byDigest = ({ digest }: Shipped): string[] => ["deploy", "production", "--image", `${world.image}@${digest}`];

  /** Nothing has changed for users, nor in the records. */
  async function expectUntouched(): Promise<void> {
    expect(await world.serving()).toEqual([now.digest, now.digest]);
    for (const { address } of world.hosts) {
      expect((await exchange(`http://${address}:8080`, "/healthz")).status).toBe(200);
    }
  }

  test("the password is wrong: at the registry for the tag, on the hosts for the pull", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    const wrong = { REGISTRY_PASSWORD: "not-the-password" };
    const byTag = await world.fairlead(["deploy", "production", "--tag", next.tag], wrong);
    expect(byTag).toMatchObject({ exitCode: 3 });
    expect(byTag.stderr).toMatch(/password|login/);
    const pulled = await world.fairlead(byDigest(next), wrong);
    expect(pulled.exitCode, pulled.stderr).toBe(3);
    expect(pulled.stdout).toMatch(/did not go out[\s\S]*refuses the password of ci/);
    expect(pulled.stdout + pulled.stderr).not.toContain("not-the-password");
    await expectUntouched();
  });

  test("the registry is down", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    await world.registry.stop();
    const run = await world.fairlead(byDigest(next));
    await world.registry.start();
    expect(run.exitCode, run.stderr).toBe(3);
    expect(run.stdout).toMatch(/can't be reached from this host. Is the registry up/);
    await expectUntouched();
  });

  test("a host's key is not known, or is another one", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    await world.client.know(world.host(0));
    const unknown = await world.deploy(next);
    expect(unknown.exitCode, unknown.stderr).toBe(3);
    // web2 is no alias any more either: its name can't be resolved.
    expect(unknown.stderr).toMatch(/web2: no such name/);
    await world.client.know(...world.hosts);
    await writeFile(world.client.knownHosts, await world.host(0).knownHost());
    const unlisted = await world.deploy(next);
    expect(unlisted.exitCode, unlisted.stderr).toBe(3);
    expect(unlisted.stderr).toMatch(/web2: its host key is not in known_hosts/);
    await world.client.know(...world.hosts);
    await world.host(1).changeHostKey();
    const changed = await world.deploy(next);
    expect(changed.exitCode, changed.stderr).toBe(3);
    expect(changed.stderr).toMatch(/web2: its host key is not the one in known_hosts/);
    await world.client.know(...world.hosts);
    await expectUntouched();
  });

  test("a host is down", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    await world.host(1).stopSshd();
    const refused = await world.deploy(next);
    expect(refused.exitCode, refused.stderr).toBe(3);
    expect(refused.stderr).toMatch(/web2: it refuses the connection: is sshd running/);
    await world.host(1).startSshd();
    await world.host(1).unplug();
    const silent = await world.deploy(next);
    expect(silent.exitCode, silent.stderr).toBe(3);
    expect(silent.stderr).toMatch(/web2: it doesn't answer/);
    await world.host(1).plug();
    await expectUntouched();
  });

  test("a host's disk is full: it goes back everywhere", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    await world.host(1).fillDisk();
    const run = await world.deploy(next);
    await world.host(1).freeDisk();
    expect(run.exitCode, run.stderr + run.stdout).toBe(3);
    expect(run.stdout + run.stderr).toMatch(/web2: could not .*: its disk is full/);
    await expectUntouched();
  });

  test("the engine is stopped", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    await world.host(1).stopEngine();
    const run = await world.deploy(next);
    await world.host(1).startEngine();
    expect(run.exitCode, run.stderr).toBe(3);
    expect(run.stderr).toMatch(/web2: .*docker is not running there/);
    await expectUntouched();
  });

  test("a host is switched off and on: the right container serves again", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    await world.host(1).crash();
    await world.host(1).boot();
    // No systemd and no cron in these hosts: what they would call.
    await world.host(1).run(["sh", "/var/lib/fairlead/boot"]);
    await expectUntouched();
  });

  test("two at once, Ctrl-C in the window, and the plan that has become stale", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    await world.configure(watched);
    const plan = await world.deploy(next, "--plan", "--json");
    await writeFile(join(world.folder, "plan.json"), plan.stdout);
    const first = world.start(["deploy", "production", "--tag", next.tag]);
    await first.said(/sample 1 of 5/);
    const second = await world.fairlead(["deploy", "production", "--tag", now.tag], { FAIRLEAD_USER: "ben" });
    expect(second.exitCode, second.stderr).toBe(3);
    expect(second.stderr).toMatch(
      /web1: shop in production is being deployed by anna@\S+ \(deploy \S+\), since \d{4}-\d\d-.*lapses in \d+ s/,
    );
    first.kill("SIGINT");
    const stopped = await first.ended;
    expect(stopped.exitCode, stopped.stderr).toBe(1);
    const release = /deploy shop to production: (\S+)/.exec(stopped.stderr)?.[1] ?? "none";
    expect(stopped.stdout).toContain(`web1 serves ${release}`);
    expect(stopped.stdout).toContain("The same command goes on from here");
    const status = await world.fairlead(["status", "production"]);
    expect(status.exitCode).toBe(1);
    expect(status.stdout).toMatch(/unfinished deploy of .*: serving/);

    const stale = await world.fairlead(["deploy", "production", "--apply", "plan.json"]);
    expect(stale.exitCode, stale.stderr).toBe(1);
    expect(stale.stderr).toMatch(/not as they were when the plan was made[\s\S]*web1: serving was/);

    const again = await world.deploy(next);
    expect(again.exitCode, again.stderr).toBe(0);
    // The same release, and its window goes on behind the samples of before.
    expect(again.stdout).toContain(`${release} serves (successful)`);
    expect(again.stderr).not.toContain("sample 1 of 5");
    expect(await world.serving()).toEqual([next.digest, next.digest]);

    const back = await world.fairlead(["rollback", "production"]);
    expect(back.exitCode, back.stderr).toBe(0);
    await expectUntouched();
  });

  test("a stored plan is applied as it was shown", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    await world.configure(unwatched);
    const plan = await world.deploy(next, "--plan", "--json");
    await writeFile(join(world.folder, "plan.json"), plan.stdout);
    const run = await world.fairlead(["deploy", "production", "--apply", "plan.json", "--json"]);
    expect(run.exitCode, run.stderr).toBe(0);
    const { spec } = planSchema.parse(JSON.parse(plan.stdout));
    expect(JSON.parse(run.stdout)).toMatchObject({ result: "done", release: spec.release });
    await world.fairlead(["rollback", "production"]);
    await expectUntouched();
  });

  test("drift is seen, and the next deploy mends it", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    const id = (await world.host(0).docker(["ps", "--quiet"])).trim();
    await world.host(0).docker(["rm", "--force", id]);
    const status = await world.fairlead(["status", "production"]);
    expect(status.exitCode).toBe(1);
    expect(status.stdout).toMatch(/web1: [\s\S]*drift: the container of \S+ is missing/);
    const mended = await world.deploy(now);
    expect(mended.exitCode, mended.stderr).toBe(0);
    await expectUntouched();
  });
});
