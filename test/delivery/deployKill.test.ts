// The deployer is killed at any moment, as a CI job is that was cancelled. Users notice nothing, and whoever comes next
// finds out what was left, and goes on or takes it back.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { writeEvidence } from "../harness/evidence.ts";
import { Load } from "../harness/load.ts";
import { requireAll } from "../harness/require.ts";
import { seededRandom } from "../harness/seededRandom.ts";
import { DeployWorld, type Shipped } from "./deployWorld.ts";

const isLong = process.env["FAIRLEAD_LONG"] === "1";
const kills = isLong ? 30 : 4;
/** What it says when it begins with the first host: "   0.4s  web1  write …". */
const firstStep = /^ *\d+\.\ds {2}web1 /m;

test(
  `killed at ${kills} random moments: always a sane end`,
  { timeout: 120_000 + kills * 60_000 },
  async ({ skip }) => {
    requireAll(skip, ...DeployWorld.needs);
    await using world = await DeployWorld.start();
    await world.configure([
      "drain: 1s",
      "health: { interval: 200ms }",
      "verification: { delay: 100ms, interval: 400ms, samples: 2, minRequests: 1 }",
    ]);
    let serving = await world.push("good");
    expect(await world.deploy(serving)).toMatchObject({ exitCode: expect.any(Number) });
    const random = seededRandom(7);
    await using load = Load.start(world.hosts.map(({ address }) => `http://${address}:8080`));
    // The first had no users, so its window was held open: a whole deploy now, which also tells how long one takes.
    serving = await world.push("good");
    const whole = world.start(["deploy", "production", "--tag", serving.tag]);
    await whole.said(firstStep);
    const begin = performance.now();
    const { exitCode, stderr: saidByWhole } = await whole.ended;
    expect(exitCode, saidByWhole).toBe(0);
    let length = performance.now() - begin;

    const rows: string[] = [];
    while (rows.length < kills) {
      const next = await world.push("good");
      const run = world.start(["deploy", "production", "--tag", next.tag, "--force"]);
      // From the first step on: before it a deploy has only looked.
      await run.said(firstStep);
      const started = performance.now();
      const moment = random() * length;
      await Promise.race([sleep(moment), run.ended]);
      run.kill("SIGKILL");
      const { stderr, exitCode: status } = await run.ended;
      if (status === 0) {
        // Quicker than the one that was timed: nobody was killed, and from now on this is the length.
        length = performance.now() - started;
        serving = next;
        continue;
      }
      expect(status, stderr).toBe(-1);
      const lastStep = stderr.trim().split("\n").at(-1)?.slice(0, 100) ?? "";
      expect(stderr).toMatch(firstStep);
      // The same again, the way back, or something else: whatever the person thinks of.
      const how = (["same", "back", "other"] as const)[rows.length % 3] ?? "same";
      const { wanted, said } = await comeAgain(world, how, serving, next);
      const at = `killed after ${Math.round(moment)} ms, at "${lastStep}", then ${how}:\n${said}`;
      expect(await world.serving(), at).toEqual([wanted.digest, wanted.digest]);
      expect({ at, ...load.count }).toMatchObject({ errors: 0, lost: 0 });
      for (const host of world.hosts) {
        const containers = (await host.docker(["ps", "--quiet"])).trim().split("\n");
        expect(containers, at).toHaveLength(1);
      }
      serving = wanted;
      rows.push(`| ${Math.round(moment)} ms | ${lastStep.replaceAll("|", "/")} | ${how} |`);
    }
    const { requests } = await load.stop();
    if (isLong) {
      const table = ["| killed after | the last thing it said | then |", "|---|---|---|", ...rows].join("\n");
      await writeEvidence(
        "deploy-kill",
        `# The deployer, killed ${kills} times\n\nEach time: all hosts on one release, one container each, status without findings, ` +
          `0 of ${requests} requests lost.\n\nThe clock starts at the first step, so every kill fell into the plan's steps. ` +
          `Whoever came next used --force, as the dead one's lock would have lapsed only within a minute.\n\n${table}\n`,
      );
    }
  },
);

/** What the next person does, and what must serve everywhere afterwards. */
async function comeAgain(
  world: DeployWorld,
  how: "same" | "back" | "other",
  before: Shipped,
  killed: Shipped,
): Promise<{ wanted: Shipped; said: string }> {
  // The dead one's lock would lapse by itself within a minute.
  if (how === "back") {
    const digests = (await world.fairlead(["releases", "production", "--json"])).stdout;
    // Killed before it had told a host, there is nothing of it to go back from: then the same command is to change nothing.
    const began = digests.includes(killed.digest);
    const run = began
      ? await world.fairlead(["rollback", "production", "--force"])
      : await world.deploy(before, "--force");
    expect(run.exitCode, run.stderr + run.stdout).toBe(0);
    return { wanted: before, said: run.stderr };
  }
  const wanted = how === "same" ? killed : await world.push("good");
  const run = await world.deploy(wanted, "--force");
  expect(run.exitCode, run.stderr + run.stdout).toBe(0);
  return { wanted, said: run.stderr };
}
