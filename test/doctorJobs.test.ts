/**
 * Rules about CI and about the machine say that a command fails. Here it does, as a runner would run it or with the machine's
 * setting, and after the fix it does not.
 */
import { writeFile } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { diagnose } from "../src/doctor/diagnose.ts";
import { readFacts } from "../src/doctor/facts.ts";
import { applyFixes } from "../src/doctor/fixes.ts";
import type { ExampleFiles } from "../src/doctor/rule.ts";
import { rules } from "../src/doctor/rules.ts";
import { readCi } from "../src/repo/ci/readCi.ts";
import { command, type CommandRun, tryCommand } from "./harness/command.ts";
import { GitRepository } from "./harness/gitRepository.ts";

import { TempDir } from "./harness/tempDir.ts";
import { writeProject } from "./harness/writeProject.ts";

const module: ExampleFiles = {
  "go.mod": "module example.com/app\n\ngo 1.18\n",
  "main.go": "package main\n\nfunc main() {}\n",
  "main_test.go": 'package main\n\nimport "testing"\n\nfunc TestNothing(*testing.T) {}\n',
};

const isLong = process.env["FAIRLEAD_LONG"] === "1";

const scope = new AsyncDisposableStack();
let home: TempDir | undefined;
afterAll(() => scope.disposeAsync());

/** Nothing of the machine's own settings; one build cache for all. */
async function goEnvironment(): Promise<NodeJS.ProcessEnv> {
  home ??= scope.use(await TempDir.create("home"));
  const path = process.env["PATH"];
  return { PATH: path, HOME: home.path, GOENV: "off", GOPROXY: "off", GOFLAGS: "-modcacherw" };
}

/** The scripts of all jobs, with their variables: as a runner's shell has them. */
async function runJobs(files: ExampleFiles): Promise<CommandRun> {
  await using folder = await writeProject({ ...module, ...files });
  const [pipeline] = await readCi(Object.keys(files), async (file) => files[file]);
  let last: CommandRun = { exitCode: 0, stdout: "", stderr: "" };
  for (const { steps, variables } of pipeline?.jobs ?? []) {
    const own = Object.fromEntries([...variables].map(([name, { text }]) => [name, text]));
    const script = steps.map((step) => step.script?.text ?? "").join("\n");
    last = await tryCommand(["bash", "-eo", "pipefail", "-c", script], {
      cwd: folder.path,
      env: { ...(await goEnvironment()), ...own },
    });
    if (last.exitCode !== 0) return last;
  }
  return last;
}

async function mended(id: string, files: ExampleFiles): Promise<ExampleFiles> {
  await using folder = await writeProject({ ...module, ...files });
  const facts = await readFacts(folder.path, { moduleCache: null });
  const findings = diagnose(
    facts,
    rules,
    rules.filter((rule) => rule.id === id),
  );
  expect(findings).toHaveLength(1);
  const { files: fixed } = applyFixes(findings, facts.text, true);
  return { ...files, ...Object.fromEntries(fixed.map(({ file, after }) => [file, after])) };
}

/** A rule, what its bad example says, and files beside it. */
type Failing = [rule: string, says: RegExp, files: ExampleFiles];

describe("a job fails, and does not once it is mended", { timeout: 300_000 }, () => {
  const lib = {
    "lib/lib.go": "package lib\n",
    "main.go": 'package main\n\nimport _ "example.com/app/lib"\n\nfunc main() {}\n',
  };
  test.each<Failing>([
    ["ci/modules-off", /cannot find package|is not in std|GOPATH/, lib],
    // The standard library for the race detector, and for another system: half a minute each.
    ...(isLong
      ? [
          ["ci/race-without-cgo", /-race requires cgo/, {}] satisfies Failing,
          ["ci/cross-build-variables", /exec format error|fork\/exec/, {}] satisfies Failing,
        ]
      : []),
  ])("%s", async (id, says, files) => {
    const rule = rules.find((each) => each.id === id);
    const bad = { ...files, ...rule?.examples.bad, "go.mod": module["go.mod"] ?? "" };
    const before = await runJobs(bad);
    expect(before.exitCode, before.stdout).not.toBe(0);
    expect(before.stdout + before.stderr).toMatch(says);
    const after = await runJobs(await mended(id, bad));
    expect(after.exitCode, after.stdout + after.stderr).toBe(0);
  });
});

test("ci/history-not-fetched: one commit has no tag, and all of them have", async () => {
  await using dir = await TempDir.create("history");
  const repository = await GitRepository.create(dir.join("repo"), "example.com/app");
  await repository.git("tag", "v1.0.0");
  await repository.commit({ "a.txt": "a" }, "Second");
  const describeIn = async (...depth: readonly string[]): Promise<CommandRun> => {
    const clone = dir.join(`clone${depth.length}`);
    await command(["git", "clone", "--quiet", "--no-local", ...depth, `file://${repository.path}`, clone]);
    return tryCommand(["git", "describe", "--tags"], { cwd: clone });
  };
  // As actions/checkout fetches: without fetch-depth, and with fetch-depth: 0.
  const before = await describeIn("--depth", "1", "--no-tags");
  expect(before).toMatchObject({ exitCode: 128 });
  expect(before.stderr).toContain("No names found");
  expect((await describeIn()).stdout).toMatch(/^v1\.0\.0-1-g/);
});

describe("the go command fails with a setting of the machine, and does not without", { timeout: 300_000 }, () => {
  interface Setting {
    readonly rule: string;
    readonly says: RegExp;
    readonly set: (home: string) => Readonly<Record<string, string>>;
    readonly args: readonly string[];
    readonly goMod?: string;
  }

  const settings: readonly Setting[] = [
    {
      rule: "env/folder-unusable",
      says: /build cache|not a directory/,
      set: (home) => ({ GOCACHE: `${home}/file/cache` }),
      args: ["build", "./..."],
    },
    {
      rule: "env/go-too-old",
      says: /go\.mod requires go >= 1\.99/,
      set: () => ({ GOTOOLCHAIN: "local" }),
      args: ["build", "./..."],
      goMod: "module example.com/app\n\ngo 1.99.0\n",
    },
    {
      rule: "env/setting-unknown",
      says: /-insecure/,
      set: () => ({ GOFLAGS: "-insecure" }),
      args: ["get", "./..."],
    },
  ];

  test.each(settings)("$rule", async ({ says, set, args, goMod }) => {
    const environment = await goEnvironment();
    const at = environment["HOME"] ?? "";
    await writeFile(`${at}/file`, "");
    const run = async (files: ExampleFiles, more: Readonly<Record<string, string>>): Promise<CommandRun> => {
      await using folder = await writeProject({ ...module, ...files });
      return await tryCommand(["go", ...args], { cwd: folder.path, env: { ...environment, ...more } });
    };
    const before = await run(goMod === undefined ? {} : { "go.mod": goMod }, set(at));
    expect(before.exitCode, before.stdout).not.toBe(0);
    expect(before.stderr).toMatch(says);
    expect(await run({}, goMod === undefined ? {} : set(at))).toMatchObject({ exitCode: 0 });
  });
});
