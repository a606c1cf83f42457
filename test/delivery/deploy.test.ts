// Deploys as a person makes them: the fairlead command against two hosts, each a real sshd and a container engine.
import { expect, test } from "vitest";
import { exchange } from "../harness/exchange.ts";
import { requireAll } from "../harness/require.ts";
import { DeployWorld } from "./deployWorld.ts";

test("a first deploy, a second, and back: image, settings, releases and status", async ({ skip }) => {
  requireAll(skip, ...DeployWorld.needs);
  await using world = await DeployWorld.start();
  const quick = ["verification: { source: none }", "drain: 1s", "health: { interval: 200ms }"];
  await world.configure([...quick, "settings: { API_TOKEN: first-secret }"]);
  const one = await world.push("good");

  const planned = await world.deploy(one, "--plan");
  expect(planned.stdout).toMatch(/web1 +canary +now nothing[\s\S]*1\. web1/);
  expect((await world.fairlead(["status", "production"])).stdout).toContain("web1: nothing serves");

  expect(await world.deploy(one)).toMatchObject({ exitCode: 0 });
  await expectServing(world, "first-secret");
  expect((await world.deploy(one)).stderr).toContain("Nothing to do");

  await world.configure([...quick, "settings: { API_TOKEN: second-secret }"]);
  const second = await world.deploy(await world.push("good"), "--json");
  expect(JSON.parse(second.stdout)).toMatchObject({ result: "done", verdict: "unverified" });
  await expectServing(world, "second-secret");

  const back = await world.fairlead(["rollback", "production"]);
  expect(back).toMatchObject({ exitCode: 0 });
  await expectServing(world, "first-secret");
  const listed = await world.fairlead(["releases", "production"]);
  expect(listed.stdout).toMatch(/^ {3}\S+ +unverified .*\n\* {2}\S+ +unverified +serves/m);
  const status = await world.fairlead(["status", "production"]);
  expect(status, status.stdout).toMatchObject({ exitCode: 0 });
  // Nothing that was printed or can be read by others holds the secret.
  for (const { stdout, stderr } of [planned, second, back, listed, status])
    expect(stdout + stderr).not.toContain("-secret");
  const open = await world.host(0).run(["find", "/var/lib/fairlead", "-type", "f", "-perm", "/077"]);
  expect(open).toBe("");
});

/** Every host answers, by a container with that setting. */
async function expectServing(world: DeployWorld, token: string): Promise<void> {
  for (const host of world.hosts) {
    expect((await exchange(`http://${host.address}:8080`, "/healthz")).status).toBe(200);
    const running = (await host.docker(["ps", "--quiet"])).trim();
    expect(await host.docker(["inspect", "--format", "{{.Config.Env}}", running])).toContain(`API_TOKEN=${token}`);
  }
}
