import fc, { type Arbitrary } from "fast-check";
import { nearly } from "./arbitraries.ts";

/** Texts of go.mod and go.work files: well made, nearly so, and not at all. */

const path: Arbitrary<string> = fc.constantFrom(
  "example.com/m",
  "example.com/m/v2",
  "example.com/a",
  "example.com/b",
  "gopkg.in/yaml.v3",
  "gopkg.in/yaml",
  "golang.org/x/mod",
  "é.com/x",
  '"example.com/q"',
  '"a b"',
  '"x\\u00e9y"',
  "`raw`",
  "x'y",
  '""',
  "example.com/m/v1",
);
const version: Arbitrary<string> = fc.constantFrom(
  "v1.0.0",
  "v1.2.3",
  "v1.2.4",
  "v1.10.0",
  "v2.0.0",
  "v2.0.0+incompatible",
  "v0.0.0-20190101000000-abcdef123456",
  "v1",
  "v1.2",
  "v1.2.3+meta",
  "v3.0.1",
  '"v1.0.0"',
  "master",
  "bad",
  '""',
  "v9.9.9",
);
const goVersion: Arbitrary<string> = fc.constantFrom(
  "1.21",
  "1.21.0",
  "1.21rc1",
  "1.16",
  "v1.22.x",
  "1.22-gccgo",
  "2",
  '"1.20"',
  "1.20.",
  "1.20\u2028",
);
const toolchain: Arbitrary<string> = fc.constantFrom("go1.21.0", "default", "go1", "go1.22.1-suffix", "local", "go2.0");
const folder: Arbitrary<string> = fc.constantFrom(
  "./a",
  "../b",
  ".",
  "./node_modules",
  "/abs",
  "C:\\x",
  ".\\w",
  "./a b",
  '"./a b"',
  "vendor",
  "x@v1",
  "..",
);
const comment: Arbitrary<string> = fc.constantFrom(
  "// indirect",
  "//indirect",
  "// indirect; why",
  "// indirect;",
  "// Deprecated: use v2",
  "// Deprecated:   old",
  "//",
  "// text  ",
  "// é \udcff",
  "//\tindirect\u00a0",
  "// a // b",
);

const join = (...parts: (string | Arbitrary<string>)[]): Arbitrary<string> =>
  fc.tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part))).map((all) => all.join(" "));

const retraction: Arbitrary<string> = fc.oneof(
  version,
  fc.tuple(version, version).map(([low, high]) => `[${low}, ${high}]`),
  fc.constantFrom("[v1.0.0, v1.1.0] x", "(v1.0.0)", "[", "[v1.0.0", "[v1.0.0,", "[v1.0.0,v1.1.0", "[v1.0.0 v1.1.0]"),
);
const replacement: Arbitrary<string> = fc.oneof(
  join(path, "=>", folder),
  join(path, version, "=>", folder),
  join(path, "=>", path, version),
  join(path, version, "=>", path, version),
  join(path, version, "=>", path),
  join(path, "=>", folder, version),
);
const argumentsOf: Readonly<Record<string, Arbitrary<string>>> = {
  module: path,
  go: goVersion,
  toolchain,
  godebug: fc.constantFrom("a=1", "b=", "=c", "d", "default=go1.21", "a=1,b=2", "a=2"),
  require: join(path, version),
  exclude: join(path, version),
  replace: replacement,
  retract: retraction,
  tool: fc.oneof(path, fc.constantFrom("example.com/m/cmd/x", "./cmd/y")),
  ignore: folder,
  use: folder,
  unknown: path,
};

const modVerbs = ["module", "go", "toolchain", "godebug", "tool", "ignore", "exclude", "replace", "retract"] as const;
const verb: Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constant("require") },
  { weight: 12, arbitrary: fc.constantFrom(...modVerbs) },
  { weight: 1, arbitrary: fc.constantFrom("use", "unknown") },
);
const workVerb: Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("use", "use", "use", "replace", "go", "toolchain", "godebug") },
  { weight: 1, arbitrary: fc.constantFrom("require", "unknown") },
);

const ending: Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constant("") },
  { weight: 3, arbitrary: comment.map((text) => ` ${text}`) },
  { weight: 1, arbitrary: fc.constantFrom("  ", "\t", "\r", " x", "// indirect\r") },
);
const above: Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constant("") },
  { weight: 2, arbitrary: fc.array(comment, { minLength: 1, maxLength: 3 }).map((all) => `${all.join("\n")}\n`) },
  { weight: 2, arbitrary: fc.constantFrom("\n", "\n\n", " \n", "\r\n") },
);

function blockOf(name: string): Arbitrary<string> {
  const line = argumentsOf[name] ?? path;
  const lines = fc.array(fc.tuple(above, line, ending), { maxLength: 5 });
  return fc
    .tuple(fc.constantFrom("", "", "", "\n", "// behind\n", "x"), lines, above, ending)
    .map(([behind, lines, last, end]) => {
      const body = lines.map(([above, line, ending]) => `${above.replace(/^(?=.)/gm, "\t")}\t${line}${ending}\n`);
      return `${name} (${behind === "" ? "\n" : behind}${body.join("")}${last})${end}`;
    });
}

function fileOf(verb: Arbitrary<string>): Arbitrary<string> {
  const statement = verb.chain((name) =>
    fc.oneof(
      { weight: 3, arbitrary: join(name, argumentsOf[name] ?? path) },
      { weight: 2, arbitrary: blockOf(name) },
      { weight: 1, arbitrary: fc.constantFrom(name, `${name} ()`, `${name} ( ) x`) },
    ),
  );
  return fc
    .array(fc.tuple(above, statement, ending), { maxLength: 8, size: "max" })
    .map((all) => all.map(([above, statement, ending]) => `${above}${statement}${ending}\n`).join(""));
}

/** A go.mod file, most often with something wrong. */
export const modText: Arbitrary<string> = fileOf(verb);
/** A go.work file. */
export const workText: Arbitrary<string> = fileOf(workVerb);

const goodPath: Arbitrary<string> = fc.constantFrom(
  "example.com/m",
  "example.com/a",
  "example.com/b",
  "example.com/c",
  "golang.org/x/mod",
  "rsc.io/quote",
  '"a b"',
);
const goodVersion: Arbitrary<string> = fc.constantFrom("v1.0.0", "v1.2.3", "v1.10.0", "v1.9.0", "v0.1.0", "v1", "v1.2");
const goodComment: Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constant("") },
  { weight: 3, arbitrary: fc.constant(" // indirect") },
  { weight: 1, arbitrary: comment.map((text) => ` ${text}`) },
);
const goodArguments: Readonly<Record<string, Arbitrary<string>>> = {
  ...argumentsOf,
  require: join(goodPath, goodVersion),
  exclude: join(goodPath, goodVersion),
  replace: fc.oneof(
    join(goodPath, "=>", fc.constantFrom("./a", "../b", '"./a b"')),
    join(goodPath, goodVersion, "=>", goodPath, goodVersion),
  ),
  retract: fc.oneof(goodVersion, fc.constantFrom("[v1.0.0, v1.1.0]", "[v1.0.0,v1.2.0]")),
  godebug: fc.constantFrom("a=1", "b=2", "a=3"),
  tool: fc.constantFrom("example.com/m/cmd/x", "example.com/t", "b.c/d"),
  ignore: fc.constantFrom("./a", "b", "./node_modules"),
  use: fc.constantFrom("./a", "../b", "./c", '"./a b"', "."),
};

function goodFile(verbs: readonly string[], heads: readonly string[]): Arbitrary<string> {
  const line = (name: string): Arbitrary<string> =>
    fc.tuple(above, goodArguments[name] ?? path, goodComment).map(([above, text, end]) => `${above}${text}${end}\n`);
  const statement = fc.constantFrom(...verbs).chain((name) =>
    fc.oneof(
      line(name).map((text) => text.replace(/^(?!\/\/|\s|$)/m, `${name} `)),
      fc
        .tuple(above, fc.array(line(name), { maxLength: 5 }), above, goodComment)
        .map(([above, lines, last, end]) => `${above}${name} (\n${lines.join("")}${last})${end}\n`),
    ),
  );
  return fc
    .tuple(
      fc.subarray([...heads]),
      fc.array(statement, { maxLength: 6, size: "max" }),
      fc.constantFrom("", "\n", "// top\n\n"),
    )
    .map(([heads, statements, between]) => between + [...heads, ...statements].join(between));
}

/** A go.mod file that most often parses, for edits. */
export const goodModText: Arbitrary<string> = goodFile(
  ["require", "require", "require", "exclude", "replace", "retract", "godebug", "tool", "ignore"],
  ["module example.com/m\n", "go 1.21\n", "toolchain go1.22.0\n"],
);
/** A go.work file that most often parses. */
export const goodWorkText: Arbitrary<string> = goodFile(
  ["use", "use", "replace", "godebug"],
  ["go 1.21\n", "toolchain go1.22.0\n"],
);

/** Any of these, whole or mutilated, and pieces of real files, mutilated. */
export function anyText(texts: readonly Arbitrary<string>[], real: readonly string[]): Arbitrary<string> {
  const chosen = fc.oneof(...texts);
  return fc.oneof(
    { weight: 4, arbitrary: chosen },
    { weight: 4, arbitrary: nearly(chosen) },
    { weight: 1, arbitrary: nearly(fc.constantFrom(...real)) },
  );
}
