// `fairlead pipeline run` as a user runs it: real shells, real processes, a real git tree.
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PipelineProject, type PipelineEventLine, processesWith } from "../harness/pipelineProject.ts";

function jobsWith(events: readonly PipelineEventLine[], type: string): string[] {
  return events.filter((event) => event.type === type).map(({ job = "" }) => job);
}

function ended(events: readonly PipelineEventLine[], job: string): PipelineEventLine | undefined {
  return events.find((event) => event.type === "job-ended" && event.job === job);
}

test("a failure stops what depends on it, names itself, and the next run takes over what succeeded", async () => {
  await using project = await PipelineProject.create({
    settings: `
pipeline:
  jobs:
    make: { run: ["mkdir -p out/deep && echo made > out/deep/a.txt"], artifacts: [out] }
    vet: { run: ["true | false | true"] }
    use: { needs: [make], run: ['test "$(cat out/deep/a.txt)" = made', 'test -e "$GATE"'], env: { GATE: "\${GATE}" } }
    last: { needs: [use], run: ["echo last"] }
`,
    env: { GATE: "/tmp/nothing-is-here" },
  });
  const first = await project.run();
  expect(first.status, first.stderr).toBe(1);
  expect(ended(first.events, "make")).toMatchObject({ end: "succeeded", artifacts: 1 });
  expect(ended(first.events, "use")).toMatchObject({ end: "failed", reason: "exit status 1" });
  // A failure in the middle of a pipe counts.
  expect(ended(first.events, "vet")).toMatchObject({ end: "failed" });
  expect(first.events).toContainEqual(expect.objectContaining({ type: "job-skipped", job: "last", stoppedBy: "use" }));

  // The tree is made anew, as after a fresh clone: the files come back for the job that needs them.
  await rm(join(project.path, "out"), { recursive: true });
  const second = await project.run();
  expect(jobsWith(second.events, "job-reused")).toEqual(["make"]);
  expect(ended(second.events, "use")).toMatchObject({ end: "failed" });
  expect(await readFile(join(project.path, "out/deep/a.txt"), "utf8")).toBe("made\n");

  // Another tree: nothing is taken over.
  await project.repository.commit({ "lib.go": "package lib // changed\n" }, "Change");
  expect(jobsWith((await project.run()).events, "job-reused")).toEqual([]);
  // Asked not to: nothing either.
  expect(jobsWith((await project.run("--fresh")).events, "job-reused")).toEqual([]);
});

test("other surroundings: nothing is taken over, and what differs is named", async () => {
  const settings = `
pipeline:
  jobs:
    one: { run: ["echo one $TOKEN"], env: { TOKEN: "\${TOKEN}", GOFLAGS: "\${FLAGS:-}" } }
    two: { run: ["false"] }
`;
  await using project = await PipelineProject.create({ settings, env: { TOKEN: "sesame-open" } });
  const first = await project.run();
  // A secret is masked in what a job prints, and in what is kept.
  expect(JSON.stringify(first.events)).toContain("one ***");
  expect(JSON.stringify(first.events)).not.toContain("sesame-open");
  expect(jobsWith((await project.run()).events, "job-reused")).toEqual(["one"]);

  // The settings file is part of the tree and its change alone would do, so only the surroundings change.
  const { events } = await project.with({ TOKEN: "another-secret", FLAGS: "-mod=mod" }).run();
  expect(jobsWith(events, "job-reused")).toEqual([]);
  const fingerprint = events.find((event) => event.type === "job-fingerprint" && event.job === "one");
  expect(fingerprint).toMatchObject({
    differences: expect.arrayContaining([
      { what: "variable GOFLAGS", before: "", now: "-mod=mod" },
      { what: "variable TOKEN", before: expect.stringMatching(/^hmac:/), now: expect.stringMatching(/^hmac:/) },
    ]),
  });
  expect(JSON.stringify(events)).not.toContain("another-secret");
});

test("timeouts end everything a job started; retries try again", async () => {
  await using project = await PipelineProject.create({
    settings: `
pipeline:
  jobs:
    slow:
      run: ["sleep 300 & (trap '' TERM; setsid sleep 301 & sleep 302) & sleep 303"]
      timeout: 1s
    flaky:
      run: ['echo x >> "$COUNT"; test "$(wc -l < "$COUNT")" = 3']
      env: { COUNT: "\${COUNT}" }
      retries: 5
`,
    env: { COUNT: "count", MARK_OF_TEST: "timeouts-end-everything" },
  });
  await writeFile(join(project.path, ".gitignore"), "count\n");
  const { status, events } = await project.run();
  expect(status).toBe(1);
  expect(ended(events, "slow")).toMatchObject({ end: "failed", reason: "it took more than 1s" });
  expect(ended(events, "flaky")).toMatchObject({ end: "succeeded", attempts: 3 });
  expect(processesWith("timeouts-end-everything")).toEqual([]);
});

test("a signal cancels: nothing runs on, and the next run goes on", async () => {
  await using project = await PipelineProject.create({
    settings: `
pipeline:
  parallel: 4
  jobs:
    quick: { run: ["true"] }
    long: { run: ["echo begun; setsid sleep 300 & sleep 300"], needs: [quick] }
    after: { run: ["true"], needs: [long] }
    guarded:
      run: ["sleep 300"]
      services: { idle: { command: [sleep, "400"], ready: ["true"] } }
`,
    env: { MARK_OF_TEST: "a-signal-cancels" },
  });
  const run = project.start();
  await run.until("job-started", "guarded");
  await run.until("job-output", "long");
  run.signal("SIGTERM");
  const { status, events } = await run.ended;
  expect(status).toBe(143);
  expect(ended(events, "long")).toMatchObject({ end: "cancelled" });
  expect(events.at(-1)).toMatchObject({ type: "run-ended", end: "cancelled" });
  expect(processesWith("a-signal-cancels")).toEqual([]);

  const next = project.start();
  await next.until("job-started", "long");
  expect(jobsWith(next.events, "job-reused")).toEqual(["quick"]);
  next.signal("SIGINT");
  expect((await next.ended).status).toBe(130);
});

test("jobs that call fairlead get the one that runs them", async () => {
  await using project = await PipelineProject.create({
    settings: `pipeline: { jobs: { ask: { run: ["fairlead --version", "fairlead pipeline plan --only ask"] } } }`,
  });
  const { status, events } = await project.run();
  expect(status, JSON.stringify(events)).toBe(0);
});

test("two runs of one project do not mix", async () => {
  await using project = await PipelineProject.create({
    settings: `pipeline: { jobs: { long: { run: ["sleep 300"] } } }`,
  });
  const first = project.start();
  await first.until("job-started", "long");
  const second = await project.run();
  expect(second.status).toBe(3);
  expect(second.stderr).toContain("another run of");
  first.signal("SIGTERM");
  await first.ended;
});

test("an artefact is never read or written through a link", async () => {
  await using project = await PipelineProject.create({
    settings: `
pipeline:
  jobs:
    sly: { run: ["ln -s /etc out", "mkdir in && ln -s /etc/passwd in/passwd && echo x > in/x"], artifacts: ["out/passwd", "out/**", "in/**"] }
`,
  });
  const { events } = await project.run();
  const end = ended(events, "sly");
  // Either refused, or left out: the link's target is nowhere.
  expect(end?.["end"] === "failed" || end?.["artifacts"] === 1, JSON.stringify(end)).toBe(true);
});

test("approval: waits for a person, whose answer is found by the run", async () => {
  await using project = await PipelineProject.create({
    settings: `
pipeline:
  jobs:
    ask: { approval: true, environment: production }
    ship: { needs: [ask], run: ["echo shipped"], environment: production }
`,
  });
  const run = project.start();
  const waiting = await run.until("job-waiting", "ask");
  expect(waiting["how"]).toMatch(/fairlead approve [2-9a-z]{8}/);
  expect(jobsWith(run.events, "job-started")).toEqual(["ask"]);
  run.signal("SIGTERM");
  expect((await run.ended).status).toBe(143);
  // Asked again after a restart, it is the same request.
  const again = project.start();
  expect((await again.until("job-waiting", "ask"))["how"]).toBe(waiting["how"]);
  const id = /approve (\w+)/.exec(String(waiting["how"]))?.[1] ?? "";
  const answer = await project.fairlead("approve", id);
  expect(answer.status, answer.stderr).toBe(0);
  const { status, events } = await again.ended;
  expect(status).toBe(0);
  expect(ended(events, "ship")).toMatchObject({ end: "succeeded" });
});
