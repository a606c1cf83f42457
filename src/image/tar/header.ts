// One block of a tar archive: ustar (POSIX.1-1988), with GNU's numbers in base 256 and its sparse files.
//
// Every field is chosen by whoever made the archive.

import { ImageError } from "../imageError.ts";

export const blockSize = 512;

export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes that follow in the archive. */
  readonly size: number;
  /** The type flag, as a letter; "0" for a file. */
  readonly type: string;
  readonly link: string;
  /** GNU's sparse files: the size once the holes are in, and whether more headers of holes follow. */
  readonly sparse: { readonly size: number; readonly continues: boolean } | undefined;
}

/** A header block; undefined for a block of zeros, which ends the archive. Throws ImageError `bad-archive`. */
export function parseHeader(block: Buffer): TarHeader | undefined {
  if (block[0] === 0 && block.every((byte) => byte === 0)) return undefined;
  checkSum(block);
  const type = block[156] === 0 ? "0" : String.fromCharCode(block[156] ?? 48);
  const isUstar = block.toString("latin1", 257, 262) === "ustar";
  // GNU's own format has other fields where ustar has the prefix.
  const isGnu = isUstar && block[262] === 0x20;
  const prefix = isUstar && !isGnu ? text(block, 345, 155) : "";
  const name = text(block, 0, 100);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    type,
    link: text(block, 157, 100),
    sparse: type === "S" ? { size: number(block, 483, 12), continues: block[482] !== 0 } : undefined,
  };
}

function checkSum(block: Buffer): void {
  const expected = number(block, 148, 8);
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < blockSize; i++) {
    // The checksum's own field counts as blanks.
    const byte = i >= 148 && i < 156 ? 0x20 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  // Old archivers added up signed bytes.
  if (expected !== unsigned && expected !== signed)
    throw new ImageError("bad-archive", "a tar header's checksum is wrong: this is no tar archive, or it is damaged");
}

/** Up to the first NUL. */
function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString("utf8", start, end < 0 || end > start + length ? start + length : end);
}

/** Octal digits between blanks and NULs; or, with the first bit set, a number in base 256. */
function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  if (first & 0x80) {
    let value = BigInt(first & 0x7f);
    for (let i = start + 1; i < start + length; i++) value = (value << 8n) | BigInt(block[i] ?? 0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new ImageError("bad-archive", "a tar header has a negative number, or one of more than 53 bits");
    return Number(value);
  }
  const digits = block
    .toString("latin1", start, start + length)
    .replaceAll("\0", " ")
    .trim();
  if (digits === "") return 0;
  if (!/^[0-7]+$/.test(digits)) throw new ImageError("bad-archive", "a tar header has a number that is not octal");
  return Number.parseInt(digits, 8);
}
