import { describe, expect, it } from "vitest";
import * as gosum from "./gosum.ts";

const text = `example.com/b v1.0.0 h1:bbbb=
example.com/a v1.10.0/go.mod h1:aaaa=
example.com/a v1.9.0/go.mod h1:cccc=
example.com/a v1.10.0 h1:dddd=

example.com/b v1.0.0 h1:bbbb=
example.com/old v1.0.0/go.mod h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=
`;

describe("gosum", () => {
  it("writes what the go command would", () => {
    expect(gosum.format(gosum.parse("go.sum", text))).toBe(`example.com/a v1.9.0/go.mod h1:cccc=
example.com/a v1.10.0 h1:dddd=
example.com/a v1.10.0/go.mod h1:aaaa=
example.com/b v1.0.0 h1:bbbb=
`);
  });

  it("refuses what is no line, unless it tidies", () => {
    const malformed = "example.com/a v1.0.0 h1:aaaa=\n<<<<<<< HEAD\n";
    expect(() => gosum.parse("go.sum", malformed)).toThrow("malformed go.sum:\ngo.sum:2: wrong number of fields 2");
    expect(gosum.parse("go.sum", malformed, { skipMalformed: true }).size).toBe(1);
  });

  it("merges, and tells what can't both be true", () => {
    const ours = gosum.parse("go.sum", "example.com/a v1.0.0 h1:aaaa=\nexample.com/b v1.0.0 h1:bbbb=\n");
    const theirs = gosum.parse("go.sum", "example.com/b v1.0.0 h1:cccc=\nexample.com/a v1.0.0 h2:other\n");
    const merged = gosum.merge(ours, theirs);
    expect(gosum.conflicts(merged)).toEqual([
      { mod: { path: "example.com/b", version: "v1.0.0" }, hashes: ["h1:bbbb=", "h1:cccc="] },
    ]);
    expect(gosum.format(merged).split("\n")).toHaveLength(5);
  });

  it("checks a download", () => {
    const files = [{ filename: "go.sum", sums: gosum.parse("go.sum", text) }];
    const mod = { path: "example.com/b", version: "v1.0.0" };
    expect(gosum.checkSum(files, mod, "h1:bbbb=")).toBe(true);
    expect(gosum.checkSum(files, gosum.goModOf(mod), "h1:bbbb=")).toBe(false);
    expect(() => gosum.checkSum(files, mod, "h1:evil=")).toThrow(
      /^verifying example.com\/b@v1.0.0: checksum mismatch\n\tdownloaded: h1:evil=\n\tgo.sum: {5}h1:bbbb=\n\nSECURITY ERROR/,
    );
  });
});
