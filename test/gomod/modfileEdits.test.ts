/**
 * Edits of go.mod and go.work files against golang.org/x/mod/modfile: what each answers and how the file looks after it,
 * and what the file says and looks like in the end.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, it, vi } from "vitest";
import { ModuleError } from "../../src/gomod/error.ts";
import * as modfile from "../../src/gomod/modfile.ts";
import { compareBytewise } from "../../src/gomod/utf8.ts";
import { type Oracle, startOracle } from "../oracle/oracle.ts";
import { expectAgreement, fileCount, sample, writeAgreements } from "./differential.ts";
import { goodModText, goodWorkText, modText } from "./goModFiles.ts";
import { describeFile, describeSyntax } from "./modfileDump.ts";

// A long run has five times as many cases, and more.
vi.setConfig({ testTimeout: 900_000 });

let oracle: Oracle;
beforeEach(async ({ skip }) => {
  oracle ??= await startOracle({ skip }, "modules");
});
afterAll(async () => {
  oracle?.close();
  await writeAgreements("gomod-modfile-edits", "Edits of go.mod and go.work files against golang.org/x/mod/modfile");
});

const path: Arbitrary<string> = fc.constantFrom(
  "example.com/m",
  "example.com/a",
  "example.com/b",
  "example.com/c",
  "golang.org/x/mod",
  "rsc.io/quote",
  "a b",
  "example.com/m/v2",
  "gopkg.in/yaml.v3",
);
const version: Arbitrary<string> = fc.constantFrom(
  "v1.0.0",
  "v1.2.3",
  "v1.10.0",
  "v1.9.0",
  "v0.1.0",
  "v2.1.0",
  "v3.0.0",
);
const anyVersion: Arbitrary<string> = fc.oneof(version, fc.constantFrom("v1", "", "bad", "v2.0.0+incompatible"));
const goVersion: Arbitrary<string> = fc.constantFrom("1.20", "1.21", "1.22.3", "1.21rc1", "v1", "");
const toolchain: Arbitrary<string> = fc.constantFrom("go1.22.0", "default", "go1.23.1-x", "local");
const folder: Arbitrary<string> = fc.constantFrom("./a", "../b", "./c", "./a b", ".", "b");
const tool: Arbitrary<string> = fc.constantFrom("example.com/m/cmd/x", "example.com/t", "b.c/d", "a.b/c");
const indirect: Arbitrary<string> = fc.constantFrom("true", "false");
const rationale: Arbitrary<string> = fc.constantFrom("", "broken", "two\nlines");

const edit = (name: string, ...args: Arbitrary<string>[]): Arbitrary<string> =>
  fc.tuple(...args).map((args) => [name, ...args].join("\0"));

const requirements = (name: string): Arbitrary<string> =>
  fc
    .uniqueArray(fc.tuple(path, version, indirect), { selector: ([path]) => path, maxLength: 7, size: "max" })
    .map((list) => [name, ...list.flat()].join("\0"));

const sharedEdits: readonly Arbitrary<string>[] = [
  edit("addGoStmt", goVersion),
  edit("dropGoStmt"),
  edit("addToolchainStmt", toolchain),
  edit("dropToolchainStmt"),
  edit("addGodebug", fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "")),
  edit("dropGodebug", fc.constantFrom("a", "b", "c")),
  edit("addReplace", path, fc.constant(""), folder, fc.constant("")),
  edit("addReplace", path, version, path, version),
  edit("addReplace", path, fc.constant(""), path, version),
  edit("dropReplace", path, fc.constant("")),
  edit("dropReplace", path, version),
  edit("sortBlocks"),
  edit("cleanup"),
];

const modEdit: Arbitrary<string> = fc.oneof(
  ...sharedEdits,
  edit("addModuleStmt", path),
  edit("addComment", fc.constantFrom("// added", "  // added  ", "// a\n// b")),
  edit("addRequire", path, version),
  edit("addRequire", path, version),
  edit("addNewRequire", path, version, indirect),
  edit("dropRequire", path),
  requirements("setRequire"),
  requirements("setRequireSeparateIndirect"),
  requirements("setRequireSeparateIndirect"),
  requirements("setRequireAtMostTwo"),
  edit("addExclude", path, anyVersion),
  edit("addExclude", path, version),
  edit("dropExclude", path, version),
  edit("addRetract", anyVersion, anyVersion, rationale),
  version.map((version) => ["addRetract", version, version, "why"].join("\0")),
  version.map((version) => ["dropRetract", version, version].join("\0")),
  edit("dropRetract", version, version),
  edit("addTool", tool),
  edit("dropTool", tool),
  edit("addIgnore", folder),
  edit("dropIgnore", folder),
);

const workEdit: Arbitrary<string> = fc.oneof(
  ...sharedEdits,
  edit("addUse", folder, path),
  edit("addNewUse", folder, path),
  fc
    .uniqueArray(fc.tuple(folder, path), { selector: ([folder]) => folder, maxLength: 4 })
    .map((list) => ["setUse", ...list.flat()].join("\0")),
  edit("dropUse", folder),
);

function requirementsOf(args: readonly string[]): modfile.Requirement[] {
  const all: modfile.Requirement[] = [];
  for (let i = 0; i + 2 < args.length; i += 3) {
    all.push({ mod: { path: args[i] ?? "", version: args[i + 1] ?? "" }, indirect: args[i + 2] === "true" });
  }
  return all;
}

function applyShared(
  file: modfile.File | modfile.WorkFile,
  name: string,
  [a = "", b = "", c = "", d = ""]: string[],
): void {
  switch (name) {
    case "addGoStmt":
      return modfile.addGoStmt(file, a);
    case "dropGoStmt":
      return modfile.dropGoStmt(file);
    case "addToolchainStmt":
      return modfile.addToolchainStmt(file, a);
    case "dropToolchainStmt":
      return modfile.dropToolchainStmt(file);
    case "addGodebug":
      return modfile.addGodebug(file, a, b);
    case "dropGodebug":
      return modfile.dropGodebug(file, a);
    case "addReplace":
      return modfile.addReplace(file, a, b, c, d);
    case "dropReplace":
      return modfile.dropReplace(file, a, b);
    case "sortBlocks":
      return modfile.sortBlocks(file);
    case "cleanup":
      return modfile.cleanup(file);
    default:
      throw new Error(`no such edit: ${name}`);
  }
}

function applyMod(file: modfile.File, name: string, args: string[]): void {
  const [a = "", b = "", c = ""] = args;
  switch (name) {
    case "addModuleStmt":
      return modfile.addModuleStmt(file, a);
    case "addComment":
      return modfile.addComment(file, a);
    case "addRequire":
      return modfile.addRequire(file, a, b);
    case "addNewRequire":
      return modfile.addNewRequire(file, a, b, c === "true");
    case "dropRequire":
      return modfile.dropRequire(file, a);
    case "setRequire":
      modfile.cleanup(file);
      return modfile.setRequire(file, requirementsOf(args));
    case "setRequireSeparateIndirect":
      modfile.cleanup(file);
      return modfile.setRequireSeparateIndirect(file, requirementsOf(args));
    case "setRequireAtMostTwo":
      modfile.cleanup(file);
      return modfile.setRequireAtMostTwo(file, requirementsOf(args));
    case "addExclude":
      return modfile.addExclude(file, a, b);
    case "dropExclude":
      return modfile.dropExclude(file, a, b);
    case "addRetract":
      return modfile.addRetract(file, { low: a, high: b }, c);
    case "dropRetract":
      return modfile.dropRetract(file, { low: a, high: b });
    case "addTool":
      return modfile.addTool(file, a);
    case "dropTool":
      return modfile.dropTool(file, a);
    case "addIgnore":
      return modfile.addIgnore(file, a);
    case "dropIgnore":
      return modfile.dropIgnore(file, a);
    default:
      return applyShared(file, name, args);
  }
}

function applyWork(file: modfile.WorkFile, name: string, args: string[]): void {
  const [a = "", b = ""] = args;
  switch (name) {
    case "addUse":
      return modfile.addUse(file, a, b);
    case "addNewUse":
      return modfile.addNewUse(file, a, b);
    case "setUse": {
      modfile.cleanup(file);
      const dirs: { path: string; modulePath: string }[] = [];
      for (let i = 0; i + 1 < args.length; i += 2) dirs.push({ path: args[i] ?? "", modulePath: args[i + 1] ?? "" });
      return modfile.setUse(file, dirs);
    }
    case "dropUse":
      return modfile.dropUse(file, a);
    default:
      return applyShared(file, name, args);
  }
}

function ours(mode = "", text = "", ...edits: string[]): unknown {
  let file: modfile.File | modfile.WorkFile;
  try {
    file = mode === "parse" ? modfile.parse("in", text) : modfile.parseWork("in", text);
  } catch (error) {
    if (error instanceof modfile.ErrorList) return "unreadable";
    throw error;
  }
  const steps = edits.map((edit) => {
    const [name = "", ...args] = edit.split("\0");
    let said = "";
    try {
      if (file.kind === "mod") applyMod(file, name, args);
      else applyWork(file, name, args);
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      said = error.message;
    }
    return [said, modfile.format(file)];
  });
  modfile.cleanup(file);
  if (file.kind === "mod") file.require.sort((a, b) => compareBytewise(a.mod.path, b.mod.path));
  else file.use.sort((a, b) => compareBytewise(a.path, b.path));
  return [steps, describeFile(file), describeSyntax(file.syntax), modfile.format(file)];
}

describe("edits", () => {
  it("of go.mod", async () => {
    const edits = fc.array(modEdit, { minLength: 1, maxLength: 8, size: "max" });
    const text = fc.oneof({ weight: 8, arbitrary: goodModText }, { weight: 1, arbitrary: modText });
    const cases = sample(fc.tuple(text, edits), fileCount).map(([text, edits]) => ["parse", text, ...edits]);
    await expectAgreement(oracle, "modfile.edit", cases, ours);
  });

  it("of go.work", async () => {
    const edits = fc.array(workEdit, { minLength: 1, maxLength: 8, size: "max" });
    const cases = sample(fc.tuple(goodWorkText, edits), fileCount).map(([text, edits]) => [
      "parseWork",
      text,
      ...edits,
    ]);
    await expectAgreement(oracle, "modfile.edit", cases, ours);
  });

  it("of real go.mod files", async () => {
    const projects = join(import.meta.dirname, "../fixtures/projects");
    const texts = await Promise.all(
      ["caddy", "containerd", "prometheus"].map((name) => readFile(join(projects, name, "go.mod"), "utf8")),
    );
    // Most of what is required stays, some of it as another version, some becomes indirect, some is new.
    const change = fc.record({ kind: fc.nat(9), indirect: fc.boolean() });
    const changed = fc.tuple(
      fc.constantFrom(...texts),
      fc.constantFrom("setRequire", "setRequireSeparateIndirect", "setRequireAtMostTwo"),
      fc.array(change, { minLength: 20, maxLength: 20, size: "max" }),
    );
    const cases = sample(changed, fileCount / 40).map(([text, name, changes]) => {
      const file = modfile.parse("in", text);
      const list = file.require.flatMap(({ mod, indirect }, i) => {
        const { kind, indirect: wanted } = changes[i % changes.length] ?? { kind: 0, indirect };
        if (kind === 0) return [];
        return [mod.path, kind === 1 ? "v0.99.0" : mod.version, String(kind < 4 ? wanted : indirect)];
      });
      return ["parse", text, [name, ...list, "example.com/new", "v1.0.0", "true"].join("\0")];
    });
    await expectAgreement(oracle, "modfile.edit", cases, ours);
  });
});
