/**
 * go.mod and go.work files against golang.org/x/mod/modfile: what they say, the syntax tree with each position, the text in
 * standard form, and all errors with their places.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ModuleError } from "../../src/gomod/error.ts";
import * as modfile from "../../src/gomod/modfile.ts";
import { quote } from "../../src/gomod/quote.ts";
import { unquote } from "../../src/gomod/unquote.ts";
import { decodeUtf8 } from "../../src/gomod/utf8.ts";
import { canonicalVersion } from "../../src/gomod/version.ts";
import { moduleSource, type Oracle, startOracle } from "../oracle/oracle.ts";
import { anything, modulePath, nearly } from "./arbitraries.ts";
import { expectAgreement, fileCount, sample, writeAgreements } from "./differential.ts";
import { anyText, goodModText, goodWorkText, modText, workText } from "./goModFiles.ts";
import { describeFile, describeSyntax, list } from "./modfileDump.ts";

// A long run has five times as many cases, and more.
vi.setConfig({ testTimeout: 900_000 });

let oracle: Oracle;
beforeEach(async ({ skip }) => {
  oracle ??= await startOracle({ skip }, "modules");
});
afterAll(async () => {
  oracle?.close();
  await writeAgreements("gomod-modfile", "go.mod and go.work files against golang.org/x/mod/modfile");
});

/** Real go.mod files, short ones: long ones are asked about whole. */
const projects = join(import.meta.dirname, "../fixtures/projects");
const real: string[] = [];
beforeAll(async () => {
  for (const project of ["caddy", "containerd", "kubernetes", "prometheus"]) {
    real.push(await readFile(join(projects, project, "go.mod"), "utf8"));
  }
});

/** A fixer of versions that the oracle has too. */
function fixAny(path: string, version: string): string {
  if (version === "bad" || version.includes("9")) {
    throw new ModuleError("invalidVersion", `can't fix ${quote(version)} of ${quote(path)}`);
  }
  return canonicalVersion(version) || "v1.2.3-fixed";
}

type Mode = "parse" | "parseLax" | "parseWork";

function ours(mode: string, fix: string, text: string): unknown {
  const fixer = fix === "" ? undefined : fixAny;
  try {
    const parse = mode === "parse" ? modfile.parse : mode === "parseLax" ? modfile.parseLax : modfile.parseWork;
    const file = parse("in", text, fixer);
    return {
      directives: describeFile(file),
      syntax: describeSyntax(file.syntax),
      format: modfile.format(file),
    };
  } catch (error) {
    if (!(error instanceof modfile.ErrorList)) throw error;
    const errors = error.errors.map((each) => ({
      pos: list(each.pos),
      text: modfile.formatError(each),
    }));
    return { message: error.message, errors };
  }
}

const oursOf = (mode = "", fix = "", text = ""): unknown => ours(mode, fix, text);

describe("parse and format", () => {
  it("x/mod's golden files and real go.mod files", async ({ skip }) => {
    const source = await moduleSource({ skip });
    const cases: [Mode, string, string][] = [];
    for (const [folder, modes] of [
      ["modfile/testdata", ["parse", "parseLax"]],
      ["modfile/testdata/work", ["parseWork"]],
    ] as const) {
      const [answer] = await oracle.ask("files", [[join(source, folder), "*.*"]]);
      const files = answer?.value;
      if (!Array.isArray(files) || files.length === 0) throw new Error(`no golden files in ${folder}`);
      for (const file of files) {
        const text = decodeUtf8(await readFile(String(file)));
        for (const mode of modes) cases.push([mode, "", text], [mode, "any", text]);
      }
    }
    for (const text of real) cases.push(["parse", "", text], ["parseLax", "any", text]);
    expect(cases.length).toBeGreaterThan(60);
    await expectAgreement(oracle, "modfile.parse", cases, oursOf);
  });

  it("the literals of x/mod's own tests", async ({ skip }) => {
    const source = await moduleSource({ skip });
    const [answer] = await oracle.ask("literals", [[join(source, "modfile"), "*_test.go"]]);
    const literals = answer?.value;
    if (!Array.isArray(literals)) throw new Error("no literals");
    const cases = literals.flatMap((text) =>
      ["parse", "parseLax", "parseWork"].map((mode) => [mode, "", String(text)] as const),
    );
    await expectAgreement(oracle, "modfile.parse", cases, oursOf);
  });

  it.each<[Mode, fc.Arbitrary<string>[]]>([
    ["parse", [modText, goodModText]],
    ["parseLax", [modText, goodModText]],
    ["parseWork", [workText, goodWorkText]],
  ])("%s", async (mode, texts) => {
    const short = real.map((text) => text.slice(0, 1500));
    const arbitrary = fc.tuple(fc.constant(mode), fc.constantFrom("", "any"), anyText(texts, short));
    await expectAgreement(oracle, "modfile.parse", sample(arbitrary, fileCount), oursOf);
  });
});

describe("the pieces", () => {
  const texts = sample(fc.oneof(modulePath, anything));

  it.each<[string, (text: string) => unknown]>([
    ["modfile.autoQuote", modfile.autoQuote],
    ["modfile.isDirectoryPath", modfile.isDirectoryPath],
  ])("%s", async (op, ours) => {
    await expectAgreement(
      oracle,
      op,
      texts.map((text) => [text]),
      ours,
    );
  });

  it.each<[string, (text: string) => unknown]>([
    ["modfile.isGoVersion", modfile.isGoVersion],
    ["modfile.isToolchainName", modfile.isToolchainName],
  ])("%s", async (op, ours) => {
    const names = fc.constantFrom(
      "1.21",
      "go1",
      "go1.21.3",
      "default",
      "1.21rc1",
      "1.21.0",
      "10.0beta2",
      "go1.",
      "2.x",
    );
    const cases = sample(nearly(names));
    await expectAgreement(
      oracle,
      op,
      cases.map((text) => [text]),
      ours,
    );
  });

  it("modfile.modulePath", async () => {
    const line = fc.constantFrom(
      "module ",
      "module\t",
      "module",
      " module x",
      "modulex",
      "// module y\n",
      "\n",
      "`",
      '"',
    );
    const text = fc.array(fc.oneof(line, nearly(modText), anything), { maxLength: 3 }).map((parts) => parts.join(""));
    await expectAgreement(
      oracle,
      "modfile.modulePath",
      sample(text, fileCount).map((text) => [text]),
      modfile.modulePath,
    );
  });

  it("unquote", async () => {
    const piece = fc.constantFrom(
      ...'a|é|\\n|\\x|\\xff|\\xc3\\xa9|\\u00e9|\\ud800|\\U0010ffff|\\U00110000|\\101|\\400|\\\'|\\"|"|`|\r|\n|\udcff|\\|'.split(
        "|",
      ),
    );
    const text = fc
      .tuple(fc.constantFrom('"', '"', '"', "`"), fc.array(piece, { maxLength: 5 }))
      .map(([quotation, parts]) => quotation + parts.join("") + quotation);
    await expectAgreement(
      oracle,
      "unquote",
      sample(fc.oneof(text, nearly(text)))
        .filter((text) => !text.startsWith("'"))
        .map((text) => [text]),
      (text) => unquote(text) ?? null,
    );
  });
});
