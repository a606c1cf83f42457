// kill -9 of the runner at any moment: what it started ends with it, and the next run does what is left and nothing twice.
//
// Jobs write a journal outside of the tree: one line at their start and end, and beats between. In each round the runner is
// killed at a random moment, everything it started must be gone, and the next run must end well, having taken over every job
// that the first had reported as done. FAIRLEAD_LONG=1 kills more often and writes docs/evidence/pipeline-kill.md.
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { writeEvidence } from "../harness/evidence.ts";
import { PipelineProject, type PipelineEventLine, processesWith } from "../harness/pipelineProject.ts";
import { seededRandom } from "../harness/seededRandom.ts";

const long = process.env["FAIRLEAD_LONG"] === "1";
const rounds = long ? 60 : 10;
const seed = Number(process.env["FAIRLEAD_SEED"] ?? (long ? Date.now() % 1e6 : 2026));
const marker = `pipeline-kill-${process.pid}`;

// Each beats ten times; `left` also leaves a process behind that has a session of its own.
const beat = (name: string): string =>
  `for i in 1 2 3 4 5 6 7 8 9 10; do echo "beat ${name} $$" >> "$JOURNAL"; sleep 0.04; done`;
const job = (name: string, needs: string, more = ""): string => `
    ${name}:
      needs: [${needs}]
      run: ['echo "start ${name} $$" >> "$JOURNAL"', '${more}${beat(name)}', 'echo ${name} > out-${name}', 'echo "end ${name} $$" >> "$JOURNAL"']
      env: { JOURNAL: "\${JOURNAL}" }
      artifacts: [out-${name}]`;

const settings = `
pipeline:
  parallel: 3
  jobs:${job("one", "")}${job("two", "")}${job("three", "one", "setsid sleep 300 & ")}${job("four", "one, two")}${job("five", "three, four")}
`;

test(`${rounds} kills at random moments (seed ${seed})`, { timeout: long ? 3_600_000 : 300_000 }, async () => {
  const random = seededRandom(seed);
  await using folder = await PipelineProject.create({ settings, env: { MARK_OF_TEST: marker } });
  const journal = folder.folder.join("journal");
  const project = folder.with({ JOURNAL: journal });
  const tally = { reused: 0, done: 0, interrupted: 0, beforeStart: 0 };

  for (let round = 0; round < rounds; round++) {
    await writeFile(journal, "");
    const first = project.start("--fresh");
    // From before the first job to after the last, counted from the moment that the runner is up.
    if (random() > 0.1) await first.until("run-started");
    await first.untilEnded(Math.floor(random() * 5));
    await sleep(random() * 600);
    first.signal("SIGKILL");
    const { events } = await first.ended;
    await gone();
    const done = succeeded(events);
    const wasOver = events.some(({ type }) => type === "run-ended");
    const begun = (await lines(journal)).filter(({ what }) => what === "start").length;

    const second = await project.run();
    expect(second.status, `round ${round}: ${second.stderr}${JSON.stringify(second.events)}`).toBe(0);
    const reused = second.events.filter(({ type }) => type === "job-reused").map(({ job = "" }) => job);
    if (!wasOver) {
      for (const name of done) expect(reused, `round ${round}: ${name} had succeeded`).toContain(name);
      expect([...reused, ...succeeded(second.events)].sort()).toEqual(["five", "four", "one", "three", "two"]);
      await nothingTwice(journal, reused);
    }
    tally.reused += reused.length;
    tally.done += done.length;
    if (begun > done.length) tally.interrupted++;
    if (begun === 0) tally.beforeStart++;
    expect(processesWith(marker)).toEqual([]);
  }

  const report = `${rounds} kills of the runner (seed ${seed}): ${tally.interrupted} hit jobs in the middle, ${tally.beforeStart} came before the first; ${tally.done} jobs had been reported as done, ${tally.reused} were taken over; none ran twice after it had succeeded, none ran beside itself, nothing was left running`;
  console.log(report);
  if (long) await writeEvidence("pipeline-kill", `# kill -9 of a pipeline's runner\n\n${report}\n`);
});

function succeeded(events: readonly PipelineEventLine[]): string[] {
  return events.filter(({ type, end }) => type === "job-ended" && end === "succeeded").map(({ job = "" }) => job);
}

/** Programs end with their runner. Those that left their group end when the next run begins; they only sleep. */
async function gone(): Promise<void> {
  const deadline = Date.now() + 10_000;
  const beating = (): string =>
    processesWith(marker)
      .map(commandOf)
      .filter((command) => !command.startsWith("sleep 300"))
      .join("; ");
  for (let left = beating(); left !== ""; left = beating()) {
    if (Date.now() > deadline) throw new Error(`still running after the kill: ${left}`);
    await sleep(20);
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    // It has ended since, and counts as the rest of its group does.
    return "sleep 300";
  }
}

interface Line {
  readonly what: string;
  readonly job: string;
  readonly pid: string;
}

async function lines(path: string): Promise<Line[]> {
  const text = await readFile(path, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [what = "", job = "", pid = ""] = line.split(" ");
      return { what, job, pid };
    });
}

/** Of each job at most one process after another; one that was taken over has not run again. */
async function nothingTwice(journal: string, reused: readonly string[]): Promise<void> {
  const all = await lines(journal);
  for (const name of ["one", "two", "three", "four", "five"]) {
    const own = all.filter(({ job }) => job === name);
    const pids = own.map(({ pid }) => pid).filter((pid, index, list) => list[index - 1] !== pid);
    expect(new Set(pids).size, `${name} ran beside itself: ${JSON.stringify(own)}`).toBe(pids.length);
    expect(pids.length, name).toBeLessThanOrEqual(2);
    if (reused.includes(name)) expect(own.filter(({ what }) => what === "start")).toHaveLength(1);
  }
}
