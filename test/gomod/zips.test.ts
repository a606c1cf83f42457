/**
 * Zips against golang.org/x/mod/zip and sumdb/dirhash: the same files found valid and invalid for the same reasons, and the
 * same h1.
 *
 * What ours accepts Go must accept, with the same hash. What ours refuses Go must refuse, but for the code `suspectZip`,
 * which is ours alone (see src/gomod/zip.ts). Texts about names and sizes must be equal; texts about damaged data are ours.
 */
import { deflateRawSync } from "node:zlib";
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { ModuleError } from "../../src/gomod/error.ts";
import { checkZip, hashZip } from "../../src/gomod/zip.ts";
import { moduleSource, type Oracle, startOracle } from "../oracle/oracle.ts";
import { filePath } from "./arbitraries.ts";
import { buildZip, type ZipEnd, type ZipFile } from "./buildZip.ts";
import { caseCount, sample } from "./differential.ts";
import { bytesReader, nodeZipPorts } from "./nodeZip.ts";

let oracle: Oracle;
beforeEach(async ({ skip }) => {
  oracle ??= await startOracle({ skip }, "modules");
});
afterAll(() => oracle?.close());

const modulePath = "example.com/m";
const version = "v1.0.0";
const prefix = `${modulePath}@${version}/`;

interface Case {
  readonly zip: Buffer;
  readonly path: string;
  readonly version: string;
}

/** What either side says of a zip's files, or of its hash. */
type Verdict = { readonly value: unknown } | { readonly error: string; readonly code?: string };

async function expectSameVerdicts(cases: readonly Case[]): Promise<{ accepted: number; suspect: number }> {
  const tally = { accepted: 0, suspect: 0 };
  const different: string[] = [];
  for (let start = 0; start < cases.length; start += 2000) {
    const batch = cases.slice(start, start + 2000);
    const args = batch.map(({ zip, path, version }) => [zip.toString("base64"), path, version]);
    const [checks, hashes] = [await oracle.ask("zip.checkFiles", args), await oracle.ask("zip.hashZip", args)];
    for (const [i, each] of batch.entries()) {
      const names = compareNames(namesOf(each), verdictOf(checks[i]));
      const hash = compareHashes(await hashOf(each), verdictOf(hashes[i]));
      if (hash === "accepted" || hash === "suspect") tally[hash]++;
      const fault = names ?? (typeof hash === "object" ? hash.fault : undefined);
      if (fault !== undefined) different.push(`${fault}\n${each.path}@${each.version} ${args[i]?.[0]}`);
    }
  }
  const shown = different.toSorted((a, b) => a.length - b.length).slice(0, 3);
  expect(shown, `${different.length} of ${cases.length} zips differ; the shortest`).toEqual([]);
  return tally;
}

function verdictOf(answer: { value: unknown; error: string | undefined } | undefined): Verdict {
  return answer?.error === undefined ? { value: answer?.value } : { error: answer.error };
}

function failure(error: unknown): Verdict {
  if (error instanceof ModuleError) return { error: error.message, code: error.code };
  throw error;
}

function namesOf({ zip, path, version }: Case): Verdict {
  try {
    const checked = checkZip(bytesReader(zip), path, version);
    const valid = checked.valid.map(({ name }) => name);
    const invalid = checked.invalid.map(({ path, message }) => ({ path, message }));
    return { value: { valid, invalid, sizeError: checked.sizeError ?? "" } };
  } catch (error) {
    return failure(error);
  }
}

async function hashOf({ zip, path, version }: Case): Promise<Verdict> {
  try {
    return { value: await hashZip(bytesReader(zip), path, version, nodeZipPorts) };
  } catch (error) {
    return failure(error);
  }
}

/** Values and texts alike must be equal. */
function compareNames(ours: Verdict, go: Verdict): string | undefined {
  if ("code" in ours && ours.code === "suspectZip") return undefined;
  const [own, other] = [ours, go].map((v) => JSON.stringify("error" in v ? { error: v.error } : v, sorted));
  return own === other ? undefined : `ours ${own}\nGo   ${other}`;
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function compareHashes(ours: Verdict, go: Verdict): "accepted" | "suspect" | "refused" | { fault: string } {
  if ("code" in ours && ours.code === "suspectZip") return "suspect";
  if ("error" in ours && "error" in go) return "refused";
  if ("value" in ours && "value" in go && ours.value === go.value) return "accepted";
  return { fault: `ours ${JSON.stringify(ours)}\nGo   ${JSON.stringify(go)}` };
}

const content = fc.oneof(
  fc.constantFrom("", "a", "package m\n", "x".repeat(3000)),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const name = fc.oneof(
  { weight: 6, arbitrary: filePath.map((path) => prefix + path) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        "go.mod",
        "a.go",
        "A.go",
        "sub/a.go",
        "sub/",
        "sub",
        "LICENSE",
        "",
        "x/y/",
        "a/x/1",
        "A/x/1",
        "A/x/2",
      )
      .map((path) => prefix + path),
  },
  { weight: 1, arbitrary: filePath },
);
const honest: Arbitrary<ZipFile> = fc.record(
  {
    name,
    content,
    method: fc.constantFrom(0, 8),
    dataDescriptor: fc.constantFrom<"signed" | "bare">("signed", "bare"),
    zip64: fc.boolean(),
  },
  { requiredKeys: ["name", "content"] },
);
const size = fc.oneof(
  fc.nat(64),
  fc.constantFrom(0xffffffff, 500 * 1024 * 1024, 17 << 20, 2n ** 32n, 2n ** 63n - 1n, 2n ** 63n, -1n),
);

/** One lie or two; honest otherwise. */
const lie: Arbitrary<Partial<ZipFile>> = fc.oneof(
  fc.constantFrom<Partial<ZipFile>>(
    { crc32: 0 },
    { crc32: 1 },
    { method: 1 },
    { method: 12 },
    { localSignature: 0x02014b50 },
    { dataDescriptor: "none" },
    { dataDescriptor: "signed", descriptorCrc32: 0 },
    { gap: 5 },
    { comment: "a comment" },
    { data: new Uint8Array() },
    { data: Buffer.from("ffff", "hex") },
    { data: Buffer.concat([deflateRawSync("package m\n"), Buffer.from("rest")]) },
    { data: deflateRawSync("package m\n").subarray(0, -1) },
    { localName: "other" },
    { localExtra: Buffer.alloc(9) },
    { extra: Buffer.from("0100080000000000000000000", "hex") },
    { extra: Buffer.from("01000400ffffffff", "hex") },
    { extra: Buffer.from("5554050001000000", "hex") },
  ),
  size.map((uncompressedSize) => ({ uncompressedSize })),
  size.map((compressedSize) => ({ compressedSize })),
  size.map((headerOffset) => ({ headerOffset })),
);
const liar: Arbitrary<ZipFile> = fc
  .tuple(honest, fc.array(lie, { minLength: 1, maxLength: 2 }))
  .map(([file, lies]) => lies.reduce<ZipFile>((all, lie) => ({ ...all, ...lie }), file));

const honestEnd: Arbitrary<ZipEnd> = fc.record(
  {
    comment: fc.constantFrom("", "hello", "PK\x05\x06", "x".repeat(2000)),
    zip64: fc.boolean(),
    prefix: fc.constantFrom(0, 1, 50),
  },
  { requiredKeys: [] },
);
const end: Arbitrary<ZipEnd> = fc.oneof(
  { weight: 3, arbitrary: honestEnd },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        records: fc.constantFrom(0, 1, 2, 65535, 65536),
        directorySize: fc.constantFrom(0, 46, 65535, 1_000_000, 0xffffffff),
        directoryOffset: fc.constantFrom(0, 1, 30, 1_000_000, 0xffffffff),
        beforeEnd: fc.constantFrom(1, 20, 60),
        trailing: fc.constantFrom(1, 30),
        zip64: fc.boolean(),
        bothEnds: fc.boolean(),
        prefix: fc.constantFrom(1, 50),
        locatorOffset: fc.constantFrom(0n, 100n, 1n << 40n, -1n),
      },
      { requiredKeys: [] },
    ),
  },
);

const some = (file: Arbitrary<ZipFile>): Arbitrary<ZipFile[]> => fc.array(file, { maxLength: 4, size: "max" });

function cases(files: Arbitrary<ZipFile[]>, ends: Arbitrary<ZipEnd>, count: number): Case[] {
  return sample(fc.tuple(files, ends), count).map(([files, end]) => ({
    zip: buildZip(files, end),
    path: modulePath,
    version,
  }));
}

describe("generated zips", () => {
  it("honest ones", async () => {
    const { accepted } = await expectSameVerdicts(cases(some(honest), honestEnd, caseCount / 4));
    expect(accepted).toBeGreaterThan(caseCount / 40);
  });

  it("valid ones", async () => {
    const valid = fc.uniqueArray(
      honest.map((file) => ({ ...file, name: file.name.toLowerCase() })),
      { selector: ({ name }) => name, maxLength: 4 },
    );
    const ordinary = valid.map((files) =>
      files.filter(({ name }) => /^example\.com\/m@v1\.0\.0\/[a-z.]*[a-z]$/.test(name)),
    );
    const { accepted, suspect } = await expectSameVerdicts(cases(ordinary, honestEnd, caseCount / 4));
    expect(accepted).toBeGreaterThan(caseCount / 8);
    expect(suspect).toBe(0);
  });

  it("lying ones", async () => {
    const files = fc
      .tuple(some(honest), liar, some(honest))
      .map(([before, liar, after]) => [...before, liar, ...after]);
    const lone = liar.map((file) => [{ ...file, name: `${prefix}a.go` }]);
    await expectSameVerdicts(cases(fc.oneof(files, lone, lone), end, caseCount / 2));
  });

  it("ones with some bytes changed", async () => {
    const plain = fc.oneof(
      some(honest),
      fc.constant<ZipFile[]>([{ name: `${prefix}a.go`, content: "package m\n", dataDescriptor: "signed" }]),
    );
    const edit = fc.record({
      at: fc.nat(100_000),
      kind: fc.nat(3),
      value: fc.constantFrom(0, 1, 0x50, 0x7f, 0x80, 0xff),
    });
    const changed = sample(fc.tuple(plain, honestEnd, fc.array(edit, { minLength: 1, maxLength: 3 })), caseCount / 2);
    await expectSameVerdicts(
      changed.map(([files, end, edits]) => {
        let zip = buildZip(files, end);
        for (const { at, kind, value } of edits) zip = change(zip, at % zip.length, kind, value);
        return { zip, path: modulePath, version };
      }),
    );
  });

  it("under other names", async () => {
    const names = sample(
      fc.tuple(
        fc.constantFrom(modulePath, "example.com/M", "example", "example.com/m/v2", "a"),
        fc.constantFrom(version, "v1", "v2.0.0", "v1.0.0+x", "main", "v2.0.0+incompatible"),
      ),
      200,
    );
    const zip = buildZip([{ name: `${prefix}go.mod`, content: "module example.com/m\n" }]);
    await expectSameVerdicts(names.map(([path, version]) => ({ zip, path, version })));
  });
});

function change(zip: Buffer, at: number, kind: number, value: number): Buffer {
  if (kind === 0) return zip.subarray(0, at);
  if (kind === 1) return Buffer.concat([zip.subarray(0, at), zip.subarray(at + 1)]);
  if (kind === 2) return Buffer.concat([zip.subarray(0, at), Buffer.from([value]), zip.subarray(at)]);
  const changed = Buffer.from(zip);
  changed[at] = value;
  return changed;
}

describe("golang.org/x/mod's own zips", () => {
  it.for(["check_zip", "unzip", "create"])("%s", async (folder, { skip }) => {
    const source = await moduleSource({ skip });
    const [answer] = await oracle.ask("zip.testdata", [[source, folder]]);
    const own = testZips(answer?.value);
    expect(own.length).toBeGreaterThan(1);
    await expectSameVerdicts(own);
    for (const each of own) {
      // The hashes of create/ are those of what is created; the files themselves have no prefix.
      if (each.hash !== "" && folder === "unzip") expect(await hashOf(each)).toEqual({ value: each.hash });
    }
  });
});

interface TestZip extends Case {
  /** Empty if there is none. */
  readonly hash: string;
}

function testZips(value: unknown): TestZip[] {
  if (!Array.isArray(value)) throw new TypeError("no testdata");
  return value.map((each: unknown) => {
    const setting = (name: string): string => text(Reflect.get(Object(Reflect.get(Object(each), "settings")), name));
    return {
      zip: Buffer.from(text(Reflect.get(Object(each), "zip")), "base64"),
      path: setting("path"),
      version: setting("version"),
      hash: setting("hash"),
    };
  });
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
