/** vendor/modules.txt, and whether it fits go.mod and go.work, against the go command's own code. */
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ModuleError } from "../../src/gomod/error.ts";
import * as modfile from "../../src/gomod/modfile.ts";
import * as vendor from "../../src/gomod/vendor.ts";
import type { ModuleVersion } from "../../src/gomod/version.ts";
import { type Oracle, startOracle } from "../oracle/oracle.ts";
import { nearly } from "./arbitraries.ts";
import { expectAgreement, fileCount, sample, writeAgreements } from "./differential.ts";

// A long run has five times as many cases, and more.
vi.setConfig({ testTimeout: 900_000 });

let goCommand: Oracle;
beforeEach(async ({ skip }) => {
  goCommand ??= await startOracle({ skip }, "goCommand");
});
afterAll(async () => {
  goCommand?.close();
  await writeAgreements("gomod-vendor", "vendor/modules.txt against the go command");
});

const path = fc.constantFrom("example.com/a", "example.com/b", "example.com/c", "example.com/m", "go");
const version = fc.constantFrom("v1.0.0", "v1.1.0", "v1.2.3");
const replacement = fc.oneof(
  fc.constantFrom("./b", "../b", "/abs", "../../b", "./x/../b"),
  fc.tuple(fc.constantFrom("example.com/fork", "example.com/b"), version).map((parts) => parts.join(" ")),
);

interface Built {
  readonly mods: readonly (readonly [path: string, version: string, explicit: boolean])[];
  readonly replaces: readonly (readonly [old: string, next: string])[];
}

const built: Arbitrary<Built> = fc.record({
  mods: fc.uniqueArray(fc.tuple(path, version, fc.boolean()), { selector: ([path]) => path, maxLength: 4 }),
  replaces: fc.uniqueArray(
    fc.tuple(
      fc.oneof(
        path,
        fc.tuple(path, version).map((parts) => parts.join(" ")),
      ),
      replacement,
    ),
    { selector: ([old]) => old, maxLength: 3 },
  ),
});

const goLine = fc.constantFrom("", "go 1.13\n", "go 1.14\n", "go 1.20\n", "go 1.21\n");

function goModOf(module: string, go: string, { mods, replaces }: Built): string {
  const required = mods
    .filter(([path, , explicit]) => explicit && path !== "go")
    .map(([path, version]) => `require ${path} ${version}\n`);
  return `module ${module}\n${go}${required.join("")}${replaceLines(replaces)}`;
}

function replaceLines(replaces: Built["replaces"]): string {
  return replaces.map(([old, next]) => `replace ${old} => ${next}\n`).join("");
}

/** What fits, more or less, until it is mutilated. */
function modulesTxtOf({ mods, replaces }: Built, annotations: readonly string[]): string {
  const written = new Set<string>();
  const lines = mods.flatMap(([path, version, explicit], i) => {
    const found = replaces.find(([old]) => old === `${path} ${version}`) ?? replaces.find(([old]) => old === path);
    if (found !== undefined) written.add(`${path} ${version}`);
    const annotation = annotations[i % annotations.length] ?? "";
    return [
      `# ${path} ${version}${found === undefined ? "" : ` => ${found[1]}`}`,
      explicit
        ? `## explicit${annotation === "" ? "" : `; ${annotation}`}`
        : annotation === ""
          ? ""
          : `## ${annotation}`,
      `${path}/pkg`,
      path,
    ].filter((line) => line !== "");
  });
  for (const [old, next] of replaces) if (!written.has(old)) lines.push(`# ${old} => ${next}`);
  return lines.map((line) => `${line}\n`).join("");
}

const annotations = fc.array(fc.constantFrom("", "go 1.17", "go 1.20", "future", "go 1.1;explicit"), {
  minLength: 1,
  maxLength: 3,
});
const stray = fc.constantFrom(
  "",
  "## workspace\n",
  "## x; workspace\n",
  "# example.com/a\n",
  "# example.com/a none\n",
  "# example.com/a => ./b c d\n",
  "# example.com/a v1.0.0 => x y\n",
  "#example.com\n",
  "pkg with space\n",
  "## explicit\n",
  "# example.com/a v1.2.3\nexample.com/a/more\n",
  "# example.com/c =>\nexample.com/c\n",
);

const single: Arbitrary<string[]> = fc
  .tuple(built, built, fc.nat(3), goLine, annotations, stray, stray)
  .map(([vendored, other, difference, go, annotations, before, after]) => {
    const inGoMod = difference === 0 ? other : vendored;
    const text =
      before + modulesTxtOf(difference === 1 ? { ...vendored, mods: other.mods } : vendored, annotations) + after;
    return [text, JSON.stringify([["", goModOf("example.com/m", go, inGoMod)]]), ""];
  });

const workspace: Arbitrary<string[]> = fc
  .tuple(built, built, built, fc.nat(3), goLine, annotations, stray)
  .map(([first, second, work, difference, go, annotations, after]) => {
    const mains = [
      ["", goModOf("example.com/m", go, difference === 0 ? { ...first, replaces: [] } : first)],
      ["sub/n", goModOf("example.com/n", go, second)],
    ];
    const both = {
      mods: [...first.mods, ...second.mods],
      replaces: [...work.replaces, ...first.replaces, ...second.replaces],
    };
    const goWork = `go 1.20\n${replaceLines(work.replaces)}`;
    return [`## workspace\n${modulesTxtOf(both, annotations)}${after}`, JSON.stringify(mains), goWork];
  });

function nameOf({ path, version }: ModuleVersion): string {
  return version === "" ? path : `${path}@${version}`;
}

function check(text = "", mains = "", work = ""): unknown {
  const list: unknown = JSON.parse(mains);
  if (!Array.isArray(list)) throw new TypeError("no list");
  const build: vendor.MainModules = {
    mains: list.map(([dir, text]: string[]) => ({
      file: modfile.parse("go.mod", text ?? ""),
      filename: dir === "" ? "go.mod" : `${dir}/go.mod`,
      dir: dir === "" || dir === undefined ? "." : dir,
    })),
    ...(work === "" ? {} : { work: { file: modfile.parseWork("go.work", work), filename: "go.work" } }),
  };
  const vendored = vendor.parse(text);
  const found = vendor.checkConsistency(vendored, build);
  if (found.length > 0) throw new ModuleError("invalidModFile", vendor.inconsistentVendoring("ROOT", found, build));
  const metas = vendored.modules
    // The oracle leaves out those of which nothing is noted.
    .filter(({ explicit, goVersion, replacement }) => explicit || goVersion !== "" || replacement !== undefined)
    .map(({ mod, explicit, goVersion, replacement }) => [
      nameOf(mod),
      [String(explicit), replacement === undefined ? "" : nameOf(replacement), goVersion],
    ]);
  const packages = [...vendored.moduleOfPackage].map(([path, mod]) => [path, nameOf(mod)]);
  return {
    workspace: vendored.workspace,
    selected: vendored.selected.map(nameOf),
    replaced: vendored.replaced.map(nameOf),
    metas: Object.fromEntries(metas),
    packages: Object.fromEntries(packages),
  };
}

/**
 * Compares all cases but those that the go command refuses for another reason: a go version that is newer than its own, or
 * replacements in two modules that contradict each other.
 */
async function expectSame(all: readonly (readonly string[])[]): Promise<void> {
  const refused = / requires go >= |conflicting replacements for /;
  const answers = await goCommand.ask("vendor.check", all);
  const cases = all.filter((_, i) => !refused.test(answers[i]?.error ?? ""));
  expect(cases.length).toBeGreaterThan(all.length * 0.8);
  await expectAgreement(goCommand, "vendor.check", cases, check);
}

describe("modules.txt", () => {
  it("of a module", async () => {
    const mutilated = single.chain(([text = "", ...rest]) =>
      fc.oneof(
        fc.constant([text, ...rest]),
        nearly(fc.constant(text)).map((text) => [text, ...rest]),
      ),
    );
    await expectSame(sample(mutilated, fileCount / 2));
  });

  it("of a workspace", async () => {
    await expectSame(sample(workspace, fileCount / 2));
  });

  it("is written as it was read", () => {
    for (const [vendored, annotations] of sample(fc.tuple(built, fc.constant(["go 1.17"])), 1000)) {
      const text = modulesTxtOf(vendored, annotations);
      expect(vendor.format(vendor.parse(text).modules)).toBe(text);
    }
  });
});
