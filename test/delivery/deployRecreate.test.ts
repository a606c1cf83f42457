// The other strategy, the change between the two, and a person who must say yes first.
import { expect, test } from "vitest";
import { exchange } from "../harness/exchange.ts";
import { requireAll } from "../harness/require.ts";
import { DeployWorld } from "./deployWorld.ts";

const common = ["drain: 1s", "health: { interval: 200ms, within: 6s }", "verification: { source: none }"];

/** Many deploys, each of several seconds on an idle machine. */
const patience = { timeout: 600_000 };

test("recreate: with nothing before, with a predecessor, and back when it is no good", patience, async ({ skip }) => {
  requireAll(skip, ...DeployWorld.needs);
  await using world = await DeployWorld.start(["web1"]);
  const host = world.host(0);
  const health = async (): Promise<number> => (await exchange(`http://${host.address}:8080`, "/healthz")).status;
  await world.configure(["strategy: recreate", ...common]);

  const one = await world.push("good");
  const first = await world.deploy(one);
  expect(first.exitCode, first.stderr + first.stdout).toBe(0);
  expect(await health()).toBe(200);
  const two = await world.push("good");
  const second = await world.deploy(two);
  expect(second.exitCode, second.stderr + second.stdout).toBe(0);
  expect(second.stderr).toMatch(/stop \S+, run \S+ on port 8080/);
  expect(await world.serving()).toEqual([two.digest]);

  for (const kind of ["crash", "unhealthy"] as const) {
    const bad = await world.deploy(await world.push(kind));
    expect(bad.exitCode, bad.stderr + bad.stdout).toBe(1);
    expect(bad.stdout).toMatch(/was rolled back[\s\S]*did not become healthy/);
    expect(await world.serving()).toEqual([two.digest]);
    expect(await health()).toBe(200);
  }
  const back = await world.fairlead(["rollback", "production"]);
  expect(back.exitCode, back.stderr + back.stdout).toBe(0);
  expect(await world.serving()).toEqual([one.digest]);
});

test("from recreate to switch on the same port, and back", patience, async ({ skip }) => {
  requireAll(skip, ...DeployWorld.needs);
  await using world = await DeployWorld.start(["web1"]);
  const host = world.host(0);
  const health = async (): Promise<number> => (await exchange(`http://${host.address}:8080`, "/healthz")).status;
  await world.configure(["strategy: recreate", ...common]);
  const one = await world.push("good");
  const two = await world.push("good");
  const first = await world.deploy(one);
  expect(first.exitCode, first.stderr + first.stdout).toBe(0);

  // The old container makes room for haproxy; a bad release never comes so far.
  await world.configure(common);
  const crash = await world.deploy(await world.push("crash"));
  expect(crash.exitCode, crash.stderr + crash.stdout).toBe(1);
  expect(await world.serving()).toEqual([one.digest]);
  const switched = await world.deploy(two);
  expect(switched.exitCode, switched.stderr + switched.stdout).toBe(0);
  expect(await world.serving()).toEqual([two.digest]);
  expect(await health()).toBe(200);
  const again = await world.fairlead(["rollback", "production"]);
  expect(again.exitCode, again.stderr + again.stdout).toBe(0);
  expect(await world.serving()).toEqual([one.digest]);
  expect(await health()).toBe(200);
});

test("approval: nothing is changed before somebody has said yes, and a no is a no", patience, async ({ skip }) => {
  requireAll(skip, ...DeployWorld.needs);
  await using world = await DeployWorld.start(["web1"]);
  await world.configure(["approval: true", ...common]);
  const data = { FAIRLEAD_DATA: `${world.folder}/data` };
  const one = await world.push("good");
  const args = ["deploy", "production", "--tag", one.tag];
  const idOf = (stderr: string): string => /fairlead approve (\w+)/.exec(stderr)?.[1] ?? "none";

  const denied = world.start(args, data);
  await denied.said(/fairlead approve \w+/);
  const no = await world.fairlead(["approve", idOf(denied.text), "--deny"], data);
  expect(no.exitCode, no.stderr).toBe(0);
  const refusal = await denied.ended;
  expect(refusal.exitCode, refusal.stderr).toBe(1);
  expect(refusal.stderr).toMatch(/was denied by/);
  expect((await world.fairlead(["releases", "production"])).stdout).toContain("no releases yet");

  // Killed while it waits; the answer that came meanwhile counts.
  const killed = world.start(args, data);
  await killed.said(/fairlead approve \w+/);
  const id = idOf(killed.text);
  killed.kill("SIGINT");
  expect((await killed.ended).stderr).toContain("nothing was changed");
  const yes = await world.fairlead(["approve", id, "--as", "Ann Example"], data);
  expect(yes.exitCode, yes.stderr).toBe(0);
  const deployed = await world.fairlead(args, data);
  expect(deployed.exitCode, deployed.stderr + deployed.stdout).toBe(0);
  expect(deployed.stderr).toContain("approved by Ann Example");
  expect(await world.serving()).toEqual([one.digest]);
});
