/**
 * What an executable's headers tell that build information needs: which stretch of the file appears where in memory, and
 * where to look. ELF, Mach-O and PE each have a file that reads this much and no more, so that a stripped or slightly
 * damaged program is read as well as a whole one.
 *
 * Everything in the file is chosen by whoever made it. Addresses and sizes have 64 bits and wrap around; so they are bigints,
 * and become an offset only where they have been held against the size of the file.
 */
import { ModuleError } from "../error.ts";
import type { RandomAccess } from "../randomAccess.ts";

/** A stretch of the file that is loaded at an address. */
export interface Segment {
  readonly address: bigint;
  /** In the file. */
  readonly offset: bigint;
  /** In bytes, in the file. In memory zeros may follow. */
  readonly size: bigint;
}

/** The headers of an executable. */
export interface Executable {
  /** In the order of the file; the first that holds an address counts. */
  readonly segments: readonly Segment[];
  /** Where the build information is, or is to be searched for. `undefined`: nowhere. */
  readonly data: { readonly address: bigint; readonly size: bigint } | undefined;
}

/** Not an executable of a known format, or one that breaks its format's rules. The text is Go's. */
export function unrecognized(): ModuleError {
  return new ModuleError("notExecutable", "unrecognized file format");
}

/** An executable without Go's build information. The text is Go's. */
export function notGo(): ModuleError {
  return new ModuleError("notGo", "not a Go executable");
}

/** The bytes at an address: `length` of them, fewer if the segment or the file ends before, none if nothing is loaded there. */
export function readAt(file: RandomAccess, segments: readonly Segment[], address: bigint, length: number): Uint8Array {
  const segment = segments.find((each) => each.address <= address && address < each.address + each.size);
  if (segment === undefined) return new Uint8Array();
  const skipped = address - segment.address;
  const offset = segment.offset + skipped;
  const left = segment.size - skipped;
  const inFile = BigInt(file.size) - offset;
  if (inFile <= 0n) return new Uint8Array();
  const most = left < inFile ? left : inFile;
  return file.read(Number(offset), most < BigInt(length) ? Number(most) : length);
}
