/**
 * Rules about npm say what npm does. Here it does that, for the rule's own bad example, with a registry of this machine alone; and
 * for the good one, or what a fix made of the bad one, it does not.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diagnose } from "../src/doctor/diagnose.ts";
import { readFacts } from "../src/doctor/facts.ts";
import { applyFixes } from "../src/doctor/fixes.ts";
import type { ExampleFiles, Rule } from "../src/doctor/rule.ts";
import { rules } from "../src/doctor/rules.ts";
import { type CommandRun, tryCommand } from "./harness/command.ts";
import { NpmRegistry, type RegistryPackages } from "./harness/npmRegistry.ts";
import { TempDir } from "./harness/tempDir.ts";

const right = { "1.0.0": {}, "2.1.0": {} };
const packages: RegistryPackages = {
  left: { "1.0.0": {}, "1.2.0": {}, "2.0.0": {} },
  right,
  plugin: {
    "2.0.0": { peerDependencies: { left: "^2.0.0" } },
    "3.0.0": { peerDependencies: { left: "^1.0.0" } },
  },
  native: { "1.0.0": { optionalDependencies: { "native-linux": "1.0.0", "native-mac": "1.0.0" } } },
  "native-linux": { "1.0.0": { os: ["linux"] } },
  "native-mac": { "1.0.0": { os: ["darwin"] } },
  "@team/ui": { "1.0.0": {} },
};

let registry: NpmRegistry;
beforeAll(async () => {
  registry = await NpmRegistry.start(packages);
});
afterAll(() => registry[Symbol.asyncDispose]());

function ruleNamed(id: string): Rule {
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined) throw new Error(`there is no rule ${id}`);
  return rule;
}

async function project(files: ExampleFiles): Promise<TempDir> {
  const folder = await TempDir.create("npm-rule");
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(folder.join(path)), { recursive: true });
    await writeFile(folder.join(path), text);
  }
  return folder;
}

/** With nothing of this machine's settings. */
function npm(folder: TempDir, ...args: readonly string[]): Promise<CommandRun> {
  const env = {
    PATH: process.env["PATH"],
    HOME: folder.path,
    npm_config_cache: folder.join(".cache"),
    npm_config_globalconfig: "/dev/null",
    npm_config_registry: registry.url,
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
    NPM_TOKEN: "made-up",
  };
  return tryCommand(["npm", ...args], { cwd: folder.path, env });
}

async function dryRun(files: ExampleFiles): Promise<CommandRun> {
  await using folder = await project(files);
  return await npm(folder, "ci", "--dry-run");
}

describe("what npm ci refuses", () => {
  test.each<readonly [id: string, says: RegExp]>([
    ["npm/lock-out-of-step", /Missing: right@1\.0\.0 from lock file/],
    ["npm/lock-outside-range", /Invalid: lock file's left@1\.0\.0 does not satisfy left@2\.0\.0/],
    ["npm/lock-inconsistent", /Invalid: lock file's right@1\.0\.0 does not satisfy right@2\.1\.0/],
    ["npm/lock-lacks-optional", /Missing: native-linux@1\.0\.0 from lock file/],
    ["npm/peer-unmet", /ERESOLVE could not resolve[^]*peer left@"\^2\.0\.0" from plugin@2\.0\.0/],
  ])("%s", async (id, says) => {
    const { bad, good } = ruleNamed(id).examples;
    const [before, after] = await Promise.all([dryRun(bad), dryRun(good)]);
    expect(before).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(says) });
    expect(after, after.stderr).toMatchObject({ exitCode: 0 });
  });

  test("no lock file at all", async () => {
    const { bad } = ruleNamed("npm/lock-missing").examples;
    const run = await dryRun(bad);
    expect(run).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/can only install with an existing package-lock/),
    });
  });
});

test.each(["npm/lock-record-differs", "npm/range-open"])(
  "%s: once it is mended, npm install changes nothing",
  async (id) => {
    const rule = ruleNamed(id);
    await using folder = await project(rule.examples.bad);
    const facts = await readFacts(folder.path);
    const { files } = applyFixes(diagnose(facts, rules, [rule]), facts.text, true);
    for (const { file, after } of files) await writeFile(folder.join(file), after);
    expect(await npm(folder, "install", "--package-lock-only")).toMatchObject({ exitCode: 0 });
    const recorded: unknown = JSON.parse(await readFile(folder.join("package-lock.json"), "utf8"));
    const range = id === "npm/range-open" ? "^1.2.0" : "~1.2.0";
    expect(recorded).toMatchObject({
      packages: { "": { dependencies: { left: range } }, "node_modules/left": { version: "1.2.0" } },
    });
  },
);

test("an open range brings a breaking version once the lock file is gone; its caret does not", async () => {
  const { bad, good } = ruleNamed("npm/range-open").examples;
  const versions = await Promise.all(
    [bad, good].map(async ({ "package.json": manifest = "" }) => {
      await using folder = await project({ "package.json": manifest });
      expect(await npm(folder, "install", "--package-lock-only")).toMatchObject({ exitCode: 0 });
      const lock: unknown = JSON.parse(await readFile(folder.join("package-lock.json"), "utf8"));
      return lock;
    }),
  );
  expect(versions).toMatchObject([
    { packages: { "node_modules/left": { version: "2.0.0" } } },
    { packages: { "node_modules/left": { version: "1.2.0" } } },
  ]);
});

test("fairlead ranges: what each lets in, what npm has locked, what the next major would meet", async () => {
  const manifest = JSON.stringify({
    name: "web",
    dependencies: { left: "^1.0.0", right: "*", "plugin-left": "npm:plugin@^3.0.0" },
  });
  await using folder = await project({ "package.json": manifest });
  const install = await npm(folder, "install", "--package-lock-only");
  expect(install, install.stderr).toMatchObject({ exitCode: 0 });
  const launcher = resolve(import.meta.dirname, "../bin/fairlead");
  const json = await tryCommand([launcher, "ranges", folder.path, "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    schemaVersion: 1,
    packages: [
      {
        file: "package.json",
        lockFile: "package-lock.json",
        ranges: [
          {
            name: "left",
            spec: "^1.0.0",
            allows: ">=1.0.0 <2.0.0",
            locked: "1.2.0",
            breaking: "2.0.0",
            letsBreakingIn: false,
            peers: [{ name: "plugin-left", version: "3.0.0", range: "^1.0.0", isMet: true, takesBreaking: false }],
          },
          { name: "right", reach: "open", allows: "any version", locked: "2.1.0", letsBreakingIn: true },
          { name: "plugin-left", allows: ">=3.0.0 <4.0.0", locked: "3.0.0" },
        ],
      },
    ],
  });
  const shown = await tryCommand([launcher, "ranges", folder.path], { env: { ...process.env, NO_COLOR: "1" } });
  expect(shown.stdout).toBe(`package.json, held by package-lock.json
  package        asks for           lets in         locked
  left           ^1.0.0             >=1.0.0 <2.0.0  1.2.0
      2.0.0 would not suit plugin-left 3.0.0 (^1.0.0)
  right          *                  any version     2.1.0
      breaking versions get in
  plugin-left    npm:plugin@^3.0.0  >=3.0.0 <4.0.0  3.0.0
`);
  expect(await tryCommand([launcher, "ranges", folder.join("nothing")])).toMatchObject({ exitCode: 2 });
});

test("a token for another path is not shown; for the registry's own path, it is", async () => {
  const { bad, good } = ruleNamed("npm/token-for-another-path").examples;
  for (const [files, login] of [
    [bad, ""],
    [good, "Bearer made-up"],
  ] as const) {
    await using own = await NpmRegistry.start(packages);
    const npmrc = (files[".npmrc"] ?? "")
      .replaceAll("https:", "http:")
      .replaceAll("//git.example.com/", own.url.slice(5));
    await using folder = await project({ ...files, ".npmrc": npmrc });
    const run = await npm(folder, "view", "@team/ui", "version");
    expect(run, run.stderr).toMatchObject({ exitCode: 0, stdout: "1.0.0\n" });
    expect(own.logins).toEqual([login]);
  }
});

test("a token alone sends nobody to its registry; the scope's line does", async () => {
  const { bad, good } = ruleNamed("npm/scope-without-registry").examples;
  for (const [files, logins] of [
    [bad, []],
    [good, ["Bearer made-up"]],
  ] as const) {
    await using own = await NpmRegistry.start(packages);
    const npmrc = (files[".npmrc"] ?? "")
      .replaceAll("https:", "http:")
      .replaceAll("//npm.example.com/", own.url.slice(5));
    await using folder = await project({ ...files, ".npmrc": npmrc });
    await npm(folder, "view", "@team/ui", "version");
    expect(own.logins).toEqual(logins);
  }
});
