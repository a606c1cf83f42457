import { describe, expect, it } from "vitest";
import { type BuildInfo, format, parse, type RandomAccess, read } from "./buildinfo.ts";

const lines = [
  "path\texample.com/shop/cmd/shop",
  "mod\texample.com/shop\tv1.2.0\t",
  "dep\trsc.io/quote\tv1.5.2",
  "=>\t../quote\t(devel)\t",
  "dep\trsc.io/sampler\tv1.3.0\th1:7uVkIFmeBqHfdjD+gZwtXXI+RODJ2Wc4O7MPEh/QiW4=",
  'build\t-ldflags="-s -w"',
  "build\t-trimpath=true",
  "",
].join("\n");

const info: BuildInfo = {
  goVersion: "",
  path: "example.com/shop/cmd/shop",
  main: { path: "example.com/shop", version: "v1.2.0", sum: "", replace: undefined },
  deps: [
    {
      path: "rsc.io/quote",
      version: "v1.5.2",
      sum: "",
      replace: { path: "../quote", version: "(devel)", sum: "", replace: undefined },
    },
    {
      path: "rsc.io/sampler",
      version: "v1.3.0",
      sum: "h1:7uVkIFmeBqHfdjD+gZwtXXI+RODJ2Wc4O7MPEh/QiW4=",
      replace: undefined,
    },
  ],
  settings: [
    { key: "-ldflags", value: "-s -w" },
    { key: "-trimpath", value: "true" },
  ],
};

describe("lines", () => {
  it("are read", () => {
    expect(parse(lines)).toEqual(info);
  });

  it("are written, and read the same again", () => {
    expect(format({ ...info, goVersion: "go1.26.1" })).toContain(
      "go\tgo1.26.1\npath\texample.com/shop/cmd/shop\nmod\t",
    );
    expect(parse(format(info))).toEqual(info);
  });

  it.each([
    ["dep\ta\n", "line 1: expected 2 or 3 columns; got 1"],
    ["path\ta\n=>\ta\tv1\th1:\n", "line 2: replacement with no module on previous line"],
    ["build\t=x\n", "line 1: build line with missing key"],
    ['build\t"a"x\n', "line 1: unexpected character after quoted key: 'x'"],
    ["build\ta=b c\n", 'line 1: unquoted value "b c" must be quoted'],
  ])("%j is an error", (text, fault) => {
    expect(() => parse(text)).toThrow(`could not parse Go build info: ${fault}`);
  });
});

/** A program of one segment and no section headers: 32 bits, big endian, loaded at 0x1000. */
function program(data: Uint8Array): RandomAccess {
  const bytes = Buffer.alloc(52 + 32 + data.length);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 2, 1]);
  bytes.writeUInt32BE(1, 20);
  bytes.writeUInt32BE(52, 28);
  bytes.writeUInt16BE(32, 42);
  bytes.writeUInt16BE(1, 44);
  for (const [i, word] of [1, 84, 0x1000, 0, data.length, data.length, 6].entries())
    bytes.writeUInt32BE(word, 52 + 4 * i);
  bytes.set(data, 84);
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

const magic = Buffer.from("\xff Go buildinf:", "latin1");
const framed = Buffer.from(`${"<".repeat(16)}${lines}${">".repeat(16)}`);

/** As Go writes it since 1.18. */
function inline(version: string, modules: Uint8Array): Buffer {
  const counted = (bytes: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from([0x80 | (bytes.length & 0x7f), bytes.length >> 7]), bytes]);
  return Buffer.concat([magic, Buffer.from([4, 2]), Buffer.alloc(16), counted(Buffer.from(version)), counted(modules)]);
}

/** As Go wrote it before: pointers to strings. */
function pointers(version: string, modules: Uint8Array): Buffer {
  const words = Buffer.alloc(32);
  for (const [i, word] of [
    0x1020,
    0x1028,
    0,
    0,
    0x1030,
    version.length,
    0x1030 + version.length,
    modules.length,
  ].entries())
    words.writeUInt32BE(word, 4 * i);
  return Buffer.concat([magic, Buffer.from([4, 1]), words, Buffer.from(version), modules]);
}

describe("programs", () => {
  it.each([
    ["inline", inline],
    ["pointers", pointers],
  ])("with %s strings", (_, blob) => {
    expect(read(program(blob("go1.99", framed)))).toEqual({ ...info, goVersion: "go1.99" });
  });

  it("finds a blob behind others that are not aligned", () => {
    const decoy = Buffer.concat([Buffer.alloc(7), magic, Buffer.alloc(27)]);
    expect(read(program(Buffer.concat([decoy, inline("go1.99", framed)]))).goVersion).toBe("go1.99");
  });

  it("has no modules where none are framed", () => {
    expect(read(program(inline("go1.99", Buffer.from("x"))))).toMatchObject({ path: "", main: undefined, deps: [] });
  });

  it.each([
    ["no blob", Buffer.alloc(64), "not a Go executable"],
    ["a blob cut off", inline("go1.99", framed).subarray(0, 60), "not a Go executable"],
    ["no version", inline("", framed), "not a Go executable"],
    ["pointers into nowhere", Buffer.concat([magic, Buffer.alloc(18, 0xee)]), "not a Go executable"],
  ])("%s", (_, data, text) => {
    expect(() => read(program(data))).toThrow(text);
  });

  it.each(["", "#!/bin/sh\necho not a program\n", "MZ", "\x7fELF".padEnd(100, "\xff"), "\xca\xfe\xba\xbe".padEnd(99)])(
    "%j is none",
    (text) => {
      const bytes = Buffer.from(text, "latin1");
      const file: RandomAccess = {
        size: bytes.length,
        read: (offset, length) => bytes.subarray(offset, offset + length),
      };
      expect(() => read(file)).toThrow("unrecognized file format");
    },
  );
});
