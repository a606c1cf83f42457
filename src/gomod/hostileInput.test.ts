/**
 * Whatever the size and the bytes, each parser ends: in time that grows with the size, with a value or a ModuleError. A
 * parser that were quadratic would need hours for the smaller size already. source.test.ts has those of Go source.
 */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, test } from "vitest";
import {
  buildinfo,
  goenv,
  gosum,
  gover,
  modfile,
  module,
  note,
  pseudo,
  query,
  semver,
  tlog,
  vendor,
  zip,
} from "./index.ts";
import { ModuleError } from "./error.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

const isLong = process.env["FAIRLEAD_LONG"] === "1";
const size = isLong ? 16 << 20 : 1 << 17;
/** What the repeated text stands behind, to get past what refuses it at once. */
const heads = isLong ? [""] : ["", "module m\n", "example.com/", "v1.0.0-"];

/** Each parser by its name, over text. */
const parsers: Readonly<Record<string, (text: string) => unknown>> = {
  "modfile.parse": (text) => modfile.format(modfile.parse("go.mod", text).syntax),
  "modfile.parseLax": (text) => modfile.parseLax("go.mod", text),
  "modfile.parseWork": (text) => modfile.parseWork("go.work", text),
  "modfile.modulePath": (text) => modfile.modulePath(text),
  "gosum.parse": (text) => gosum.format(gosum.parse("go.sum", text)),
  "vendor.parse": (text) => vendor.parse(text),
  "note.open": (text) => note.open(encodeUtf8(text), note.verifierList()),
  "tlog.parseTree": (text) => tlog.parseTree(text),
  "tlog.parseRecord": (text) => tlog.parseRecord(encodeUtf8(text)),
  "tlog.parseTilePath": (text) => tlog.parseTilePath(text),
  "tlog.parseHash": (text) => tlog.parseHash(text),
  "goenv.parseEnvFile": (text) => goenv.parseEnvFile(text),
  "goenv.parseGoflags": (text) => goenv.parseGoflags(text),
  "goenv.parseProxyList": (text) => goenv.parseProxyList(text),
  "goenv.parseGovcs": (text) => goenv.parseGovcs(text),
  "goenv.parseSumdb": (text) => goenv.parseSumdb(text, (data) => createHash("sha256").update(data).digest()),
  "semver.canonical": (text) => semver.compare(semver.canonical(text), text),
  "pseudo.parse": (text) => pseudo.isPseudoVersion(text),
  "gover.compare": (text) => gover.compare(text, "1.21"),
  "query.parseQuery": (text) => query.parseQuery(text),
  "module.checkPath": (text) => module.checkPath(text),
  "module.checkImportPath": (text) => module.checkImportPath(text),
  "module.checkFilePath": (text) => module.checkFilePath(text),
  "module.unescapePath": (text) => module.unescapePath(text),
  "module.splitPathVersion": (text) => module.splitPathVersion(text),
  "module.matchPrefixPatterns": (text) => module.matchPrefixPatterns(text, "example.com/m"),
  "zip.checkZip": (text) => {
    const bytes = encodeUtf8(text);
    const read = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length);
    return zip.checkZip({ size: bytes.length, read }, "example.com/m", "v1.0.0");
  },
  "buildinfo.read": (text) => {
    const bytes = encodeUtf8(text);
    const read = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length);
    return buildinfo.read({ size: bytes.length, read });
  },
};

/** Text that repeats, each the bane of some kind of reader. */
const repeated: readonly string[] = [
  "a",
  "1",
  "/",
  "a/",
  "!a",
  ".",
  "-",
  "\n",
  " ",
  "\t\n",
  "(",
  "require (\n",
  '"',
  "\\",
  "`",
  "// a\n",
  "require a.b/c v1.0.0 // indirect\n",
  "module m\n",
  "a.b/c v1.0.0 h1:aaaa\n",
  "# a.b/c v1.0.0\n## explicit; go 1.17\na.b/c\n",
  "v1.0.0-0.",
  "*",
  "[a-",
  ",",
  "|",
  ":",
  "a:b,",
  "-a=b ",
  "A=b\n",
  "\n\n— a b\n",
  "\0",
  "\udcff",
  "\u00e9",
  "PK\u0001\u0002",
  "PK\u0005\u0006",
  "%41",
];

async function ends(parse: (text: string) => unknown, text: string): Promise<void> {
  try {
    await parse(text);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
  }
}

describe.each(Object.entries(parsers))("%s", (_, parse) => {
  test("reads any amount of anything", { timeout: isLong ? 1_200_000 : 60_000 }, async () => {
    for (const piece of repeated) {
      const text = piece.repeat(size / piece.length / (/^["\udcff]/.test(piece) ? 2 : 1));
      for (const head of heads) await ends(parse, head + text);
    }
  });

  test("reads any bytes", async () => {
    const bytes = fc.uint8Array({ maxLength: 400 }).map(decodeUtf8);
    const words = fc.array(fc.constantFrom(...repeated), { maxLength: 60 }).map((parts) => parts.join(""));
    const both = fc.oneof(bytes, words);
    await fc.assert(fc.asyncProperty(both, (text) => ends(parse, text)));
  });
});
