/** go.sum against the go command's own code: reading and writing, checking, and which lines are needed. */
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ModuleError } from "../../src/gomod/error.ts";
import * as gosum from "../../src/gomod/gosum.ts";
import * as modfile from "../../src/gomod/modfile.ts";
import * as mvs from "../../src/gomod/mvs.ts";
import * as semver from "../../src/gomod/semver.ts";
import { compareBytewise } from "../../src/gomod/utf8.ts";
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
  await writeAgreements("gomod-gosum", "go.sum files against the go command");
});

const path = fc.constantFrom("example.com/a", "example.com/b", "example.com/a/sub", "Z.com/x", "golang.org/toolchain");
const version = fc
  .tuple(
    fc.constantFrom("v1.0.0", "v1.10.0", "v1.9.0", "v2.0.0+incompatible", "v0.0.0-20190101000000-abcdef123456"),
    fc.constantFrom("", "/go.mod"),
  )
  .map((parts) => parts.join(""));
const hash = fc.constantFrom(
  "h1:aaaa=",
  "h1:bbbb=",
  "h2:cccc",
  "G1:d",
  "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=",
);
const line = fc
  .tuple(path, version, hash, fc.constantFrom("", "", "", " ", "\r", "\u00a0"))
  .map(([path, version, hash, end]) => `${path} ${version} ${hash}${end}\n`);
const text: Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 20, arbitrary: line },
      { weight: 1, arbitrary: fc.constantFrom("\n", "  \n", "x y\n", "a b c d\n", "a v1 h1:x") },
    ),
    { maxLength: 12, size: "max" },
  )
  .map((lines) => lines.join(""));

/** Versions that compare as equal come in any order from Go. */
function hasTies(text: string): boolean {
  const seen = new Map<string, string>();
  for (const { mod } of gosum.parse("go.sum", text, { skipMalformed: true }).values()) {
    const [version = ""] = mod.version.split("/");
    const key = `${mod.path} ${semver.canonical(version)}`;
    if ((seen.get(key) ?? version) !== version) return true;
    seen.set(key, version);
  }
  return false;
}

describe("go.sum", () => {
  it("gosum.format", async () => {
    const texts = sample(fc.tuple(fc.oneof(text, nearly(text)), fc.constantFrom("build", "mod tidy")), fileCount);
    const cases = texts.filter(([text]) => !hasTies(text));
    expect(cases.length).toBeGreaterThan(texts.length * 0.9);
    await expectAgreement(
      goCommand,
      "gosum.format",
      cases,
      (text = "", command = "") => gosum.format(gosum.parse("go.sum", text, { skipMalformed: command === "mod tidy" })),
      // The go command ends what it says with a newline.
      (error) => error.trimEnd(),
    );
  });

  it("gosum.trim", async () => {
    const cases = sample(
      fc.tuple(fc.array(line, { maxLength: 10 }), fc.array(fc.tuple(path, version), { maxLength: 6 })),
      fileCount,
    ).map(([lines, keep]) => [lines.join(""), ...keep.flat()]);
    await expectAgreement(goCommand, "gosum.trim", cases, (text = "", ...keep) => {
      const kept = new Set<string>();
      for (let i = 0; i + 1 < keep.length; i += 2) {
        kept.add(gosum.keyOf({ path: keep[i] ?? "", version: keep[i + 1] ?? "" }));
      }
      return gosum.format(gosum.parse("go.sum", text), (mod) => kept.has(gosum.keyOf(mod)));
    });
  });

  it("gosum.check", async () => {
    const file = fc.array(line, { maxLength: 6 }).map((lines) => lines.join(""));
    // With one more file: of several, Go asks them in any order.
    const cases = sample(fc.tuple(path, version, hash, file, fc.option(file)), fileCount).map(
      ([path, version, hash, first, second]) => [path, version, hash, first, ...(second === null ? [] : [second])],
    );
    await expectAgreement(goCommand, "gosum.check", cases, (path = "", version = "", hash = "", ...texts) => {
      const mod = { path, version };
      const files = texts.map((text, i) => ({ filename: i === 0 ? "go.sum" : "a", sums: gosum.parse("go.sum", text) }));
      const answer = { have: gosum.haveSum(files, mod), recorded: gosum.recordedSum(files, mod) ?? "" };
      try {
        return { ...answer, found: gosum.checkSum(files, mod, hash), ended: false, said: "" };
      } catch (error) {
        if (!(error instanceof ModuleError)) throw error;
        // The go command ends what it says with a newline, and this text has one already.
        return { ...answer, found: false, ended: true, said: error.message };
      }
    });
  });
});

describe("gosum.needed", () => {
  const modulePath = fc.constantFrom("a.example/p", "a.example/p/sub", "a.example/q", "a.example/r", "a.example/s");
  const moduleVersion = fc.tuple(modulePath, fc.constantFrom("v1.0.0", "v1.1.0", "v1.2.0"));
  const goLine = fc.constantFrom("1.16", "1.17", "1.20", "1.21", "1.22.1").map((go) => `go ${go}\n`);
  const requires = fc
    .uniqueArray(moduleVersion, { selector: ([path]) => path, maxLength: 4 })
    .map((list) => list.map((mod) => `require ${mod.join(" ")}\n`).join(""));
  const replaces = fc
    .uniqueArray(
      fc.tuple(
        moduleVersion,
        fc.oneof(
          moduleVersion.map((mod) => mod.join(" ")),
          fc.constant("./f"),
        ),
      ),
      {
        selector: ([[path]]) => path,
        maxLength: 2,
      },
    )
    .map((list) => list.map(([old, to]) => `replace ${old.join(" ")} => ${to}\n`).join(""));
  const world = fc.array(fc.tuple(goLine, requires), { minLength: 16, maxLength: 16, size: "max" }).map((texts) => {
    const goMods: Record<string, string> = {};
    let i = 0;
    for (const path of ["p", "p/sub", "q", "r", "s"]) {
      for (const version of ["v1.0.0", "v1.1.0", "v1.2.0"]) {
        goMods[`a.example/${path}@${version}`] = `module a.example/${path}\n${texts[i++]?.join("") ?? ""}`;
      }
    }
    for (const dir of ["./f", "./a/f", "./b/f"]) goMods[dir] = `module whatever\n${texts[i]?.join("") ?? ""}`;
    return goMods;
  });
  const importPath = fc.constantFrom(
    "a.example/p/x",
    "a.example/p/sub/x",
    "a.example/q",
    "a.example/s/t/u",
    "a.example/main/x",
    "C",
    "bad path",
  );
  const packages = fc.array(
    fc
      .tuple(
        importPath,
        fc.oneof(
          { weight: 6, arbitrary: moduleVersion },
          { weight: 1, arbitrary: fc.constantFrom(["?", ""], ["a.example/main", ""]) },
        ),
      )
      .map(([path, [module = "", version = ""]]) => [path, module, version]),
    { maxLength: 5 },
  );

  async function needed(work = "", mains = "", goMods = "", packages = "", ...flags: string[]): Promise<unknown> {
    const known = new Map(Object.entries(parseStrings(goMods)));
    const source: mvs.GoModSource = {
      goMod: ({ path, version }) =>
        known.get(version === "" ? path : `${path}@${version}`) ?? Promise.reject(new Error(path)),
    };
    const files = Object.values(parseStrings(mains)).map((text, i) => ({
      file: modfile.parse("go.mod", text),
      dir: String.fromCharCode(97 + i),
    }));
    const [main = { file: modfile.newFile() }] = files;
    const requirements =
      work === ""
        ? mvs.moduleRequirements(main, source)
        : mvs.workspaceRequirements(modfile.parseWork("go.work", work), files, source);
    const has = (flag: string): boolean => flags.includes(flag);
    const list: unknown = JSON.parse(packages);
    if (!Array.isArray(list)) throw new TypeError("no list");
    const imported: gosum.ImportedPackage[] = list.map(([path = "", module = "", version = ""]: string[]) => ({
      path,
      mod: module === "?" ? undefined : { path: module, version },
    }));
    const { mains: mainModules } = requirements.context;
    const lines = gosum.neededSums({
      requirements,
      ...(has("graph") ? { graph: await requirements.graph() } : {}),
      ...(has("packages") ? { packages: imported } : {}),
      replacementOf: (mod: ModuleVersion) => mvs.replacementOf(mainModules, mod),
      wholeBuildList: has("wholeBuildList"),
      isTidy: has("tidy"),
      isUpdating: has("mod"),
    });
    return lines.map(gosum.keyOf).sort(compareBytewise);
  }

  function parseStrings(json: string): Record<string, string> {
    const parsed: unknown = JSON.parse(json);
    return Object.fromEntries(Object.entries(parsed ?? {}).map(([key, value]) => [key, String(value)]));
  }

  const flags = fc.subarray(["packages", "tidy", "mod", "wholeBuildList"]);

  it("with the graph", async () => {
    const cases = sample(fc.tuple(goLine, requires, replaces, world, packages, flags), fileCount).map(
      ([go, requires, replaces, world, packages, flags]) => [
        "",
        JSON.stringify([`module a.example/main\n${go}${requires}${replaces}`]),
        JSON.stringify(world),
        JSON.stringify(packages),
        "graph",
        ...flags,
      ],
    );
    await expectAgreement(goCommand, "gosum.needed", cases, needed);
  });

  it("of a workspace", async () => {
    const cases = sample(fc.tuple(goLine, requires, requires, replaces, world, packages, flags), fileCount).map(
      ([go, first, second, replaces, world, packages, flags]) => [
        `${go}use ./a\nuse ./b\n${replaces}`,
        JSON.stringify([`module a.example/main\n${go}${first}`, `module a.example/main2\n${go}${second}`]),
        JSON.stringify(world),
        JSON.stringify(packages),
        "graph",
        ...flags,
      ],
    );
    await expectAgreement(goCommand, "gosum.needed", cases, needed);
  });

  it("without, where it is not needed", async () => {
    const cases = sample(
      fc.tuple(fc.constantFrom("go 1.17\n", "go 1.20\n", "go 1.21\n"), requires, replaces, world, packages, flags),
      fileCount,
    ).map(([go, requires, replaces, world, packages, flags]) => {
      const roots = new Set(requires.split("\n").map((line) => line.slice("require ".length)));
      const ofRoots = packages.filter(([, module = "", version = ""]) => roots.has(`${module} ${version}`));
      return [
        "",
        JSON.stringify([`module a.example/main\n${go}${requires}${replaces}`]),
        JSON.stringify(world),
        JSON.stringify(ofRoots),
        ...flags,
      ];
    });
    await expectAgreement(goCommand, "gosum.needed", cases, needed);
  });
});
