import fc, { type Arbitrary } from "fast-check";

/** Strings that are valid, or would be but for an edit or two: where two implementations part ways if they do. */
export function nearly(valid: Arbitrary<string>): Arbitrary<string> {
  const edit = fc.record({ at: fc.nat(1000), kind: fc.nat(6), piece: fc.constantFrom(...pieces) });
  return fc.tuple(valid, fc.array(edit, { maxLength: 2, size: "max" })).map(([text, edits]) => {
    let edited = text;
    for (const { at, kind, piece } of edits) edited = applyEdit(edited, at % (edited.length + 1), kind, piece);
    return edited;
  });
}

function applyEdit(text: string, at: number, kind: number, piece: string): string {
  const before = text.slice(0, at);
  const after = text.slice(at);
  switch (kind) {
    case 0:
      return before + after.slice(1);
    case 1:
      return before + after.charAt(0) + after;
    case 2:
      return before;
    case 3:
      return before + after.charAt(0).toUpperCase() + after.slice(1);
    case 4:
      return before + piece + after.slice(1);
    default:
      return before + piece + after;
  }
}

/** Characters and words with a meaning to some rule; bytes that are no UTF-8 as lone surrogates. */
const pieces: readonly string[] = [
  ..."/ . - _ ~ ! @ # $ % & ' ( ) * + , : ; < = > ? [ ] ^ ` { | } \" \\ 0 1 2 9 a A v V z Z".split(" "),
  ..."\x20|\n|\t|\0|\x7f".split("|"),
  ...".. // /v2 /v1 v0 .v3 ~1 -unstable con NUL. lpt1 aux gopkg.in/ +incompatible".split(" "),
  ..."é|ß|\u017f|\u212a|\u0130|\ufffd|\ufeff|\u0085|\u2028|\u202e|\u{1f600}|\u{10400}|\u{2ebf0}|\u{e0001}|\ue000".split(
    "|",
  ),
  ..."\udc80|\udcff|\udcc3|\ud800".split("|"),
];

/** Anything, with a liking for what is special. */
export const anything: Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...pieces) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 3 }) },
    ),
    { maxLength: 12, size: "max" },
  )
  .map((parts) => parts.join(""));

const word: Arbitrary<string> = fc.constantFrom(
  "a",
  "x-y",
  "Foo",
  "m.n",
  "go_q",
  "k8s",
  "b~c",
  "v2",
  "v1",
  "v10",
  "yaml",
  ".x",
  "c++",
  "é",
);
const host: Arbitrary<string> = fc.constantFrom(
  "example.com",
  "a.b",
  "gopkg.in",
  "github.com",
  "x-1.org",
  "localhost",
  "-a.b",
  "A.b",
);
const ending: Arbitrary<string> = fc.constantFrom(
  "",
  "",
  "",
  "/v2",
  "/v3",
  "/v10",
  "/v1",
  "/v0",
  "/v02",
  "/v2.1",
  ".v1",
  ".v2",
  ".v0",
  ".v2-unstable",
  ".v0-unstable",
  ".v-unstable",
  ".v01",
  ".v",
);

const path: Arbitrary<string> = fc
  .tuple(host, fc.array(word, { maxLength: 3 }), ending)
  .map(([host, words, ending]) => [host, ...words].join("/") + ending);

/** Module paths. */
export const modulePath: Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: nearly(path) },
  { weight: 1, arbitrary: anything },
);

const fileName: Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      "a",
      "B.go",
      "go.mod",
      "GO.MOD",
      "LICENSE",
      "ü",
      "K",
      "con.txt",
      "x~1",
      ".git",
      "a b",
      "[x]",
      "sub",
      "vendor",
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join("/"));

/** File paths inside of a module. */
export const filePath: Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: nearly(fileName) },
  { weight: 1, arbitrary: anything },
);

const versionNumber: Arbitrary<string> = fc.oneof(
  fc.nat(12).map(String),
  fc.constantFrom("0", "00", "01", "9", "99", "9007199254740993", ""),
);
const identifiers: Arbitrary<string> = fc
  .array(
    fc.oneof(fc.constantFrom("0", "1", "10", "01", "a", "A", "rc1", "-", "-1", "pre", ""), fc.nat(99).map(String)),
    { minLength: 1, maxLength: 3 },
  )
  .map((ids) => ids.join("."));

const wellMade: Arbitrary<string> = fc
  .record({
    numbers: fc.array(versionNumber, { minLength: 1, maxLength: 4 }),
    prerelease: fc.option(identifiers, { freq: 2 }),
    build: fc.option(fc.oneof(fc.constant("incompatible"), identifiers), { freq: 2 }),
  })
  .map(
    ({ numbers, prerelease, build }) =>
      `v${numbers.join(".")}${prerelease === null ? "" : `-${prerelease}`}${build === null ? "" : `+${build}`}`,
  );

/** Of three numbers, most of them valid. */
export const fullVersion: Arbitrary<string> = fc
  .tuple(
    fc.nat(3),
    fc.nat(3),
    fc.nat(3),
    fc.constantFrom("", "", "", "-rc1", "-rc.2", "-0", "+incompatible", "-pre+incompatible", "+meta"),
  )
  .map(([x, y, z, rest]) => `v${x}.${y}.${z}${rest}`);

const timestamp: Arbitrary<string> = fc.oneof(
  fc
    .date({ min: new Date(-62167219200000), max: new Date(253402300799000), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 19).replace(/[-T:]/g, "")),
  fc.constantFrom(
    "20190230000000",
    "20200229235959",
    "20190229000000",
    "00000101000000",
    "20191301000000",
    "20190100000000",
    "20190101240000",
    "20190101006000",
    "20190101000060",
    "99991231235959",
    "00010101000000",
  ),
);

const pseudo: Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(
      "v0.0.0-",
      "v2.0.0-",
      "v1.2.3-0.",
      "v1.2.0-0.",
      "v1.0.10-0.",
      "v1.2.3-pre.0.",
      "v1.2.3-0.0.",
      "v0.0.0-0.",
      "v1.2.3-a-b.0.",
      "v1.2.03-0.",
      "v1.0.100000000000000000000-0.",
    ),
    timestamp,
    fc.constantFrom("abcdef123456", "000000000000", "ABC", "a-b", ""),
    fc.constantFrom("", "", "+incompatible", "+a.b", "+", "+a..b"),
  )
  .map(([base, time, rev, build]) => `${base}${time}-${rev}${build}`);

/** Pseudo-versions. */
export const pseudoVersion: Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: nearly(pseudo) },
  { weight: 1, arbitrary: fullVersion },
);

/** Versions, branch names, and what is neither. */
export const version: Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: nearly(wellMade) },
  { weight: 3, arbitrary: nearly(fullVersion) },
  { weight: 2, arbitrary: nearly(pseudo) },
  { weight: 1, arbitrary: nearly(fc.constantFrom("master", "latest", "feature/x", "release-1.0", "0123abcd")) },
  { weight: 1, arbitrary: anything },
);

const globPiece: Arbitrary<string> = fc.constantFrom(
  "a",
  "b",
  "é",
  "*",
  "?",
  "/",
  ".",
  "[a]",
  "[^a]",
  "[a-c]",
  "[",
  "]",
  "-",
  "^",
  "\\",
  "\\*",
  "[\\]]",
  "[a-",
  "[]a]",
  "\udc80",
  "\u{1f600}",
  ",",
);

/** Lists of globs, malformed ones among them. */
export const globs: Arbitrary<string> = fc.oneof(
  fc.array(globPiece, { maxLength: 8, size: "max" }).map((parts) => parts.join("")),
  fc.constantFrom("*.corp.example.com", "example.com/a/", "github.com/*,a.b/*/c", "none", "*", ",,a.b"),
);

/** What globs are held against. */
export const globTarget: Arbitrary<string> = fc.oneof(
  fc
    .array(fc.constantFrom("a", "b", "c", "é", "/", ".", "*", "[", "]", "-", "^", "\\", "\udc80", "\u{1f600}"), {
      maxLength: 6,
      size: "max",
    })
    .map((parts) => parts.join("")),
  fc.constantFrom("git.corp.example.com/x", "example.com/a/b", "github.com/x/y", "a.b/x/c"),
);
