/**
 * Rules about modules say that a command fails. Here it does, for the rule's own bad example, in the words that the rule
 * quotes; and for the good one, or what a fix made of the bad one, it does not.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { diagnose } from "../src/doctor/diagnose.ts";
import { readFacts } from "../src/doctor/facts.ts";
import { applyFixes } from "../src/doctor/fixes.ts";
import type { ExampleFiles, Rule } from "../src/doctor/rule.ts";
import { rules } from "../src/doctor/rules.ts";
import { GoSandbox, type GoRun } from "./harness/goSandbox.ts";
import { machineGo } from "./harness/goTools.ts";
import { TempDir } from "./harness/tempDir.ts";

interface Case {
  readonly rule: string;
  readonly args: readonly string[];

  /** What the go command says of the bad example. */
  readonly says: RegExp;
  /** undefined: the good example would have to be downloaded. */
  readonly after?: "good" | "fixed";
}

const cases: readonly Case[] = [
  {
    rule: "mod/no-go-mod",
    args: ["build", "-o", "/dev/null", "."],
    says: /go\.mod file not found|cannot find main module/,
    after: "good",
  },
  {
    rule: "mod/import-nobody-requires",
    args: ["build", "./..."],
    says: /no required module provides package rsc\.io\/quote/,
  },
  { rule: "mod/go-sum-lacks-line", args: ["build", "./..."], says: /missing go\.sum entry/ },
  {
    rule: "mod/relative-import",
    args: ["build", "./..."],
    says: /relative import paths are not supported|local import/,
    after: "good",
  },
  {
    rule: "mod/workspace-older-than-member",
    args: ["build", "-o", "/dev/null", "./app"],
    says: /requires go >= 1\.25\.0, but go\.work lists go 1\.24\.0/,
    after: "fixed",
  },
  {
    rule: "mod/workspace-member-missing",
    args: ["build", "-o", "/dev/null", "./app"],
    says: /cannot load module lib listed in go\.work file/,
    after: "fixed",
  },
  {
    rule: "internal/used-from-outside",
    args: ["build", "-o", "/dev/null", "./app"],
    says: /use of internal package example\.com\/lib\/internal\/db not allowed/,
    after: "good",
  },
  { rule: "vendor/out-of-step", args: ["build", "./..."], says: /inconsistent vendoring/, after: "good" },
  { rule: "mod/go-mod-broken", args: ["build", "./..."], says: /unknown directive: requires/ },
  { rule: "mod/go-sum-broken", args: ["list", "-m", "all"], says: /malformed go\.sum/ },
  {
    rule: "vendor/passed-over",
    args: ["list", "-mod=mod", "rsc.io/quote"],
    says: /module lookup disabled by GOPROXY=off/,
  },
  {
    rule: "vendor/package-missing",
    args: ["list", "rsc.io/quote"],
    says: /cannot find (module providing )?package|no Go files|is not in std|cannot find/,
    after: "good",
  },
];

async function write(folder: TempDir, files: ExampleFiles): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(folder.join(path)), { recursive: true });
    await writeFile(folder.join(path), text);
  }
}

function ruleNamed(id: string): Rule {
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined) throw new Error(`there is no rule ${id}`);
  return rule;
}

const scope = new AsyncDisposableStack();
let sandbox: GoSandbox | undefined;
afterAll(() => scope.disposeAsync());

describe("what the go command says", () => {
  it.for(cases)("$rule", async ({ rule: id, args, says, after }, { skip }) => {
    const go = machineGo() ?? skip("go is not on PATH");
    const rule = ruleNamed(id);
    const { bad, good } = rule.examples;
    // One for all: its build cache has the standard library after the first.
    sandbox ??= scope.use(await GoSandbox.create({ go, proxy: "off", env: { GOFLAGS: "", GOSUMDB: "off" } }));
    const shared = sandbox;
    const run = async (files: ExampleFiles): Promise<GoRun> => {
      await using folder = await TempDir.create("module-rule");
      await write(folder, files);
      return await shared.run(args, folder.path);
    };
    const before = await run(bad);
    expect(before.exitCode, before.stdout).not.toBe(0);
    expect(before.stderr).toMatch(says);

    await using folder = await TempDir.create("module-rule");
    await write(folder, bad);
    const facts = await readFacts(folder.path);
    const findings = diagnose(facts, rules, [rule]);
    expect(findings).toHaveLength(1);
    if (after === undefined) return;
    const { files } = applyFixes(findings, facts.text, true);
    const mended =
      after === "fixed" ? { ...bad, ...Object.fromEntries(files.map((each) => [each.file, each.after])) } : good;
    const now = await run(mended);
    expect(now.exitCode, now.stderr).toBe(0);
  });
});
