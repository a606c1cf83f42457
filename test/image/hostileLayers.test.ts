// Layers that were made to break whoever reads them: headers, names, links, compressed streams, bombs.
import { readFileSync } from "node:fs";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Budget } from "../../src/image/budget.ts";
import { ImageError } from "../../src/image/imageError.ts";
import { readLayer } from "../../src/image/layer/readLayer.ts";
import { RootFs } from "../../src/image/rootfs/rootFs.ts";
import { walk } from "../../src/image/rootfs/walk.ts";
import { ending, runs } from "./hostileParts.ts";
import { layoutFiles, openMemory } from "./memoryImage.ts";
import { mendChecksum, tarFile, type TarMember } from "./tarFile.ts";

const real = readFileSync("/bin/true");
const places = [
  "app",
  "bin/sh",
  "bin/env",
  "bin",
  "lib64/ld-linux-x86-64.so.2",
  "etc/passwd",
  "etc/ld.so.cache",
  "a",
  "a/b",
];
const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...places) },
  fc.constantFrom("..", "../app", "a/../../app", "/app", "//", ".", "", "./", "a/..", "a/./b", "\u001b[2J", "x\ny"),
  fc.constantFrom(".wh.", ".wh.app", ".wh..wh..opq", "a/.wh..wh..opq", ".wh..", ".wh...", "a/.wh.b/c", ".wh..wh.app"),
  fc.constantFrom("a/".repeat(2000), "b/".repeat(3000), "c".repeat(5000), "__proto__", "constructor/a"),
  fc.string({ unit: "binary", maxLength: 120 }),
);
const head = fc.array(fc.tuple(fc.nat(1024), fc.nat(255)), { minLength: 1, maxLength: 12 }).map((changes) => {
  const program = Buffer.from(real);
  for (const [at, byte] of changes) program[at] = byte;
  return program;
});
const content = fc.oneof(
  fc.constantFrom<string | Buffer>(
    "",
    "#!",
    "#!/bin/sh",
    "#!/bin/env app\n",
    "#!a\n",
    "#!\0\r\n",
    "!<arch>\n",
    "\x7fELF",
    real,
  ),
  fc.constantFrom(":::\n", "app:x:1:1\n", "glibc-ld.so.cache1.1\xff\xff\xff\xff"),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  head,
);
const member: fc.Arbitrary<TarMember> = fc.record(
  {
    name,
    content,
    type: fc.constantFrom("file", "file", "directory", "symlink", "hardlink"),
    link: name,
    mode: fc.constantFrom(0, 0o644, 0o755, 0o7777),
    uid: fc.constantFrom(0, 1, 65535),
  },
  { requiredKeys: ["name"] },
);
const layers = fc.array(fc.array(member, { maxLength: 8 }), { minLength: 1, maxLength: 3 });
const config = fc.record({
  Entrypoint: fc.constantFrom(["/app"], ["app", "a"], ["/bin/sh", "-c", "app"], ["a/b"], [""], ["/bin/env", "app"]),
  User: fc.constantFrom("", "app", "1:1", ":", "app:app", "x:"),
  Env: fc.constantFrom([], ["PATH="], ["PATH=/bin:/a:"], ["LD_LIBRARY_PATH=::/"], ["TMPDIR=/a/b"]),
  Volumes: fc.constantFrom({}, { "/a": {}, "": {}, "..": {} }),
  ExposedPorts: fc.constantFrom({}, { "80/tcp": {}, x: {} }),
});

const read = (tars: readonly Buffer[], config: object = {}, pieceSize = 1 << 16): Promise<string> =>
  ending(() => openMemory(layoutFiles({ layers: tars.map((tar) => ({ packed: tar, tar })), config }), pieceSize));

test("files, links and whiteouts of every kind", async () => {
  await fc.assert(
    fc.asyncProperty(layers, config, async (layers, config) => {
      const end = await read(
        layers.map((members) => tarFile(members)),
        config,
      );
      expect(end).toMatch(/^bad-archive$|\n/);
    }),
    runs(100),
  );
});

test("headers with any bytes in them, and a checksum that is right", async () => {
  const tar = tarFile([
    { name: "a", type: "directory" },
    { name: `a/${"long".repeat(40)}`, content: "y".repeat(700) },
    { name: "app", content: real.subarray(0, 2000) },
    { name: "a/b", type: "hardlink", link: "app" },
  ]);
  const headers = [0, 512, 1536, 2048, 3584];
  const number = fc.constantFrom(
    "77777777777\0",
    "00000000000\0",
    "-1\0",
    "9\0",
    "\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
  );
  const change = fc.oneof(
    fc.tuple(
      fc.nat(511),
      fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
    ),
    fc.tuple(fc.constantFrom(100, 108, 116, 124, 482, 483, 504), number),
    fc.tuple(fc.constant(156), fc.stringMatching(/^[xgLKSV0-7]$/)),
  );
  const changes = fc.array(fc.tuple(fc.constantFrom(...headers), change), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(changes, fc.constantFrom(1, 100, 511, 512, 513, 1 << 16), async (changes, pieceSize) => {
      const spoiled = Buffer.from(tar);
      for (const [start, [at, bytes]] of changes) {
        spoiled.write(bytes.slice(0, 512 - at), start + at, "latin1");
        mendChecksum(spoiled.subarray(start));
      }
      expect(await read([spoiled], {}, pieceSize)).toMatch(/^(bad-archive|too-large)$|\n/);
    }),
    runs(250),
  );
});

test("compressed layers that are cut off or damaged, in pieces of any size", async () => {
  const tar = tarFile([{ name: "app", content: real.subarray(0, 20_000) }]);
  const packed = [
    gzipSync(tar),
    zstdCompressSync(tar),
    Buffer.concat([gzipSync(tar.subarray(0, 5000)), gzipSync(tar.subarray(5000))]),
  ];
  for (const each of packed)
    for (const pieceSize of [1, 3, 1 << 16])
      expect(await ending(() => openMemory(layoutFiles({ layers: [{ packed: each, tar }] }), pieceSize))).toContain(
        "\n",
      );
  const damage = fc.record({ which: fc.nat(2), at: fc.nat(40_000), byte: fc.nat(255), length: fc.nat(40_000) });
  await fc.assert(
    fc.asyncProperty(damage, fc.constantFrom(1 << 16, 100), async ({ which, at, byte, length }, pieceSize) => {
      const bytes = Buffer.from(packed[which] ?? tar);
      bytes[at % bytes.length] = byte;
      const cut = bytes.subarray(0, Math.max(5, length % (bytes.length + 1)));
      const end = await ending(() => openMemory(layoutFiles({ layers: [{ packed: cut, tar }] }), pieceSize));
      expect(end).toMatch(/^(bad-archive|digest-mismatch|too-large)$|\n/);
    }),
    runs(300),
  );
});

describe("little that becomes much", () => {
  const bounded = async (stream: AsyncIterable<Buffer>, mebibytes: number): Promise<unknown> => {
    const budget = new Budget(mebibytes << 20);
    try {
      const layer = await readLayer(stream, { budget });
      const fs = new RootFs(undefined, budget);
      fs.apply(layer, 0);
      return [...walk(fs)].length;
    } catch (error) {
      return error instanceof ImageError ? error.code : error;
    }
  };
  /** The member over and over, packed as a bomb is: some KiB for each MiB. */
  async function* repeated(member: (nth: number) => TarMember, times: number): AsyncGenerator<Buffer> {
    for (let nth = 0; nth < times; nth++) yield tarFile([member(nth)]).subarray(0, -1024);
  }

  test.each<[string, (nth: number) => TarMember]>([
    [
      "one file again and again that is kept whole",
      () => ({ name: "etc/passwd", content: Buffer.alloc(4 << 20, 0x78) }),
    ],
    ["many files that are kept whole", (nth) => ({ name: `etc/ld-musl-${nth}.path`, content: Buffer.alloc(1 << 20) })],
    ["folders in folders", (nth) => ({ name: `${nth}/${"a/".repeat(1900)}b` })],
    ["programs whose lists lie upon each other", () => ({ name: "app", content: overlappingProgram(200) })],
    ["empty files with long names", (nth) => ({ name: `${nth}${"/x".repeat(400)}`, content: "" })],
  ])("%s", async (_, member) => {
    expect(await bounded(repeated(member, 100_000), 16)).toBe("too-large");
  });

  test("a program of more text than any has", async () => {
    const stream = repeated(() => ({ name: "app", content: overlappingProgram(300) }), 1);
    const { entries } = await readLayer(stream);
    expect(entries).toMatchObject([{ content: { kind: "broken-elf" } }]);
  });

  test("a name that Linux can't have", async () => {
    expect(
      await bounded(
        repeated(() => ({ name: "a/".repeat(3000) }), 1),
        16,
      ),
    ).toBe("bad-archive");
  });

  test("a zstd frame that asks for more memory than there is", async () => {
    const frame = zstdCompressSync(Buffer.alloc(1 << 20), { params: { [constants.ZSTD_c_windowLog]: 27 } });
    // The window descriptor: 2^41 bytes.
    frame[5] = 0xf8;
    frame[4] = (frame[4] ?? 0) & ~0x20;
    async function* stream(): AsyncGenerator<Buffer> {
      yield frame;
    }
    expect(await bounded(stream(), 16)).toBe("bad-archive");
  });
});

/** A program that needs so many libraries, whose names are all of one long text. */
function overlappingProgram(count: number): Buffer {
  const bytes = Buffer.alloc(16_000, 0x78);
  bytes.fill(0, 0, 8000);
  bytes.write("\x7fELF\x02\x01\x01", 0, "latin1");
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(62, 18);
  bytes.writeBigUInt64LE(1n, 24);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(2, 56);
  const header = (at: number, type: number, offset: bigint, size: bigint): void => {
    bytes.writeUInt32LE(type, at);
    bytes.writeBigUInt64LE(offset, at + 8);
    bytes.writeBigUInt64LE(offset, at + 16);
    bytes.writeBigUInt64LE(size, at + 32);
  };
  header(64, 1, 0n, BigInt(bytes.length));
  header(120, 2, 232n, 7000n);
  bytes.writeBigUInt64LE(5n, 232);
  bytes.writeBigUInt64LE(8000n, 240);
  for (let i = 1; i <= count; i++) {
    bytes.writeBigUInt64LE(1n, 232 + i * 16);
    bytes.writeBigUInt64LE(BigInt(i), 240 + i * 16);
  }
  return bytes;
}
