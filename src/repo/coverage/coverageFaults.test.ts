import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { lastPlaces, type GitMoves } from "../gitMoves.ts";
import { areAllThere, coverageFaults, type CoverageTree } from "./coverageFaults.ts";
import { readReport } from "./coverageReport.ts";

const noMoves: GitMoves = { files: new Map(), modules: [] };

function treeOf(files: readonly string[], modules: CoverageTree["modules"] = []): CoverageTree {
  const all = new Set(files);
  const single = [...Map.groupBy(files, (file) => posix.basename(file))].filter(([, same]) => same.length === 1);
  return {
    root: "/home/me/shop",
    has: (file) => all.has(file),
    folders: new Set(files.map((file) => posix.dirname(file))),
    onlyFiles: new Map(single.map(([name, [file = ""]]) => [name, file])),
    modules,
    required: ["rsc.io/quote"],
  };
}

function moved(files: Readonly<Record<string, string>>, modules: GitMoves["modules"] = []): GitMoves {
  return { files: new Map(Object.entries(files)), modules };
}

/** `name → right (by)` of each fault, with its kind. */
function told(file: string, names: readonly string[], tree: CoverageTree, moves: GitMoves): readonly string[] {
  const text = file.endsWith(".out")
    ? `mode: set\n${names.map((name) => `${name}:1.2,3.4 1 1\n`).join("")}`
    : names.map((name) => `SF:${name}\nend_of_record\n`).join("");
  const report = readReport(file, text);
  if (report === undefined) throw new Error("it is a report");
  const faults = coverageFaults(report, tree, moves);
  // What is faulty must be asked for.
  if (faults.length > 0) expect(areAllThere(report, tree)).toBe(false);
  return faults.map(({ name, kind, right, by }) => `${kind}: ${name} → ${right} (${by})`);
}

const shop = { path: "example.com/shop", dir: "." };
const tools = { path: "example.com/tools", dir: "tools" };
const old = { path: "example.com/store", folder: "" };

describe("a profile of Go's", () => {
  test.each<readonly [what: string, names: readonly string[], moves: GitMoves, wanted: readonly string[]]>([
    ["a file that is there", ["example.com/shop/a/a.go", "example.com/tools/gen.go"], noMoves, []],
    ["the standard library and what is required", ["fmt/a.go", "rsc.io/quote/a/a.go"], noMoves, []],
    [
      "a file that was moved",
      ["example.com/shop/x.go"],
      moved({ "x.go": "b/b.go" }),
      ["gone: example.com/shop/x.go → example.com/shop/b/b.go (history)"],
    ],
    [
      "into another module",
      ["example.com/shop/x.go"],
      moved({ "x.go": "tools/gen.go" }),
      ["gone: example.com/shop/x.go → example.com/tools/gen.go (history)"],
    ],
    [
      "moved, and then deleted",
      ["example.com/shop/x.go"],
      moved({ "x.go": "b/y.go" }),
      ["gone: example.com/shop/x.go → undefined (name)"],
    ],
    [
      "the only one of its name",
      ["example.com/shop/x/gen.go"],
      noMoves,
      ["gone: example.com/shop/x/gen.go → example.com/tools/gen.go (name)"],
    ],
    [
      "another module path, and moved as well",
      ["example.com/store/a/a.go", "example.com/store/x.go", "example.com/store/y.go"],
      moved({ "x.go": "b/b.go" }, [old, { path: "example.com/shop", folder: "" }]),
      [
        "other-module: example.com/store/a/a.go → example.com/shop/a/a.go (history)",
        "other-module: example.com/store/x.go → example.com/shop/b/b.go (history)",
        "other-module: example.com/store/y.go → undefined (history)",
      ],
    ],
    [
      "another module path, without a history",
      ["example.com/store/a/a.go", "example.com/store/b/b.go"],
      noMoves,
      [
        "other-module: example.com/store/a/a.go → example.com/shop/a/a.go (rest)",
        "other-module: example.com/store/b/b.go → example.com/shop/b/b.go (rest)",
      ],
    ],
    [
      "a longer one than now",
      ["example.com/shop/v2/a/a.go"],
      moved({}, [{ path: "example.com/shop/v2", folder: "" }]),
      ["other-module: example.com/shop/v2/a/a.go → example.com/shop/a/a.go (history)"],
    ],
    [
      "a longer one than now, without a history",
      ["example.com/shop/v2/a/a.go"],
      noMoves,
      ["other-module: example.com/shop/v2/a/a.go → example.com/shop/a/a.go (rest)"],
    ],
    ["a module that nothing here is like", ["example.com/other/c.go"], noMoves, []],
    [
      "one file of many that is like it",
      ["example.com/other/a/a.go", "example.com/other/c.go", "example.com/other/d.go"],
      noMoves,
      [],
    ],
    [
      "a CI machine's folders",
      ["/builds/team/shop/a/a.go", "/builds/team/shop/tools/gen.go"],
      noMoves,
      [
        "absolute: /builds/team/shop/a/a.go → example.com/shop/a/a.go (rest)",
        "absolute: /builds/team/shop/tools/gen.go → example.com/tools/gen.go (rest)",
      ],
    ],
    ["this machine's folders", ["/home/me/shop/a/a.go"], noMoves, []],
  ])("%s", (_, names, moves, wanted) => {
    const tree = treeOf(["go.mod", "a/a.go", "b/b.go", "tools/go.mod", "tools/gen.go"], [shop, tools]);
    expect(told("cover.out", names, tree, moves)).toEqual(wanted);
  });
});

describe("a tracefile of lcov's", () => {
  const tree = treeOf(["src/a.ts", "src/b.ts", "packages/web/src/a.ts", "packages/web/src/only.ts"]);
  test.each<readonly [what: string, file: string, name: string, moves: GitMoves, wanted: readonly string[]]>([
    ["from the root", "coverage/lcov.info", "src/a.ts", noMoves, []],
    ["from a package", "packages/web/coverage/lcov.info", "src/only.ts", noMoves, []],
    ["of this machine", "lcov.info", "/home/me/shop/src/a.ts", noMoves, []],
    ["made by a build", "lcov.info", "dist/a.js", noMoves, []],
    ["made up by a tool", "lcov.info", "node:internal/a", noMoves, []],
    [
      "moved within a package",
      "packages/web/coverage/lcov.info",
      "src/x.ts",
      moved({ "packages/web/src/x.ts": "packages/web/src/only.ts" }),
      ["gone: src/x.ts → src/only.ts (history)"],
    ],
    [
      "moved, and written with this machine's folders",
      "lcov.info",
      "/home/me/shop/src/x.ts",
      moved({ "src/x.ts": "src/b.ts" }),
      ["gone: /home/me/shop/src/x.ts → src/b.ts (history)"],
    ],
    ["deleted from a folder that is there", "lcov.info", "src/x.ts", noMoves, ["gone: src/x.ts → undefined (name)"]],
    [
      "of Windows",
      "lcov.info",
      "C:\\ci\\shop\\src\\b.ts",
      noMoves,
      ["absolute: C:\\ci\\shop\\src\\b.ts → src/b.ts (rest)"],
    ],
    [
      "of another machine, and moved since",
      "lcov.info",
      "/ci/shop/src/x.ts",
      moved({ "src/x.ts": "src/b.ts" }),
      ["absolute: /ci/shop/src/x.ts → src/b.ts (history)"],
    ],
    ["of the system", "lcov.info", "/usr/include/stdio.h", noMoves, []],
  ])("%s", (_, file, name, moves, wanted) => {
    expect(told(file, [name], tree, moves)).toEqual(wanted);
  });
});

test("what was moved twice is followed, and of a name that was used twice the newer move counts", () => {
  const log = ["R100", "b", "c", "R087", "a", "b", "R100", "b", "z", ""].join("\0");
  expect(Object.fromEntries(lastPlaces(log))).toEqual({ b: "c", a: "c" });
});
