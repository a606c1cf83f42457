/**
 * Paths, versions, pseudo-versions and patterns against golang.org/x/mod: equal results, and equal error texts, as all of
 * these can reach a user.
 */
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import * as module from "../../src/gomod/module.ts";
import { matchPath } from "../../src/gomod/pattern.ts";
import * as pseudo from "../../src/gomod/pseudo.ts";
import { quote } from "../../src/gomod/quote.ts";
import * as semver from "../../src/gomod/semver.ts";
import { fold, isLetter, isPrint } from "../../src/gomod/unicode.ts";
import { unicodeVersion } from "../../src/gomod/unicodeTables.ts";
import { fields, trimSpace } from "../../src/gomod/utf8.ts";
import { moduleSource, type Oracle, startOracle } from "../oracle/oracle.ts";
import {
  anything,
  filePath,
  fullVersion,
  globs,
  globTarget,
  modulePath,
  nearly,
  pseudoVersion,
  version,
} from "./arbitraries.ts";
import { caseCount, expectAgreement, isLong, type Ours, sample, writeAgreements } from "./differential.ts";

const modulePaths = sample(modulePath);
const filePaths = sample(filePath);
const versions = sample(version);
const pseudoVersions = sample(pseudoVersion);
const pathsWithVersions = sample(fc.tuple(modulePath, fc.oneof(version, fullVersion)));
const pathMajor = nearly(
  fc.constantFrom("", "/v2", "/v3", ".v1", ".v2", ".v0", ".v2-unstable", ".v-unstable", "v2", "/v01"),
);

let oracle: Oracle;
beforeEach(async ({ skip }) => {
  oracle ??= await startOracle({ skip }, "modules");
});
afterAll(async () => {
  oracle?.close();
  await writeAgreements("gomod-modules", "Paths, versions and patterns against golang.org/x/mod");
});

/** A check that gives nothing when it passes. */
function passes(check: (...args: string[]) => void): Ours {
  return (...args) => {
    check(...args);
    return true;
  };
}

const single = (texts: readonly string[]): [string][] => texts.map((text) => [text]);

describe("versions", () => {
  const pairs = sample(
    fc.oneof(fc.tuple(version, version), fc.tuple(fullVersion, fullVersion), fc.tuple(pseudoVersion, version)),
  );

  it.each<[string, Ours]>([
    ["semver.isValid", semver.isValid],
    ["semver.canonical", semver.canonical],
    ["semver.major", semver.major],
    ["semver.majorMinor", semver.majorMinor],
    ["semver.prerelease", semver.prerelease],
    ["semver.build", semver.build],
    ["module.canonicalVersion", module.canonicalVersion],
    ["module.escapeVersion", module.escapeVersion],
    ["module.unescapeVersion", module.unescapeVersion],
  ])("%s", async (op, ours) => {
    await expectAgreement(oracle, op, single(versions), ours);
  });

  it.each<[string, Ours]>([
    ["semver.compare", semver.compare],
    ["semver.max", semver.max],
  ])("%s", async (op, ours) => {
    await expectAgreement(oracle, op, pairs, ours);
  });

  it("semver.sort", async () => {
    const lists = sample(
      fc.array(fc.oneof(version, fullVersion), { maxLength: 8, size: "max" }),
      isLong ? caseCount : 5000,
    );
    await expectAgreement(oracle, "semver.sort", lists, (...list) => semver.sort(list));
  });

  it("unescapes what it escapes", () => {
    for (const v of versions) {
      if (/^[!-~]+$/.test(v) && !v.includes("!") && !throws(() => module.escapeVersion(v))) {
        expect(module.unescapeVersion(module.escapeVersion(v))).toBe(v);
      }
    }
  });
});

function throws(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}

describe("paths", () => {
  it.each<[string, string[], Ours]>([
    ["module.checkPath", modulePaths, passes(module.checkPath)],
    ["module.checkImportPath", modulePaths, passes(module.checkImportPath)],
    ["module.checkFilePath", filePaths, passes(module.checkFilePath)],
    ["module.splitPathVersion", modulePaths, (path) => module.splitPathVersion(path) ?? null],
    ["module.escapePath", modulePaths, module.escapePath],
    [
      "module.unescapePath",
      modulePaths.map((path) => path.replace(/[A-Z]/g, (c) => `!${c.toLowerCase()}`)),
      module.unescapePath,
    ],
    ["module.unescapePath", modulePaths, module.unescapePath],
  ])("%s", async (op, paths, ours) => {
    await expectAgreement(oracle, op, single(paths), ours);
  });

  it("module.check", async () => {
    await expectAgreement(oracle, "module.check", pathsWithVersions, passes(module.check));
  });

  it("module.checkPathMajor, matchPathMajor, pathMajorPrefix", async () => {
    const cases = sample(fc.tuple(fc.oneof(fullVersion, version, pseudoVersion), pathMajor));
    await expectAgreement(oracle, "module.checkPathMajor", cases, passes(module.checkPathMajor));
    await expectAgreement(oracle, "module.matchPathMajor", cases, module.matchPathMajor);
    const majors = cases.map(([, major]): [string] => [major]);
    await expectAgreement(oracle, "module.pathMajorPrefix", majors, module.pathMajorPrefix);
  });
});

describe("pseudo-versions", () => {
  it.each<[string, Ours]>([
    ["pseudo.isPseudoVersion", pseudo.isPseudoVersion],
    ["pseudo.isZeroPseudoVersion", pseudo.isZeroPseudoVersion],
    ["pseudo.zeroPseudoVersion", pseudo.zeroPseudoVersion],
    ["pseudo.pseudoVersionTime", (v) => pseudo.pseudoVersionTime(v).toISOString()],
    ["pseudo.pseudoVersionRev", pseudo.pseudoVersionRev],
    ["pseudo.pseudoVersionBase", pseudo.pseudoVersionBase],
  ])("%s", async (op, ours) => {
    await expectAgreement(oracle, op, single(pseudoVersions), ours);
  });

  it("pseudo.pseudoVersion", async () => {
    const time = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    });
    const cases = sample(
      fc
        .tuple(fc.constantFrom("", "v0", "v1", "v2"), fc.oneof(fullVersion, version, fc.constant("")), time)
        .map(([major, older, time]) => [major, older, time.toISOString(), "abcdef123456"]),
    );
    await expectAgreement(oracle, "pseudo.pseudoVersion", cases, (major = "", older = "", time = "", rev = "") =>
      pseudo.pseudoVersion(major, older, new Date(time), rev),
    );
  });
});

describe("patterns", () => {
  const cases = sample(fc.tuple(globs, fc.oneof(globTarget, globs)));

  it("module.matchPrefixPatterns", async () => {
    await expectAgreement(oracle, "module.matchPrefixPatterns", cases, module.matchPrefixPatterns);
  });

  it("path.Match", async () => {
    await expectAgreement(oracle, "path.match", cases, matchPath);
  });
});

describe("text", () => {
  const texts = sample(fc.oneof(anything, fc.string({ unit: "binary" })));

  it.each<[string, Ours]>([
    ["quote", quote],
    ["trimSpace", trimSpace],
    ["fields", fields],
  ])("%s", async (op, ours) => {
    await expectAgreement(oracle, op, single(texts), ours);
  });

  it("knows of every code point what Go knows", async ({ skip }) => {
    const [answer] = await oracle.ask("codePoints", [[]]);
    const table = answer?.value;
    if (typeof table !== "object" || table === null || !("unicode" in table)) throw new Error("no table");
    if (table.unicode !== unicodeVersion) skip(`Go has Unicode ${String(table.unicode)}, the tables ${unicodeVersion}`);
    const all = Array.from({ length: 0x110000 }, (_, r) => r);
    const edges = (within: (r: number) => boolean): number[] =>
      all.filter((r) => within(r) !== (r > 0 && within(r - 1)));
    expect(table).toEqual({
      unicode: unicodeVersion,
      letters: edges(isLetter),
      printed: edges(isPrint),
      folds: all.flatMap((r) => (fold(r) === r ? [] : [r, fold(r)])),
    });
  });
});

describe("golang.org/x/mod's own cases", () => {
  it("all agree", async (context) => {
    const source = await moduleSource(context);
    const files: [string, string][] = [
      ["module", "*_test.go"],
      ["semver", "*_test.go"],
    ];
    const answers = await oracle.ask(
      "literals",
      files.map(([folder, pattern]) => [`${source}/${folder}`, pattern]),
    );
    const literals = [...new Set(answers.flatMap(({ value }) => (Array.isArray(value) ? value.map(String) : [])))];
    expect(literals.length).toBeGreaterThan(250);
    const one = single(literals);
    const neighbours = literals.map((text, i): [string, string] => [text, literals[i + 1] ?? ""]);
    const functions: [string, string[][], Ours][] = [
      ["module.checkPath", one, passes(module.checkPath)],
      ["module.checkImportPath", one, passes(module.checkImportPath)],
      ["module.checkFilePath", one, passes(module.checkFilePath)],
      ["module.splitPathVersion", one, (path) => module.splitPathVersion(path) ?? null],
      ["module.escapePath", one, module.escapePath],
      ["module.unescapePath", one, module.unescapePath],
      ["module.escapeVersion", one, module.escapeVersion],
      ["module.unescapeVersion", one, module.unescapeVersion],
      ["module.check", neighbours, passes(module.check)],
      ["module.matchPrefixPatterns", neighbours, module.matchPrefixPatterns],
      ["semver.canonical", one, semver.canonical],
      ["semver.majorMinor", one, semver.majorMinor],
      ["semver.prerelease", one, semver.prerelease],
      ["semver.build", one, semver.build],
      ["semver.sort", [literals], (...list) => semver.sort(list)],
      ["pseudo.isPseudoVersion", one, pseudo.isPseudoVersion],
      ["pseudo.pseudoVersionTime", one, (v) => pseudo.pseudoVersionTime(v).toISOString()],
      ["pseudo.pseudoVersionBase", one, pseudo.pseudoVersionBase],
    ];
    for (const [op, cases, ours] of functions) await expectAgreement(oracle, op, cases, ours);
    const versions = literals.filter(semver.isValid);
    const pairs = versions.flatMap((v) => versions.map((w): [string, string] => [v, w]));
    await expectAgreement(oracle, "semver.compare", pairs, semver.compare);
  });
});
