/**
 * Module graphs against cmd/go/internal/modload: the graph as it is loaded, the roots after they are made consistent, and
 * the build list, for main modules and workspaces over generated worlds of modules; all Go versions from before pruning to
 * now, replacements, exclusions, modules that are missing or call themselves something else.
 */
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import * as modfile from "../../src/gomod/modfile.ts";
import { ModuleError, type ModuleVersion } from "../../src/gomod/module.ts";
import * as mvs from "../../src/gomod/mvs.ts";
import { compareBytewise } from "../../src/gomod/utf8.ts";
import { type Oracle, startOracle } from "../oracle/oracle.ts";
import { caseCount, expectAgreement, sample } from "./differential.ts";

let oracle: Oracle;
beforeEach(async ({ skip }) => {
  oracle ??= await startOracle({ skip }, "goCommand");
});
afterAll(() => oracle?.close());

function show({ path, version }: ModuleVersion): string {
  return version === "" ? path : `${path}@${version}`;
}

/** What the oracle says of the same arguments: go.work or nothing, JSON of the main modules' go.mod, JSON of all others. */
async function load(work: string, mains: string, goMods: string): Promise<unknown> {
  const known = new Map(Object.entries(parseStrings(goMods)));
  const source: mvs.GoModSource = {
    goMod(module) {
      const text = known.get(show(module));
      if (text === undefined) throw new ModuleError("badRequirements", "no such module");
      return show(module).length % 2 === 0 ? text : Promise.resolve(text);
    },
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
  const loaded = requirements.hasRedundantRoot() ? await mvs.updateRoots(requirements) : requirements;
  const graph = await loaded.graph();
  const edges = [...graph.breadthFirst()].flatMap((module) =>
    (graph.requiredBy(module) ?? []).map((required) => `${show(module)} ${show(required)}`),
  );
  const expanded = await mvs.expandGraph(requirements);
  return {
    edges: edges.sort(compareBytewise).join("\n"),
    roots: expanded.requirements.roots.map(show),
    buildList: expanded.graph.buildList().map(show),
  };
}

function parseStrings(json: string): Record<string, string> {
  const parsed: unknown = JSON.parse(json);
  return Object.fromEntries(Object.entries(parsed ?? {}).map(([key, value]) => [key, String(value)]));
}

const path = fc.nat(6).map((n) => `a.example/${"pqrstuv".charAt(n)}`);
const version = fc.constantFrom("v1.0.0", "v1.1.0", "v1.2.0", "v1.2.0-rc.1", "v1.10.0");
const goLine = fc.constantFrom(
  "",
  "1.12",
  "1.16",
  "1.17",
  "1.17",
  "1.18",
  "1.20",
  "1.21",
  "1.21.3",
  "1.22rc1",
  "1.25.0",
);
const moduleVersion = fc.tuple(path, version).map((parts) => parts.join(" "));
const mainVersion = version.map((version) => `a.example/main0 ${version}`);
const requirement = fc.oneof({ weight: 25, arbitrary: moduleVersion }, { weight: 1, arbitrary: mainVersion });

function required(max: number): Arbitrary<string> {
  return fc
    .array(fc.tuple(requirement, fc.constantFrom("", " // indirect")), { maxLength: max, size: "max" })
    .map((list) => list.map((parts) => `require ${parts.join("")}\n`).join(""));
}

const goMod: Arbitrary<string> = fc
  .tuple(goLine, required(4))
  .map(([go, required]) => (go === "" ? "" : `go ${go}\n`) + required);

const folder = fc.constantFrom("./f", "../g");
const replacement = fc.tuple(
  fc.oneof(path, moduleVersion),
  fc.oneof({ weight: 3, arbitrary: moduleVersion }, { weight: 1, arbitrary: folder }),
);
const replacements = fc
  .uniqueArray(replacement, { selector: ([old]) => old, maxLength: 2 })
  .map((list) => list.map(([old, to]) => `replace ${old} => ${to}\n`).join(""));
const exclusions = fc
  .array(moduleVersion, { maxLength: 2 })
  .map((list) => list.map((module) => `exclude ${module}\n`).join(""));
const toolchain = fc.constantFrom("", "", "toolchain go1.21.5\n", "toolchain go1.25.1-custom\n");

function mainGoMod(name: string): Arbitrary<string> {
  return fc.tuple(goMod, toolchain, exclusions).map((parts) => `module a.example/${name}\n${parts.join("")}`);
}

/** All modules there are, and folders; a few are missing, a few have another name, a few have none. */
const world: Arbitrary<Record<string, string>> = fc
  .tuple(
    fc.array(fc.tuple(moduleVersion, goMod), { maxLength: 25, minLength: 5, size: "max" }),
    fc.tuple(goMod, goMod),
    fc.nat(60),
  )
  .map(([modules, [f, g], fault]) => {
    const goMods: Record<string, string> = {};
    for (const p of "pqrstuv") {
      for (const v of ["v1.0.0", "v1.1.0", "v1.2.0", "v1.2.0-rc.1", "v1.10.0"]) {
        goMods[`a.example/${p}@${v}`] = `module a.example/${p}\n`;
      }
    }
    for (const [module, text] of modules) {
      const [path = "", version = ""] = module.split(" ");
      goMods[`${path}@${version}`] = `module ${path}\n${text}`;
    }
    for (const [i, [module]] of modules.entries()) {
      const key = module.replace(" ", "@");
      if (i === 0 && fault < 5) delete goMods[key];
      if (i === 1 && fault > 5 && fault < 10) goMods[key] = "module b.example/other\n";
      if (i === 2 && fault === 11) goMods[key] = "go 1.20\n";
      if (i === 3 && fault === 12) goMods[key] = "module a.example/p\nrequire (\n";
    }
    for (const v of ["v1.0.0", "v1.1.0", "v1.2.0", "v1.2.0-rc.1", "v1.10.0"]) {
      goMods[`a.example/main0@${v}`] = "module a.example/main0\ngo 1.17\nrequire a.example/q v1.1.0\n";
    }
    for (const dir of ["./f", "./a/f", "./b/f", "./c/f"]) goMods[dir] = `module whatever\n${f}`;
    for (const dir of ["../g", "./g"]) goMods[dir] = g;
    return goMods;
  });

describe("module graphs", { timeout: 900_000 }, () => {
  it("of one main module", async () => {
    const cases = sample(fc.tuple(mainGoMod("main0"), replacements, world), caseCount / 4).map(
      ([main, replacements, world]) => ["", JSON.stringify([main + replacements]), JSON.stringify(world)],
    );
    await expectAgreement(oracle, "mvs.moduleGraph", cases, load);
  });

  it("of workspaces", async () => {
    const go = fc.constantFrom("", "go 1.18\n", "go 1.21.1\n", "go 1.26.0\n");
    const mains = fc.tuple(mainGoMod("main0"), mainGoMod("main1"), mainGoMod("main2"), fc.integer({ min: 1, max: 3 }));
    const cases = sample(fc.tuple(go, toolchain, replacements, replacements, mains, world), caseCount / 4).map(
      ([go, toolchain, ofWork, ofModule, [first, second, third, count], world]) => {
        const used = [first + ofModule, second, third].slice(0, count);
        const uses = used.map((_, i) => `use ./${"abc".charAt(i)}\n`).join("");
        return [`${go}${toolchain}${uses}${ofWork}`, JSON.stringify(used), JSON.stringify(world)];
      },
    );
    await expectAgreement(oracle, "mvs.moduleGraph", cases, load);
  });
});

describe("laziness", () => {
  const file = modfile.parse("go.mod", "module a.example/m\ngo 1.20\nrequire a.example/p v1.2.0\n");

  it("asks for no graph where a root is the answer", async () => {
    const requirements = mvs.moduleRequirements({ file }, { goMod: () => Promise.reject(new Error("asked")) });
    expect(await requirements.selected("a.example/p")).toBe("v1.2.0");
    await expect(requirements.selected("a.example/q")).rejects.toThrow("a.example/p@v1.2.0: asked");
  });

  it("asks for each go.mod once, and only for those in view", async () => {
    const asked: string[] = [];
    const requirements = mvs.moduleRequirements(
      { file },
      {
        goMod(module) {
          asked.push(show(module));
          return `module ${module.path}\ngo 1.20\nrequire a.example/q v1.1.0\n`;
        },
      },
    );
    expect((await requirements.graph()).buildList().map(show)).toEqual([
      "a.example/m",
      "a.example/p@v1.2.0",
      "a.example/q@v1.1.0",
      "go@1.20",
    ]);
    expect(await requirements.spotCheck([{ path: "a.example/p", version: "v1.2.0" }])).toBe(true);
    expect(asked).toEqual(["a.example/p@v1.2.0"]);
  });
});
