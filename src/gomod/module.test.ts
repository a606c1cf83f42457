import { describe, expect, it } from "vitest";
import * as module from "./module.ts";

/** The message of what `call` throws, or "" if it doesn't. */
function fault(call: () => unknown): string {
  try {
    call();
    return "";
  } catch (error) {
    return error instanceof module.ModuleError ? error.message : String(error);
  }
}

describe("checkPath", () => {
  it.each([
    ["github.com/Azure/azure-sdk-for-go", ""],
    ["gopkg.in/yaml.v3", ""],
    ["example.com/m/v2", ""],
    ["", 'malformed module path "": empty string'],
    ["example", 'malformed module path "example": missing dot in first path element'],
    ["Example.com/m", `malformed module path "Example.com/m": invalid char 'E' in first path element`],
    ["-example.com", 'malformed module path "-example.com": leading dash'],
    ["example.com//m", 'malformed module path "example.com//m": double slash'],
    ["example.com/m/v1", 'malformed module path "example.com/m/v1": invalid version'],
    ["example.com/.git", 'malformed module path "example.com/.git": leading dot in path element'],
    ["example.com/../x", 'malformed module path "example.com/../x": invalid path element ".."'],
    [
      "example.com/con.x",
      'malformed module path "example.com/con.x": "con" disallowed as path element component on Windows',
    ],
    ["example.com/git~1", 'malformed module path "example.com/git~1": trailing tilde and digits in path element'],
    ["example.com/ü", `malformed module path "example.com/ü": invalid char 'ü'`],
    ["example.com/a\u202eb", `malformed module path "example.com/a\\u202eb": invalid char '\\u202e'`],
    ["example.com/\ud800", 'malformed module path "example.com/\\xed\\xa0\\x80": invalid UTF-8'],
  ])("%j: %s", (path, message) => {
    expect(fault(() => module.checkPath(path))).toBe(message);
  });

  it("has other rules for imports and files", () => {
    expect(fault(() => module.checkImportPath("a/c++"))).toBe("");
    expect(fault(() => module.checkImportPath("a b"))).toBe(`malformed import path "a b": invalid char ' '`);
    expect(fault(() => module.checkFilePath(".x/-ü ~1@[]"))).toBe("");
    expect(fault(() => module.checkFilePath("a:b"))).toBe(`malformed file path "a:b": invalid char ':'`);
    // A letter since Unicode 15.1, which Node knows and Go 1.26 doesn't.
    expect(fault(() => module.checkFilePath("\u{2ebf0}"))).toContain("invalid char");
  });
});

describe("escape", () => {
  it.each([
    ["github.com/Azure/azure-sdk-for-go", "github.com/!azure/azure-sdk-for-go"],
    ["example.com/plain", "example.com/plain"],
  ])("%s <-> %s", (path, escaped) => {
    expect(module.escapePath(path)).toBe(escaped);
    expect(module.unescapePath(escaped)).toBe(path);
  });

  it.each([
    ["github.com/Azure", 'invalid escaped module path "github.com/Azure"'],
    ["github.com/!Azure", 'invalid escaped module path "github.com/!Azure"'],
    ["github.com/a!", 'invalid escaped module path "github.com/a!"'],
    ["github.com/!1", 'invalid escaped module path "github.com/!1"'],
    [
      "!github.com/a",
      `invalid escaped module path "!github.com/a": malformed module path "Github.com/a": invalid char 'G' in first path element`,
    ],
  ])("unescapePath(%j) fails: %s", (escaped, message) => {
    expect(fault(() => module.unescapePath(escaped))).toBe(message);
  });

  it("takes for a version whatever could be a file name", () => {
    expect(module.escapeVersion("v1.0.0-RC1")).toBe("v1.0.0-!r!c1");
    expect(module.unescapeVersion("v1.0.0-!r!c1")).toBe("v1.0.0-RC1");
    expect(fault(() => module.escapeVersion("feature/x"))).toBe(
      'version "feature/x" invalid: disallowed version string',
    );
    expect(fault(() => module.unescapeVersion(".."))).toBe('invalid escaped version "..": invalid path element ".."');
  });
});

describe("path and version", () => {
  it.each([
    ["example.com/m", "v1.2.3", ""],
    ["example.com/m", "v2.0.0+incompatible", ""],
    ["example.com/m/v2", "v2.1.0", ""],
    ["gopkg.in/check.v1", "v0.0.0-20161208181325-20d25e280405", ""],
    ["gopkg.in/x.v2-unstable", "v2.0.0", ""],
    ["example.com/m", "v2.0.0", "example.com/m@v2.0.0: invalid version: should be v0 or v1, not v2"],
    ["example.com/m/v2", "v1.0.0", "example.com/m/v2@v1.0.0: invalid version: should be v2, not v1"],
    ["example.com/m", "main", "example.com/m@main: invalid version: not a semantic version"],
  ])("check(%s, %s): %s", (path, version, message) => {
    expect(fault(() => module.check(path, version))).toBe(message);
  });

  it.each([
    ["example.com/m/v2", { prefix: "example.com/m", pathMajor: "/v2" }],
    ["example.com/m", { prefix: "example.com/m", pathMajor: "" }],
    ["example.com/mv2", { prefix: "example.com/mv2", pathMajor: "" }],
    ["gopkg.in/yaml.v3", { prefix: "gopkg.in/yaml", pathMajor: ".v3" }],
    ["gopkg.in/m/v2", undefined],
    ["example.com/m/v0", undefined],
    ["example.com/m/v2.1", undefined],
  ])("splitPathVersion(%s)", (path, split) => {
    expect(module.splitPathVersion(path)).toEqual(split);
  });

  it("keeps +incompatible in canonical versions, and no other build", () => {
    expect(module.canonicalVersion("v2+incompatible")).toBe("");
    expect(module.canonicalVersion("v2.0.0+incompatible")).toBe("v2.0.0+incompatible");
    expect(module.canonicalVersion("v2.0.0+meta")).toBe("v2.0.0");
    expect(module.isCanonicalVersion("")).toBe(false);
    expect(fault(() => module.parseVersion("v1.2"))).toBe('version "v1.2" is not canonical (should be "v1.2.0")');
  });
});

describe("matchPrefixPatterns", () => {
  it.each([
    ["*.corp.example.com", "git.corp.example.com/team/m", true],
    ["*.corp.example.com", "corp.example.com", false],
    ["example.com/private/", "example.com/private/x", true],
    ["example.com/private/*", "example.com/private", false],
    [",,[,example.com", "example.com/x", true],
    ["[,*", "example.com", true],
    ["example.com/[", "example.com/x", false],
    ["*[^é]", "é", true],
    ["none", "example.com", false],
  ])("%s against %s: %s", (globs, target, matches) => {
    expect(module.matchPrefixPatterns(globs, target)).toBe(matches);
  });
});
