/**
 * The end of a zip file, which says where its directory is (APPNOTE.TXT, 4.3.14–16), found as Go's archive/zip finds it.
 */
import { ModuleError } from "../error.ts";
import type { Window } from "../randomAccess.ts";

/** Where the directory is. */
export interface DirectoryPlace {
  readonly offset: number;
  /** What to add to every offset in the directory, if something stands before the zip proper. */
  readonly baseOffset: number;
  /** How many entries it claims to have. */
  readonly records: number;
}

interface DirectoryEnd {
  /** Where the record is. */
  readonly at: number;
  readonly records: bigint;
  readonly size: bigint;
  readonly offset: bigint;
}

const endLength = 22;
const end64Length = 56;
const locator64Length = 20;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;

/**
 * Finds the directory.
 *
 * @param isHeader Whether there is a directory header at an offset.
 * @throws ModuleError `badZip`.
 */
export function findDirectory(window: Window, isHeader: (offset: number) => boolean): DirectoryPlace {
  const end = readEnd64(window, readEnd(window));
  const offset = BigInt(end.at) - end.size;
  const largest = 2n ** 63n;
  if (end.size >= largest || end.offset >= largest || offset < 0n || offset >= BigInt(window.size)) throw notAZip();
  const place = {
    offset: Number(offset),
    baseOffset: Number(offset - end.offset),
    records: Number(end.records % 65536n),
  };
  // Some archives lie about their size. If there is a directory where they say without any base, then it is there.
  if (place.baseOffset > 0 && isHeader(Number(end.offset))) {
    return { offset: Number(end.offset), baseOffset: 0, records: place.records };
  }
  return place;
}

function notAZip(): ModuleError {
  return new ModuleError("badZip", "zip: not a valid zip file");
}

/** Looks for the record at the end, behind which there may be a comment of 64 KiB. */
function readEnd(window: Window): DirectoryEnd {
  for (const length of [1024, 65 * 1024]) {
    const start = Math.max(window.size - length, 0);
    const view = window.view(start, window.size - start);
    const found = lastSignature(view);
    if (found === undefined) continue;
    return {
      at: start + found,
      records: BigInt(view.getUint16(found + 10, true)),
      size: BigInt(view.getUint32(found + 12, true)),
      offset: BigInt(view.getUint32(found + 16, true)),
    };
  }
  throw notAZip();
}

/** The last signature, if the comment behind it is all there; Go then looks no further. */
function lastSignature(view: DataView): number | undefined {
  for (let at = view.byteLength - endLength; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    const commentLength = view.getUint16(at + 20, true);
    return at + endLength + commentLength > view.byteLength ? undefined : at;
  }
  return undefined;
}

/** The 64-bit record in its place, if the archive has one and the numbers are such as to need it. */
function readEnd64(window: Window, end: DirectoryEnd): DirectoryEnd {
  // That 0xffff is compared with the size is a slip of Go's, which has to be shared.
  if (end.records !== 0xffffn && end.size !== 0xffffn && end.offset !== 0xffffffffn) return end;
  const locatorAt = end.at - locator64Length;
  if (locatorAt < 0) return end;
  const locator = window.view(locatorAt, locator64Length);
  const oneDisk = locator.getUint32(4, true) === 0 && locator.getUint32(16, true) === 1;
  if (locator.getUint32(0, true) !== locator64Signature || !oneDisk) return end;
  const at = locator.getBigInt64(8, true);
  if (at < 0n) return end;
  if (at + BigInt(end64Length) > BigInt(window.size)) throw new ModuleError("badZip", "EOF");
  const record = window.view(Number(at), end64Length);
  if (record.getUint32(0, true) !== end64Signature) throw notAZip();
  return {
    at: Number(at),
    records: record.getBigUint64(32, true),
    size: record.getBigUint64(40, true),
    offset: record.getBigUint64(48, true),
  };
}
