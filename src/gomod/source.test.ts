import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as source from "./source.ts";
import { encodeUtf8 } from "./utf8.ts";

const linux: source.BuildContext = { goos: "linux", goarch: "amd64", cgo: true, goMinor: 26 };

function read(text: string): source.SourceFile {
  return source.readSourceFile(encodeUtf8(text));
}

describe("tokens", () => {
  const texts = (text: string): string[] => [...source.tokens(encodeUtf8(text))].map(({ text }) => text);

  test.each([
    ["a := `x\n// y`", ["a", ":=", "`x\n// y`"]],
    ["/* func main */ 'a' '\\'' \"\\\"\"", ["/* func main */", "'a'", "'\\''", '"\\""']],
    ["x.y(1.5e+3, .5, 0x1p-2)", ["x", ".", "y", "(", "1.5e+3", ",", ".5", ",", "0x1p-2", ")"]],
    ["größe//ende", ["größe", "//ende"]],
    ["f(a...)", ["f", "(", "a", "...", ")"]],
    // What isn't Go ends it.
    ['a "b', ["a"]],
    ["a `b", ["a"]],
    ["a /* b", ["a"]],
    ["a /*/", ["a"]],
    ["a ''", ["a"]],
  ])("%j", (text, expected) => expect(texts(text)).toEqual(expected));

  test("any text: tokens are parts of it, in order, and it ends", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        let end = 0;
        for (const { text, start } of source.tokens(bytes)) {
          expect(start).toBeGreaterThanOrEqual(end);
          end = start + encodeUtf8(text).length;
          expect(encodeUtf8(text)).toEqual(Uint8Array.from(bytes.subarray(start, end)));
        }
      }),
    );
  });

  test.each([
    ['"a\\tb"', "a\tb"],
    ['"\\x41\\101\\u00e4\\U0001F600\\\\"', "AAä😀\\"],
    ["`a\\t\r\nb`", "a\\t\nb"],
    ['"\\q"', ""],
  ])("the value of %s", (text, value) => expect(source.stringValue(text)).toBe(value));
});

describe("which files are built", () => {
  test.each([
    ["x_linux.go", true],
    ["x_windows.go", false],
    ["x_linux_amd64.go", true],
    ["x_linux_arm64.go", false],
    ["x_darwin_amd64.go", false],
    ["linux.go", true],
    ["windows.go", true],
    ["x_unix.go", true],
    ["my_linux_test.go", true],
    ["x_linux.foo_windows.go", true],
  ])("%s: %s", (name, fits) => expect(source.fileNameFits(name, linux)).toBe(fits));

  test.each<[string, Partial<source.BuildContext>, boolean]>([
    ["linux", { goos: "android" }, true],
    ["solaris", { goos: "illumos" }, true],
    ["darwin", { goos: "ios" }, true],
    ["unix", { goos: "windows" }, false],
    ["cgo", { cgo: false }, false],
    ["go1.26", {}, true],
    ["go1.27", {}, false],
    ["go1.27", { goMinor: Infinity }, true],
    ["go1.026", {}, false],
    ["gc", {}, true],
    ["gccgo", { compiler: "gccgo" }, true],
    ["integration", {}, false],
    ["integration", { tags: new Set(["integration"]) }, true],
    ["boringcrypto", { tags: new Set(["goexperiment.boringcrypto"]) }, true],
  ])("the tag %s with %j: %s", (tag, with_, holds) => expect(source.tagHolds(tag, { ...linux, ...with_ })).toBe(holds));

  test.each([
    ["//go:build linux\n\n", "linux"],
    ["// Copyright\n\n//go:build (darwin || linux) && !cgo\n\n", "(darwin || linux) && !cgo"],
    ["//go:build !(a&&b)\n", "!(a && b)"],
    ["// +build linux,cgo windows\n// +build !arm64\n\n", "((linux && cgo) || windows) && !arm64"],
    ["//go:build linux\n// +build windows\n\n", "linux"],
    // No blank line behind it: a comment on the package.
    ["// +build windows\n", undefined],
    ["/* //go:build windows */\n", undefined],
    ["/*\n//go:build windows\n*/\n", undefined],
  ])("%j says %j", (head, expected) => {
    const { constraint } = read(`${head}package x\n//go:build after\n`);
    expect(constraint === undefined ? undefined : source.formatConstraint(constraint)).toBe(expected);
  });

  test.each([
    ["//go:build a\n//go:build b\n\npackage x\n", "multiple //go:build comments"],
    ["//go:build a b\n\npackage x\n", "parsing //go:build line: unexpected token b"],
  ])("%j is wrong: %s", (text, fault) => expect(read(text).constraintFault).toBe(fault));
});

test("imports, in every form, and the preamble of C alone", () => {
  const { imports, usesCgo, fault } = read(`package x

import "fmt"
import (
	_ "embed"
	u "net/url"; . "math"
	// not this
)

/*
#cgo LDFLAGS: -lsqlite3
*/
// #include <sqlite3.h>
import "C"

var s = \`import "no"\`
`);
  expect(fault).toBeUndefined();
  expect(usesCgo).toBe(true);
  expect(imports.map(({ path, name }) => [path, name])).toEqual([
    ["fmt", undefined],
    ["embed", "_"],
    ["net/url", "u"],
    ["math", "."],
    ["C", undefined],
  ]);
  expect(imports.at(-1)?.preamble).toBe("#cgo LDFLAGS: -lsqlite3\n\n#include <sqlite3.h>\n");
});

test.each([
  // Unfinished code still says what it imports; the fault is where the go command would stop.
  ['package x\nimport "a"\nimport b\nimport "c"\n', ["a", "c"], 29],
  ['package x\nimport (\n"a"\nb c\n"d"\n', ["a", "d"], 25],
  ['package x\nimport "a b"\n', ["a b"], 17],
  ['import "a"\n', [], 0],
])("%j imports %j, and is wrong at %d", (text, paths, offset) => {
  const { imports, fault } = read(text);
  expect(imports.map(({ path }) => path)).toEqual(paths);
  expect(fault?.offset).toBe(offset);
});

test("embed patterns, quoted and not, where embed is imported", () => {
  const text =
    'var s = `\n//go:embed no`\n//go:embed a.txt all:static "with blank/*" `raw`\n//go:embedding no\n// go:embed no\n';
  const patterns = ["a.txt", "all:static", "with blank/*", "raw"];
  expect(read(`package x\nimport _ "embed"\n${text}`).embeds.map(({ pattern }) => pattern)).toEqual(patterns);
  expect(read(`package x\n${text}`).embeds).toEqual([]);
});

test("the mark of generated files stands before the package clause", () => {
  const mark = "// Code generated by protoc. DO NOT EDIT.\n";
  expect(read(`${mark}package x\n`).isGenerated).toBe(true);
  expect(read(`/*\n${mark}*/\npackage x\n`).isGenerated).toBe(true);
  expect(read(`package x\n${mark}`).isGenerated).toBe(false);
  expect(read(` ${mark.replace(".\n", ", really.\n")}package x\n`).isGenerated).toBe(false);
});

test("a package out of a folder", () => {
  const texts: Readonly<Record<string, string>> = {
    "a.go": 'package p\nimport "fmt"\n',
    "a_test.go": 'package p\nimport "testing"\n',
    "b_test.go": 'package p_test\nimport "example.com/p"\n',
    "c.go":
      '//go:build linux\n\npackage p\n// #cgo CFLAGS: -I${SRCDIR}/inc -DX\n// #cgo windows LDFLAGS: -lno\nimport "C"\n',
    "d_windows.go": "package p\n",
    "e.c": "// int\n",
    "f.S": "//go:build arm64\n\n",
    "g.go": "package q\n",
    "h.txt": "",
    "_i.go": "package p\n",
  };
  const files = Object.entries(texts).map(([name, text]) => ({ name, read: () => encodeUtf8(text) }));
  expect(source.readPackage(files, linux, "/p")).toMatchObject({
    name: "p",
    goFiles: ["a.go", "g.go"],
    cgoFiles: ["c.go"],
    testGoFiles: ["a_test.go"],
    xTestGoFiles: ["b_test.go"],
    ignoredGoFiles: ["d_windows.go"],
    invalidGoFiles: ["g.go"],
    cFiles: ["e.c"],
    ignoredOtherFiles: ["f.S"],
    imports: ["C", "fmt"],
    testImports: ["testing"],
    xTestImports: ["example.com/p"],
    cgoFlags: { cFlags: ["-I/p/inc", "-DX"], ldFlags: [] },
    faults: [{ file: "g.go", message: "found packages p (a.go) and q (g.go)" }],
  });
});

test.each<[string, (n: number) => string]>([
  ["line comments", (n) => "//\n".repeat(n / 3)],
  ["a comment that never ends", (n) => `/*${"*\r".repeat(n / 2)}`],
  ["block comments in a line", (n) => `${"/**/".repeat(n / 4)}ä`],
  ["old constraints", (n) => `${"// +build a\n".repeat(n / 12)}\npackage p\n`],
  ["a large constraint", (n) => `//go:build ${"a||".repeat(n / 3)}a\n\npackage p\n`],
  ["a deep constraint", (n) => `//go:build ${"(".repeat(n)}\n\npackage p\n`],
  ["an old constraint in one line", (n) => `// +build ${"a,".repeat(n / 2)}\n\npackage p\n`],
  ["imports", (n) => `package p\n${'import "a"\n'.repeat(n / 11)}`],
  ["a broken group", (n) => `package p\nimport (${"a ".repeat(n / 2)}`],
  ["a long path", (n) => `package p\nimport "${"a".repeat(n)}"\n`],
  ["a comment on C", (n) => `package p\n${"// #cgo CFLAGS: -Da\n".repeat(n / 20)}import "C"\n`],
  ["one flag for C", (n) => `package p\n// #cgo CFLAGS: ${"-I ".repeat(n / 3)}\nimport "C"\n`],
  ["embeds", (n) => `package p\nimport _ "embed"\n//go:embed ${'"a" '.repeat(n / 4)}\n`],
  ["quotes", (n) => `package p\nimport _ "embed"\n${"'\"`".repeat(n / 3)}`],
  ["NULs", (n) => "\0".repeat(n)],
  ["no UTF-8", (n) => `package p // ${"\udcff".repeat(n / 2)}\n`],
])("much of %s: read in linear time", { timeout: 120_000 }, (_, text) => {
  // A quadratic reader would need hours even for the smaller.
  const bytes = encodeUtf8(text(process.env["FAIRLEAD_LONG"] === "1" ? 16 << 20 : 1 << 20));
  const files = [{ name: "x.go", read: () => bytes }];
  expect(source.readPackage(files, linux, "/p").files.size).toBe(1);
  expect([...source.tokens(bytes.subarray(0, 1 << 19))].length).toBeGreaterThanOrEqual(0);
});
