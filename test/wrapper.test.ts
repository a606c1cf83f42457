import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

// bin/fairlead in a fresh clone: the first thing that a newcomer meets.

const run = promisify(execFile);
const root = new URL("..", import.meta.url).pathname;
let folder: string;
let clone: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-wrapper-"));
  clone = join(folder, "clone");
  await run("git", ["clone", "--quiet", root, clone]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// The tests run under the checkout's own Node; the wrapper must find its way without it.
const env = {
  ...process.env,
  PATH: (process.env["PATH"] ?? "")
    .split(":")
    .filter((dir) => !dir.includes("node_modules"))
    .join(":"),
};

test("several first runs at once: one installs, the others wait, all answer", async () => {
  const runs = await Promise.all([1, 2, 3].map(() => run(join(clone, "bin/fairlead"), ["--version"], { env })));
  for (const { stdout } of runs) expect(stdout).toMatch(/^fairlead \d+\.\d+\.\d+\n$/);
  const told = runs.map(({ stderr }) => stderr);
  expect(told.filter((text) => text.includes("installing dependencies into"))).toHaveLength(1);
});

test("later runs say nothing and work through a symbolic link, from any folder", async () => {
  const link = join(folder, "link");
  await symlink(join(clone, "bin/fairlead"), link);
  const { stdout, stderr } = await run(link, ["--version"], { env, cwd: tmpdir() });
  expect(stdout).toMatch(/^fairlead /);
  expect(stderr).toBe("");
});

test("a lock file that has changed installs again", async () => {
  const later = new Date(Date.now() + 5000);
  await utimes(join(clone, "package-lock.json"), later, later);
  const { stderr } = await run(join(clone, "bin/fairlead"), ["--version"], { env });
  expect(stderr).toContain("the lock file changed");
});

test("an unknown command is a usage error that lists the commands", async () => {
  const failed = await run(join(clone, "bin/fairlead"), ["nonsense"], { env }).catch((error: unknown) => error);
  const usage: unknown = expect.stringMatching(/there is no command "nonsense"[\s\S]*Commands:\n {2}up /);
  expect(failed).toMatchObject({ code: 2, stderr: usage });
});

test("every command has help with an example", async () => {
  for (const command of ["up", "route", "cache", "config"]) {
    const { stdout } = await run(join(clone, "bin/fairlead"), [command, "--help"], { env });
    expect(stdout, command).toContain(`Usage: fairlead ${command}`);
  }
});
