import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tarFile, type TarMember } from "../../../test/image/tarFile.ts";
import { ImageError } from "../imageError.ts";
import { type TarEntry, TarReader } from "./tarReader.ts";

/** Entries with their contents, the archive cut into pieces of those sizes. */
function read(
  archive: Buffer,
  pieces: readonly number[] = [archive.length],
): (TarEntry & { readonly content: string })[] {
  const entries: (TarEntry & { content: string })[] = [];
  const reader = new TarReader((entry) => {
    const index = entries.push({ ...entry, content: "" }) - 1;
    return {
      write: (piece) =>
        void (entries[index] = { ...entry, content: (entries[index]?.content ?? "") + piece.toString("latin1") }),
      end: () => undefined,
    };
  });
  for (let at = 0, i = 0; at < archive.length; i++) {
    const size = Math.max(1, pieces[i % pieces.length] ?? 1);
    // A copy: pieces are good during the call alone.
    reader.push(Buffer.from(archive.subarray(at, at + size)));
    at += size;
  }
  reader.end();
  return entries;
}

const long = `${"folder/".repeat(40)}file`;

test("files, links and folders, with long names", () => {
  const members: TarMember[] = [
    { name: "bin", type: "directory", mode: 0o1777, uid: 7 },
    { name: "bin/app", content: "program", mode: 0o4755, uid: 65532 },
    { name: "bin/link", type: "symlink", link: "/usr/bin/env" },
    { name: "bin/hard", type: "hardlink", link: "bin/app" },
    { name: long, content: "x".repeat(1025) },
    { name: "empty", content: "" },
  ];
  expect(read(tarFile(members))).toMatchObject([
    { path: "bin", type: "directory", mode: 0o1777, uid: 7, content: "" },
    { path: "bin/app", type: "file", mode: 0o4755, uid: 65532, size: 7, content: "program" },
    { path: "bin/link", type: "symlink", link: "/usr/bin/env" },
    { path: "bin/hard", type: "hardlink", link: "bin/app" },
    { path: long, type: "file", size: 1025, content: "x".repeat(1025) },
    { path: "empty", size: 0 },
  ]);
});

test("however the archive is cut, the same is read", () => {
  const members = fc.array(
    fc.record({ name: fc.stringMatching(/^[a-z/]{1,200}[a-z]$/), content: fc.string({ maxLength: 2000 }) }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(
      members,
      fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 8 }),
      (members, pieces) => {
        const archive = tarFile(members);
        expect(read(archive, pieces)).toEqual(read(archive));
        expect(read(archive).map(({ path }) => path)).toEqual(members.map(({ name }) => name));
      },
    ),
    { numRuns: 200 },
  );
});

describe("hostile", () => {
  const archive = tarFile([
    { name: "app", content: "x".repeat(600) },
    { name: long, content: "y" },
  ]);

  test("an archive that was cut off is never taken for a whole one", () => {
    for (let length = 1; length < archive.length - 1024; length += 7)
      expect(() => read(archive.subarray(0, length))).toThrow(ImageError);
  });

  test("damage ends in an error of ours, or is not noticed: never in another", () => {
    fc.assert(
      fc.property(fc.nat(archive.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Buffer.from(archive);
        damaged[at] = byte;
        try {
          read(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["an extended header without end", (block: Buffer) => block.write("00077777777\0", 124, "latin1"), "x"],
    ["a negative number in base 256", (block: Buffer) => block.fill(0xff, 124, 136), "0"],
    ["a size that is no number", (block: Buffer) => block.write("99999999999\0", 124, "latin1"), "0"],
  ])("%s", (_, damage, type) => {
    const block = Buffer.from(tarFile([{ name: "app" }]).subarray(0, 512));
    block.write(type, 156);
    damage(block);
    block.write("        ", 148);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    expect(() => read(block)).toThrow(ImageError);
  });
});
