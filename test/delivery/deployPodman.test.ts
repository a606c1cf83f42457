// A host whose engine is podman: no daemon, other words, another default network. What a deploy needs of an engine works
// there as with docker.
import { expect, test } from "vitest";
import { exchange } from "../harness/exchange.ts";
import { requireAll } from "../harness/require.ts";
import { DeployWorld } from "./deployWorld.ts";

const common = ["drain: 1s", "health: { interval: 200ms, within: 20s }", "verification: { source: none }"];
const patience = { timeout: 600_000 };

test("podman: a first deploy, a switch, a release that is no good, back, and recreate", patience, async ({ skip }) => {
  requireAll(skip, ...DeployWorld.needs, "podman");
  await using world = await DeployWorld.start(["web1"], "podman");
  const host = world.host(0);
  const health = async (): Promise<number> => (await exchange(`http://${host.address}:8080`, "/healthz")).status;
  const settings = "settings: { API_TOKEN: first-secret }";
  await world.configure([...common, settings]);

  const one = await world.push("good");
  const first = await world.deploy(one);
  expect(first.exitCode, first.stderr + first.stdout).toBe(0);
  expect(await health()).toBe(200);
  expect(await world.serving()).toEqual([one.digest]);
  const running = (await host.docker(["ps", "--quiet"])).trim();
  expect(await host.docker(["inspect", "--format", "{{.Config.Env}}", running])).toContain("API_TOKEN=first-secret");

  const two = await world.push("good");
  const second = await world.deploy(two);
  expect(second.exitCode, second.stderr + second.stdout).toBe(0);
  expect(await world.serving()).toEqual([two.digest]);

  const crash = await world.deploy(await world.push("crash"));
  expect(crash.exitCode, crash.stderr + crash.stdout).toBe(1);
  expect(crash.stdout).toMatch(/did not go out[\s\S]*did not become healthy/);
  expect(crash.stdout).toContain("the price list can't be read");
  expect(await world.serving()).toEqual([two.digest]);

  const back = await world.fairlead(["rollback", "production"]);
  expect(back.exitCode, back.stderr + back.stdout).toBe(0);
  expect(await world.serving()).toEqual([one.digest]);
  expect(await health()).toBe(200);

  await world.configure(["strategy: recreate", ...common, settings]);
  const recreated = await world.deploy(two);
  expect(recreated.exitCode, recreated.stderr + recreated.stdout).toBe(0);
  expect(await world.serving()).toEqual([two.digest]);
  expect(await health()).toBe(200);
});
