// Every rule's examples are its tests: it speaks once about the bad one, is silent about the good ones, and its fix makes of the
// bad one what it says, once and for all.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { exampleImage, isOfImage } from "../../test/harness/exampleImage.ts";
import { exampleMachine, isOfMachine } from "../../test/harness/exampleMachine.ts";
import { fillModuleCache, inModuleCache } from "../../test/harness/moduleCache.ts";
import { TempDir } from "../../test/harness/tempDir.ts";
import { diagnose } from "./diagnose.ts";
import { type Facts, readFacts } from "./facts.ts";
import { type Finding, isElsewhere } from "./finding.ts";
import { applyFixes } from "./fixes.ts";
import type { ExampleFiles, Rule } from "./rule.ts";
import { rules } from "./rules.ts";

async function examine(files: ExampleFiles, rule: Rule): Promise<{ findings: readonly Finding[]; facts: Facts }> {
  await using folder = await TempDir.create("rule");
  await using cache = await TempDir.create("module-cache");
  const sum = await fillModuleCache(cache.path, files);
  for (const [path, text] of Object.entries(files)) {
    if (path.startsWith(inModuleCache) || isOfMachine(path) || isOfImage(path)) continue;
    await mkdir(dirname(folder.join(path)), { recursive: true });
    await writeFile(folder.join(path), text.replaceAll("$SUM", sum));
  }
  await using scope = new AsyncDisposableStack();
  const home = scope.use(await TempDir.create("home"));
  const machine = await exampleMachine(files, home.path, scope);
  const facts = await readFacts(folder.path, {
    moduleCache: cache.path,
    ...machine,
    ...(await exampleImage(files, home.path)),
  });
  return { findings: diagnose(facts, rules, [rule]), facts };
}

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  const { bad, good, fixed, silent = {} } = rule.examples;

  test("speaks, at a place that is there", async () => {
    const { findings, facts } = await examine(bad, rule);
    expect(findings).toMatchObject([{ rule: id, docs: `docs/rules/${id}.md` }]);
    const [finding] = findings;
    if (!isElsewhere(finding?.file ?? ""))
      expect(facts.text(finding?.file ?? "")?.split("\n").length).toBeGreaterThanOrEqual(finding?.line ?? Infinity);
    expect(finding?.message).not.toMatch(/undefined|\[object/);
  });

  test.each([["good", good], ...Object.entries(silent)] as const)("silent: %s", async (_, files) => {
    expect((await examine(files, rule)).findings).toEqual([]);
  });

  test("its fix if it has one, and nothing more to do after it", async () => {
    const { findings, facts } = await examine(bad, rule);
    const { files } = applyFixes(findings, facts.text, true);
    const after = { ...bad, ...Object.fromEntries(files.map(({ file, after }) => [file, after])) };
    expect(after).toEqual({ ...bad, ...fixed });
    if (fixed !== undefined) expect((await examine(after, rule)).findings).toEqual([]);
  });

  test("a comment with a reason silences it; without one it is told of", async () => {
    const { findings, facts } = await examine(bad, rule);
    const [finding] = findings;
    if (finding === undefined) throw new Error("it does not speak");
    const lines = (facts.text(finding.file) ?? "").split("\n");
    // JSON and go.sum have no comments, and what the shell's environment holds has no lines of its own.
    if (/\.(json|sum)$/.test(finding.file) || isElsewhere(finding.file)) return;
    const indent = /^\s*/.exec(lines[finding.line - 1] ?? "")?.[0] ?? "";
    const mark = `${indent}${/\.(mod|work|go)$/.test(finding.file) ? "//" : "#"}`;
    const ignored = (reason: string): ExampleFiles => ({
      ...bad,
      [finding.file]: lines.toSpliced(finding.line - 1, 0, `${mark} fairlead ignore=${id} ${reason}`).join("\n"),
    });
    expect((await examine(ignored("it is meant so"), rule)).findings).toEqual([]);
    expect((await examine(ignored(""), rule)).findings).toMatchObject([{ rule: "doctor/ignore-without-reason" }]);
  });
});
