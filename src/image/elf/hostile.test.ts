// Programs that were damaged or made to mislead: read as far as they can be, or not at all, and never for long.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseConfig } from "../source/config.ts";
import { ImageError } from "../imageError.ts";
import { cgoPackagesOf } from "./cgoPackages.ts";
import { readElfFile } from "./elfFile.ts";
import { goAbilities } from "./goAbilities.ts";

/** The head of a real program: headers, dynamic section and version tables stand in it. */
const real = readFileSync("/bin/true").subarray(0, 1 << 16);
const change = fc.record({ at: fc.nat(1 << 16), byte: fc.nat(255) });

test("any change of a real program's head is read or refused", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), fc.nat(1 << 16), (changes, length) => {
      const bytes = Buffer.from(real);
      for (const { at, byte } of changes) bytes[at % real.length] = byte;
      const elf = readElfFile(bytes.subarray(0, length));
      expect(elf === undefined || elf.needed.length <= 10_000).toBe(true);
      goAbilities(bytes.subarray(0, length));
      cgoPackagesOf(bytes.subarray(0, length));
    }),
    { numRuns: 300 },
  );
});

test("a configuration of any JSON, and of any bytes, is understood or refused as an image's", () => {
  const isClear = (bytes: Buffer): boolean => {
    try {
      parseConfig(bytes, "image");
      return true;
    } catch (error) {
      return error instanceof ImageError;
    }
  };
  fc.assert(fc.property(fc.json(), (json) => isClear(Buffer.from(json))));
  fc.assert(fc.property(fc.uint8Array(), (bytes) => isClear(Buffer.from(bytes))));
});
