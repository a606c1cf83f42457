import { createReadStream } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { crc32, createDeflateRaw } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bytesReader, nodeZipPorts } from "../../test/gomod/nodeZip.ts";
import { checkFiles, create, type CreatePorts, hashZip, type ModuleFile, unzip } from "./zip.ts";

const ports: CreatePorts = {
  crc32,
  deflate: (chunks) => pipeline(Readable.from(chunks), createDeflateRaw(), () => {}),
};

function file(path: string, content: string | Uint8Array): ModuleFile {
  const bytes = Buffer.from(content);
  return { path, type: "file", size: bytes.length, open: () => [bytes.subarray(0, 3), bytes.subarray(3)] };
}

const big = Buffer.alloc(3 << 20, "0123456789abcdef\n");
const files = [
  file("go.mod", "module example.com/m\n"),
  file("a/ü~.txt", "hello"),
  file("big.bin", big),
  file("empty", ""),
];

async function zipOf(list: readonly ModuleFile[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of create("example.com/m", "v1.0.0", list, ports)) parts.push(part);
  return Buffer.concat(parts);
}

describe("create", () => {
  it("makes a zip that is valid and gives the files back", async () => {
    const zip = await zipOf(files);
    expect(await hashZip(bytesReader(zip), "example.com/m", "v1.0.0", nodeZipPorts)).toMatch(/^h1:/);
    const unpacked = new Map<string, Buffer>();
    await unzip(bytesReader(zip), "example.com/m", "v1.0.0", nodeZipPorts, {
      create(path, size) {
        const parts: Uint8Array[] = [];
        return {
          write: (chunk) => void parts.push(Uint8Array.from(chunk)),
          close: () => {
            expect(Buffer.concat(parts).length).toBe(size);
            unpacked.set(path, Buffer.concat(parts));
          },
          abort: () => expect.unreachable(),
        };
      },
    });
    expect([...unpacked.keys()]).toEqual(["go.mod", "a/ü~.txt", "big.bin", "empty"]);
    expect(unpacked.get("big.bin")?.equals(big)).toBe(true);
    expect(unpacked.get("a/ü~.txt")?.toString()).toBe("hello");
  });

  it("makes the same zip of the same files", async () => {
    expect((await zipOf(files)).equals(await zipOf(files))).toBe(true);
  });

  it("refuses a file that is longer than it said", async () => {
    const liar = { ...file("a.go", "package a\n"), size: 3 };
    await expect(zipOf([liar])).rejects.toThrow('create zip: file "a.go" is larger than declared size');
  });

  it("passes on that a file can't be read", async () => {
    const unreadable = { ...file("a.go", ""), open: () => createReadStream("/nonexistent/a.go") };
    await expect(zipOf([unreadable])).rejects.toThrow("ENOENT");
  });

  it.each([
    ["A.go and a.go", [file("A.go", ""), file("a.go", "")], "create zip: a.go: case-insensitive file name collision"],
    ["GO.MOD", [file("GO.MOD", "")], "create zip: GO.MOD: go.mod files must have lowercase names"],
    ["a path that climbs", [file("../a", "")], "create zip: ../a: malformed file path"],
  ])("refuses %s", async (_, list, text) => {
    await expect(zipOf(list)).rejects.toThrow(text);
  });
});

describe("unzip", () => {
  it("takes back a file whose data is damaged", async () => {
    const zip = await zipOf([file("a.go", "package a\n")]);
    const at = zip.indexOf("a.go") + 4;
    zip[at] = (zip[at] ?? 0) ^ 0xff;
    const calls: string[] = [];
    const target = {
      create: (path: string) => ({
        write: () => void calls.push(`write ${path}`),
        close: () => void calls.push(`close ${path}`),
        abort: () => void calls.push(`abort ${path}`),
      }),
    };
    await expect(unzip(bytesReader(zip), "example.com/m", "v1.0.0", nodeZipPorts, target)).rejects.toMatchObject({
      code: "badZip",
    });
    expect(calls).toEqual(["abort a.go"]);
  });
});

describe("vendor folders", () => {
  const list = ["vendor/modules.txt", "vendor/x/y.go", "x/vendor/y.go", "x/vendor/y/z.go"];

  it.each([
    ["no go line", "", ["vendor/modules.txt"]],
    ["1.23", "go 1.23\n", ["vendor/modules.txt"]],
    ["1.24", "go 1.24\n", ["x/vendor/y.go"]],
  ])("%s", async (_, goLine, kept) => {
    const goMod = file("go.mod", `module example.com/m\n${goLine}`);
    const { valid } = await checkFiles([goMod, ...list.map((path) => file(path, ""))]);
    expect(valid.map(({ path }) => path)).toEqual(["go.mod", ...kept]);
  });
});
