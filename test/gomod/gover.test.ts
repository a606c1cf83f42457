/** Go versions, toolchain names and the choice of a toolchain against the go command's own code. */
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, it, vi } from "vitest";
import * as gover from "../../src/gomod/gover.ts";
import { type Oracle, startOracle } from "../oracle/oracle.ts";
import { anything, fullVersion, nearly, version as anyVersion } from "./arbitraries.ts";
import { expectAgreement, fileCount, type Ours, sample, writeAgreements } from "./differential.ts";

// A long run has five times as many cases, and more.
vi.setConfig({ testTimeout: 900_000 });

let goCommand: Oracle;
beforeEach(async ({ skip }) => {
  goCommand ??= await startOracle({ skip }, "goCommand");
});
afterAll(async () => {
  goCommand?.close();
  await writeAgreements("gomod-gover", "Versions of Go and choice of toolchains against the go command");
});

const number: Arbitrary<string> = fc.oneof(
  fc.constantFrom("0", "1", "2", "10", "20", "21", "22", "01", "", "99999999999999999999"),
  fc.nat(30).map(String),
);
const wellMade: Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("1", "1", "1", "2", "0", "10"),
    number,
    fc.constantFrom("", ".0", ".1", ".10", "rc1", "rc2", "rc10", "beta1", "alpha", "x2", ".1rc1"),
  )
  .map(([major, minor, rest]) => `${major}.${minor}${rest}`);
const goVersion: Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: wellMade },
  { weight: 2, arbitrary: nearly(wellMade) },
  { weight: 1, arbitrary: fc.constantFrom("1", "2", "", "go1.21", "1.") },
  { weight: 1, arbitrary: anything },
);
const name: Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom("go", "go", "go", "gccgo-go", "", "Go"),
        goVersion,
        fc.constantFrom("", "", "-x", " y", "-a-b", "\tz", "/w"),
      )
      .map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.constantFrom("default", "local", "go", "go1") },
);

const single = (texts: readonly string[]): [string][] => texts.map((text) => [text]);

describe("versions", () => {
  const versions = sample(goVersion);

  it.each<[string, Ours]>([
    ["gover.isValid", gover.isValid],
    ["gover.isLang", gover.isLang],
    ["gover.isPrerelease", gover.isPrerelease],
    ["gover.lang", gover.lang],
    ["gover.prev", gover.prev],
  ])("%s", async (op, ours) => {
    await expectAgreement(goCommand, op, single(versions), ours);
  });

  it("gover.fromToolchain", async () => {
    await expectAgreement(goCommand, "gover.fromToolchain", single(sample(name)), gover.fromToolchain);
  });

  it.each<[string, Ours]>([
    ["gover.compare", gover.compare],
    ["gover.max", gover.max],
  ])("%s", async (op, ours) => {
    await expectAgreement(goCommand, op, sample(fc.tuple(goVersion, goVersion)), ours);
  });
});

describe("versions of modules", () => {
  const path = fc.constantFrom("go", "toolchain", "example.com/m");
  const version = fc.oneof(goVersion, name, anyVersion);

  it("gover.modCompare", async () => {
    await expectAgreement(goCommand, "gover.modCompare", sample(fc.tuple(path, version, version)), gover.modCompare);
  });

  it.each<[string, Ours]>([
    ["gover.modIsValid", gover.modIsValid],
    ["gover.modIsPrefix", gover.modIsPrefix],
    ["gover.modIsPrerelease", gover.modIsPrerelease],
    ["gover.modMajorMinor", gover.modMajorMinor],
  ])("%s", async (op, ours) => {
    await expectAgreement(goCommand, op, sample(fc.tuple(path, version)), ours);
  });

  it("gover.modSort", async () => {
    // What compares as equal may end in any order, so there is one of each: no builds, no invalid ones.
    const full = fc.tuple(fullVersion, fc.constantFrom("", "/go.mod")).map((parts) => parts.join(""));
    const mod = fc.oneof(
      fc.tuple(
        fc.constantFrom("example.com/m", "a.b", "Z.c"),
        full.filter((text) => !text.includes("+")),
      ),
      fc.tuple(
        fc.constant("go"),
        wellMade.filter((text) => /^[12]\.(?:2[1-9]|1[0-9])\./.test(text) && gover.isValid(text)),
      ),
    );
    const lists = sample(
      fc.uniqueArray(mod, { selector: (each) => each.join("@"), maxLength: 12, size: "max" }),
      fileCount,
    );
    await expectAgreement(
      goCommand,
      "gover.modSort",
      lists.map((list) => list.flat()),
      (...args) => {
        const list: { path: string; version: string }[] = [];
        for (let i = 0; i + 1 < args.length; i += 2) list.push({ path: args[i] ?? "", version: args[i + 1] ?? "" });
        return gover.modSort(list).map(({ path, version }) => [path, version]);
      },
    );
  });
});

describe("the choice of a toolchain", () => {
  const line = fc.oneof(
    fc.tuple(fc.constantFrom("go ", "go\t", " go  ", "go"), goVersion, fc.constantFrom("", " // x", " ")),
    fc.tuple(fc.constantFrom("toolchain ", "toolchain\t"), name, fc.constantFrom("", "// x", "\r")),
    fc.tuple(fc.constantFrom("module m", "// go 1.30", "gopher 1", ""), fc.constant(""), fc.constant("")),
  );
  const text = fc.array(line, { maxLength: 4 }).map((lines) => lines.map((parts) => `${parts.join("")}\n`).join(""));
  const local = fc.constantFrom("go1.26.8", "go1.21rc2", "go1.25.0-corp", "go1.22.1 X:foo");
  const setting = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom("auto", "path", "local", "local+auto", "local+path", "local+x", "auto+x", "+auto"),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(name, fc.constantFrom("", "+auto", "+path", "+", "+auto+x")).map((parts) => parts.join("")),
    },
  );

  it("gover.goModLookup", async () => {
    const cases = sample(fc.tuple(fc.oneof(text, nearly(text)), fc.constantFrom("go", "toolchain")));
    await expectAgreement(goCommand, "gover.goModLookup", cases, gover.goModLookup);
  });

  it("gover.selectToolchain", async () => {
    // An environment variable holds no NUL, and an empty one is none.
    const cases = sample(fc.tuple(setting, local, text), Math.min(fileCount, 20_000)).filter(
      ([setting]) => setting !== "" && !setting.includes("\0"),
    );
    const choose: Ours = (gotoolchain = "", local = "", text = "") => {
      const { toolchain, isLocal } = gover.selectToolchain({ gotoolchain, local, text, filename: "go.mod" });
      return isLocal ? "local" : toolchain;
    };
    // Go's file is in a temporary folder.
    const inFile = (error: string): string => error.replace(/ in \S*go\.mod$/, " in go.mod");
    await expectAgreement(goCommand, "gover.selectToolchain", cases, choose, inFile);
  });

  it("gover.newerToolchain", async () => {
    const release = wellMade.filter(gover.isValid);
    const cases = sample(fc.tuple(goVersion, fc.array(release, { maxLength: 8, size: "max" })), fileCount).map(
      ([need, releases]) => [need, ...releases.toSorted(gover.compare)],
    );
    await expectAgreement(goCommand, "gover.newerToolchain", cases, (need = "", ...releases) =>
      gover.newerToolchain(need, releases),
    );
  });
});
