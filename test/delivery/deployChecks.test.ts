// What decides about a release and who is told: every kind of health check, Prometheus as the watcher, and webhooks.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CommandRun } from "../harness/command.ts";
import { Load } from "../harness/load.ts";
import { Prometheus } from "../harness/prometheus.ts";
import { missing } from "../harness/require.ts";
import { Webhook } from "../harness/webhook.ts";
import { DeployWorld, type Shipped } from "./deployWorld.ts";

const patience = { timeout: 600_000 };
const reason = missing(...DeployWorld.needs, ...Prometheus.needs);
const unwatched = ["drain: 1s", "verification: { source: none }"];

let world: DeployWorld;
/** What serves when a test begins. */
let good: Shipped;

beforeAll(async () => {
  if (reason !== undefined) return;
  world = await DeployWorld.start(["web1"]);
  await world.configure(unwatched);
  good = await world.push("good");
  expectDone(await world.deploy(good));
});

afterAll(async () => {
  if (reason === undefined) await world[Symbol.asyncDispose]();
});

test("ready by an open port, and by a command in the container", patience, async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  const open = await world.push("good");
  await world.configure([...unwatched, "health: { tcp: true, interval: 200ms, within: 4s }"]);
  expectDone(await world.deploy(open));
  const deaf = await world.deploy(await world.push("never-ready"));
  expect(deaf.exitCode, deaf.stderr + deaf.stdout).toBe(1);
  expect(deaf.stdout).toMatch(/did not become healthy/);
  expect(await world.serving()).toEqual([open.digest]);

  await world.configure([...unwatched, 'health: { command: ["/shop", "health"], interval: 200ms, within: 6s }']);
  good = await world.push("good");
  expectDone(await world.deploy(good));
  const unhealthy = await world.deploy(await world.push("unhealthy"));
  expect(unhealthy.exitCode, unhealthy.stderr + unhealthy.stdout).toBe(1);
  expect(unhealthy.stdout).toContain("the shop says 503 Service Unavailable");
  expect(await world.serving()).toEqual([good.digest]);
});

test(
  "watched by Prometheus, told by webhook: a good one, a bad one, and a yes in between",
  patience,
  async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    await using plain = await Webhook.start();
    await using slack = await Webhook.start();
    const told = [
      "notify:",
      `  - { url: "${plain.url}" }`,
      `  - { url: "${slack.url}", format: slack, on: [approval, rollback] }`,
    ];
    const health = "health: { interval: 200ms, within: 6s }";
    const address = `${world.host(0).address}:8080`;
    await using prometheus = await Prometheus.start(address);
    const watched = [
      "drain: 1s",
      health,
      "verification:",
      "  source: prometheus",
      "  delay: 500ms",
      "  interval: 1s",
      "  samples: 3",
      "  failureLimit: 1",
      "  minRequests: 5",
      "  prometheus:",
      `    url: ${prometheus.url}`,
      `    requests: sum(shop_requests_total{release="{release}"})`,
      `    errors: sum(shop_requests_total{release="{release}",code="5xx"})`,
    ];
    await world.configure(watched, told);
    await using _load = Load.start([`http://${address}`], 2);
    good = await world.push("good");
    const done = await world.deploy(good);
    expectDone(done);
    expect(done.stdout).toContain("(successful)");
    expect(plain.messages).toMatchObject([{ event: "start", schemaVersion: 1 }, { event: "success" }]);

    await world.configure(["approval: true", ...watched], told);
    const data = { FAIRLEAD_DATA: `${world.folder}/data` };
    const errors = await world.push("errors");
    const waiting = world.start(["deploy", "production", "--tag", errors.tag], data);
    await expect.poll(() => slack.messages, { timeout: 60_000 }).toHaveLength(1);
    const id = /fairlead approve (\w+)/.exec(JSON.stringify(slack.messages[0]))?.[1] ?? "none";
    const yes = await world.fairlead(["approve", id, "--as", "Ann Example"], data);
    expect(yes.exitCode, yes.stderr).toBe(0);
    const bad = await waiting.ended;
    expect(bad.exitCode, bad.stderr + bad.stdout).toBe(1);
    expect(bad.stdout).toMatch(/was rolled back[\s\S]*more than 5% errors/);
    expect(await world.serving()).toEqual([good.digest]);
    expect(plain.messages.slice(2)).toMatchObject([{ event: "approval" }, { event: "start" }, { event: "rollback" }]);
    expect(slack.messages).toMatchObject([
      { text: expect.stringContaining(":raised_hand:") },
      { text: expect.stringMatching(/^:leftwards_arrow_with_hook: shop in production was rolled back to .*errors/) },
    ]);
  },
);

test("a metric that Prometheus does not know is refused before anything is touched", patience, async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  await using prometheus = await Prometheus.start(`${world.host(0).address}:8080`);
  const query = (name: string): string => `sum(${name}{release="{release}"})`;
  const source = `{ url: "${prometheus.url}", requests: '${query("shop_requests_total")}', errors: '${query("shop_failures_total")}' }`;
  await world.configure(["drain: 1s", `verification: { source: prometheus, prometheus: ${source} }`]);
  const refused = await world.deploy(await world.push("good"));
  expect(refused.exitCode, refused.stderr + refused.stdout).toBe(3);
  expect(refused.stderr).toContain("nothing was changed: Prometheus at");
  expect(refused.stderr).toContain("has no metric shop_failures_total");
  expect(await world.serving()).toEqual([good.digest]);
});

function expectDone({ exitCode, stderr, stdout }: CommandRun): void {
  expect(exitCode, stderr + stdout).toBe(0);
}
