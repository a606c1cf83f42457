import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { buildZip, type ZipEnd, type ZipFile } from "../../test/gomod/buildZip.ts";
import { bytesReader, nodeZipPorts } from "../../test/gomod/nodeZip.ts";
import { ModuleError } from "./error.ts";
import { checkZip, hashZip, readEntry, type ZipReader } from "./zip.ts";

const p = "example.com/m@v1.0.0/";
const goMod: ZipFile = { name: `${p}go.mod`, content: "module example.com/m\n" };
const file = (fields: Partial<ZipFile> = {}): ZipFile => ({ name: `${p}a.go`, content: "package m\n", ...fields });
const notAZip = "zip: not a valid zip file";

function hashOf(files: readonly ZipFile[], end?: ZipEnd): Promise<string> {
  return hashReader(bytesReader(buildZip(files, end)));
}

function hashReader(reader: ZipReader): Promise<string> {
  return hashZip(reader, "example.com/m", "v1.0.0", nodeZipPorts);
}

/** Straight from the definition, over the names in the order given. */
function expected(files: readonly ZipFile[]): string {
  const hex = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
  const lines = files.map(({ name, content }) => `${hex(content ?? "")}  ${name}\n`);
  return `h1:${createHash("sha256").update(lines.join("")).digest("base64")}`;
}

async function faultOf(hash: Promise<string>): Promise<{ code: string; message: string }> {
  try {
    return { code: "accepted", message: await hash };
  } catch (error) {
    if (error instanceof ModuleError) return { code: error.code, message: error.message };
    throw error;
  }
}

describe("hashZip", () => {
  it.each<[string, ZipFile[], ZipEnd?]>([
    ["deflated", [file(), goMod]],
    ["stored", [file({ method: 0 }), goMod]],
    [
      "in folders, which count as empty files",
      [{ name: p }, { name: `${p}d/`, method: 0 }, file({ name: `${p}d/a.go` })],
    ],
    ["with a data descriptor", [file({ dataDescriptor: "signed" }), goMod]],
    ["with one that has no signature", [file({ dataDescriptor: "bare" }), goMod]],
    ["without a CRC", [file({ crc32: 0 }), goMod]],
    [
      "with a zip64 end that only a size of 65535 points to",
      [file(), goMod],
      { zip64: true, bothEnds: true, directorySize: 65535 },
    ],
    ["with zip64 fields and end", [file({ zip64: true, dataDescriptor: "signed" }), goMod], { zip64: true }],
    ["behind something else", [file(), goMod], { prefix: 100 }],
    ["with a comment", [file({ comment: "x" }), goMod], { comment: "x".repeat(60_000) }],
    ["with gaps and extra fields", [file({ gap: 9, localExtra: Buffer.alloc(7), extra: Buffer.alloc(5) }), goMod]],
  ])("takes files %s", async (_, files, end) => {
    expect(await hashOf(files, end)).toBe(expected(files));
  });

  it("sorts names by their bytes", async () => {
    const names = ["z", "\uff21", "\u{10400}", "B", "a/b", "a-b"].map((name) => file({ name: p + name }));
    const sorted = ["B", "a-b", "a/b", "z", "\uff21", "\u{10400}"].map((name) => file({ name: p + name }));
    expect(await hashOf(names)).toBe(expected(sorted));
  });

  it("hashes big files in pieces", async () => {
    const content = Buffer.concat([randomBytes(3 * 1024 * 1024), Buffer.alloc(3 * 1024 * 1024)]);
    const files = [file({ content }), file({ name: `${p}b`, content, method: 0, dataDescriptor: "signed" })];
    const bytes = buildZip(files);
    let largest = 0;
    const reader: ZipReader = {
      size: bytes.length,
      read(offset, length) {
        largest = Math.max(largest, length);
        return bytes.subarray(offset, offset + length);
      },
    };
    expect(await hashReader(reader)).toBe(expected(files));
    expect(largest).toBeLessThanOrEqual(256 * 1024);
  });

  it.each<[string, string, string, ZipFile[], ZipEnd?]>([
    ["no zip", "badZip", notAZip, [], { directorySize: 1 }],
    ["too few headers", "badZip", "unexpected EOF", [goMod], { records: 2 }],
    ["a directory beyond the file", "badZip", notAZip, [goMod], { directorySize: 1_000_000 }],
    ["a zip64 end out of place", "badZip", "EOF", [goMod], { zip64: true, locatorOffset: 1_000_000n }],
    ["a wrong CRC", "badZip", "zip: checksum error", [file({ crc32: 1 })]],
    [
      "a wrong CRC in the descriptor",
      "badZip",
      "zip: checksum error",
      [file({ dataDescriptor: "signed", descriptorCrc32: 1 })],
    ],
    [
      "more than it declares",
      "badZip",
      "damaged or larger than declared",
      [file({ content: "", data: Buffer.from("4b4c0400", "hex") })],
    ],
    ["less than it declares", "badZip", "unexpected EOF", [file({ uncompressedSize: 11 })]],
    ["stored data longer than it declares", "badZip", notAZip, [file({ method: 0, uncompressedSize: 1 })]],
    ["no deflate stream", "badZip", "damaged", [file({ data: Buffer.from("ffff", "hex") })]],
    ["an unknown method", "badZip", "unsupported compression algorithm", [file({ method: 12 })]],
    ["no local header", "badZip", notAZip, [file({ localSignature: 0 })]],
    ["a header before the file", "badZip", "unexpected EOF", [file({ headerOffset: -1n })]],
    ["a header far behind the file", "badZip", "unexpected EOF", [file({ headerOffset: 2n ** 62n })]],
    ["a folder with content", "suspectZip", "folder with content", [{ name: `${p}d/`, content: "x" }]],
    ["a folder twice", "suspectZip", "is there twice", [{ name: `${p}d/` }, { name: `${p}d/` }]],
    [
      "another name in the local header",
      "suspectZip",
      'another name in its own header, "evil"',
      [file({ localName: "evil" })],
    ],
    ["data beyond the file", "suspectZip", "ends behind the end", [file({ compressedSize: 1_000_000 })]],
    ["data beyond all reason", "suspectZip", "ends behind the end", [file({ compressedSize: 2n ** 63n })]],
    ["data in the directory", "suspectZip", "shares bytes with the directory", [file({ compressedSize: 20 })]],
    ["two entries in one place", "suspectZip", "another name", [file(), { ...goMod, headerOffset: 0 }]],
    ["overlapping entries", "suspectZip", "shares bytes with another entry", [file({ compressedSize: 20 }), goMod]],
  ])("refuses %s", async (_, code, message, files, end) => {
    const fault = await faultOf(hashOf(files, end));
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(message);
  });

  it("inflates no more of a bomb than it declares", async () => {
    const bomb = file({ content: Buffer.alloc(64 * 1024 * 1024), uncompressedSize: 2 * 1024 * 1024 });
    let inflated = 0;
    const ports = {
      ...nodeZipPorts,
      async *inflateChunks(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        for await (const chunk of nodeZipPorts.inflateChunks(chunks)) {
          inflated += chunk.length;
          yield chunk;
        }
      },
    };
    const hash = hashZip(bytesReader(buildZip([bomb])), "example.com/m", "v1.0.0", ports);
    expect((await faultOf(hash)).message).toContain(notAZip);
    expect(inflated).toBeLessThan(3 * 1024 * 1024);
  });

  it("doesn't take a failing disk for a damaged zip", async () => {
    const bytes = buildZip([file({ content: randomBytes(3 * 1024 * 1024) })]);
    const failing: ZipReader = {
      size: bytes.length,
      read(offset, length) {
        if (offset > 1024 * 1024 && offset < 2 * 1024 * 1024) throw new Error("EIO");
        return bytes.subarray(offset, offset + length);
      },
    };
    await expect(hashReader(failing)).rejects.toThrow("EIO");
    const shrunk = { size: bytes.length, read: (offset: number) => bytes.subarray(offset, offset + 10) };
    expect((await faultOf(hashReader(shrunk))).message).toBe("unexpected EOF");
  });
});

describe("checkZip", () => {
  it.each<[string, string[]]>([
    ["path does not have prefix", ["example.com/m@v1.0.1/x", "/etc/passwd", "example.com/M@v1.0.0/x", "\udcff"]],
    ["file path is not clean", [`${p}a/../x`, `${p}a//b`, `${p}/../a`, `${p}a/./b`, `${p}a//`, `${p}/`]],
    [
      "malformed file path",
      [`${p}../x`, `${p}/a`, `${p}./`, `${p}a:b`, `${p}con`, `${p}a\nb`, `${p}a\udcff`, `${p}a./b`],
    ],
    ["go.mod file not in module root directory", [`${p}sub/go.mod`, `${p}other/GO.MOD`, `${p}sub/x/go.mod`]],
    ["go.mod files must have lowercase names", [`${p}GO.mod`]],
  ])("%s", (message, names) => {
    const checked = checkZip(bytesReader(buildZip(names.map((name) => ({ name })))), "example.com/m", "v1.0.0");
    expect(checked.invalid.map((fault) => [fault.path, fault.message.includes(message)])).toEqual(
      names.map((name) => [name, true]),
    );
    expect(checked.valid).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['case-insensitive file name collision: "K" and "\u212a"', ["K", "\u212a"]],
    ['case-insensitive file name collision: "a" and "A"', ["a/x", "A/y"]],
    ['entry "a" is both a file and a directory', ["a/x", "a"]],
    ['multiple entries for file "a"', ["a", "a"]],
  ])("%s", (message, names) => {
    const files = names.map((name) => ({ name: p + name }));
    const checked = checkZip(bytesReader(buildZip(files)), "example.com/m", "v1.0.0");
    expect(checked.invalid).toEqual([{ path: p + names.at(-1), message }]);
  });

  it("finds a collision further up again and again", () => {
    const files = ["a/1", "A/x/1", "A/x/2"].map((name) => ({ name: p + name }));
    const checked = checkZip(bytesReader(buildZip(files)), "example.com/m", "v1.0.0");
    expect(checked.invalid.map(({ path }) => path)).toEqual([`${p}A/x/1`, `${p}A/x/2`]);
  });

  it("adds up the sizes", () => {
    const huge = [
      goMod,
      file({ uncompressedSize: 400 * 1024 * 1024 }),
      file({ name: `${p}b`, uncompressedSize: 2n ** 40n }),
    ];
    const checked = checkZip(bytesReader(buildZip(huge)), "example.com/m", "v1.0.0");
    expect(checked.sizeError).toBe(
      "total uncompressed size of module contents too large (max size is 524288000 bytes)",
    );
    const large = [{ ...goMod, uncompressedSize: 17 << 20 }, file({ name: `${p}LICENSE`, uncompressedSize: 17 << 20 })];
    expect(checkZip(bytesReader(buildZip(large)), "example.com/m", "v1.0.0").invalid.map((f) => f.message)).toEqual([
      "go.mod file too large (max size is 16777216 bytes)",
      "LICENSE file too large (max size is 16777216 bytes)",
    ]);
    const reader = { size: 524_288_001, read: () => new Uint8Array() };
    expect(() => checkZip(reader, "example.com/m", "v1.0.0")).toThrow("module zip file is too large");
  });

  it("wants a canonical version that fits the path", () => {
    const reader = bytesReader(buildZip([]));
    expect(() => checkZip(reader, "example.com/m", "v1")).toThrow('version "v1" is not canonical (should be "v1.0.0")');
    expect(() => checkZip(reader, "example.com/m", "v2.0.0")).toThrow("should be v0 or v1, not v2");
    expect(() => checkZip(reader, "example", "v1.0.0")).toThrow("malformed module path");
  });

  it("has limits for what would be slow or large", () => {
    const check = (names: string[]): unknown =>
      checkZip(bytesReader(buildZip(names.map((name) => ({ name: p + name })))), "example.com/m", "v1.0.0");
    expect(() => check(["a/".repeat(2049)])).toThrow("a path of more than 4096 characters");
    expect(() => check(Array.from({ length: 300 }, (_, i) => `${i}${"/a".repeat(2000)}`))).toThrow("files and folders");
  });
});

describe("readEntry", () => {
  it("reads one file", () => {
    const reader = bytesReader(buildZip([file(), goMod]));
    const entry = checkZip(reader, "example.com/m", "v1.0.0").valid.find(({ name }) => name === goMod.name);
    expect(entry && Buffer.from(readEntry(reader, entry, nodeZipPorts)).toString()).toBe(goMod.content);
  });
});
