/**
 * A zip's records (PKWARE's APPNOTE.TXT), as Go's archive/zip writes them when a file is added by name alone: deflated, sizes
 * and CRC behind the data, no time and no mode.
 */
import { isAscii, toByteString } from "../utf8.ts";

/** An entry whose data has been written. */
export interface WrittenEntry {
  readonly name: Uint8Array;
  readonly flags: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

/** Zip 2.0, deflated. */
const zipVersion = 20;
const deflated = 8;
/** Sizes and CRC stand behind the data. */
const descriptorFollows = 0x8;
const nameIsUtf8 = 0x800;

/** Go marks a name as UTF-8 only where an old reader, of whatever code page, could read another. */
export function flagsOf(name: string): number {
  return isAscii(name) && !/[\\~]/.test(name) ? descriptorFollows : descriptorFollows | nameIsUtf8;
}

/** A name as it stands in a zip. */
export function toBytes(text: string): Uint8Array {
  return Uint8Array.from(toByteString(text), (byte) => byte.charCodeAt(0));
}

/** A record of little-endian numbers, each with its width in bytes, and bytes behind them. */
function record(numbers: readonly (readonly [value: number, width: 2 | 4 | 8])[], tail?: Uint8Array): Uint8Array {
  const length = numbers.reduce((sum, [, width]) => sum + width, 0);
  const bytes = new Uint8Array(length + (tail?.length ?? 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, width] of numbers) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  if (tail !== undefined) bytes.set(tail, at);
  return bytes;
}

/** APPNOTE.TXT, 4.3.7. */
export function localHeader(name: Uint8Array, flags: number): Uint8Array {
  const fixed = [
    [0x04034b50, 4],
    [zipVersion, 2],
    [flags, 2],
    [deflated, 2],
  ] as const;
  const unknownYet = [
    [0, 2],
    [0, 2],
    [0, 4],
    [0, 4],
    [0, 4],
  ] as const;
  return record([...fixed, ...unknownYet, [name.length, 2], [0, 2]], name);
}

/** 4.3.9. A module's files have at most 500 MiB, so 32 bits always do. */
export function dataDescriptor({ crc32, compressedSize, size }: WrittenEntry): Uint8Array {
  return record([
    [0x08074b50, 4],
    [crc32, 4],
    [compressedSize, 4],
    [size, 4],
  ]);
}

/** 4.3.12. */
export function directoryHeader({ name, flags, crc32, compressedSize, size, headerOffset }: WrittenEntry): Uint8Array {
  const versions = [
    [0x02014b50, 4],
    [zipVersion, 2],
    [zipVersion, 2],
    [flags, 2],
    [deflated, 2],
    [0, 2],
    [0, 2],
  ] as const;
  const sizes = [
    [crc32, 4],
    [compressedSize, 4],
    [size, 4],
    [name.length, 2],
  ] as const;
  const rest = [
    [0, 2],
    [0, 2],
    [0, 2],
    [0, 2],
    [0, 4],
    [headerOffset, 4],
  ] as const;
  return record([...versions, ...sizes, ...rest], name);
}

/** 4.3.14–16: for more than 65,534 files the numbers are in the zip64 record. */
export function endRecords(count: number, size: number, offset: number): Uint8Array {
  const plain = (count: number, size: number, offset: number): Uint8Array =>
    record([
      [0x06054b50, 4],
      [0, 4],
      [count, 2],
      [count, 2],
      [size, 4],
      [offset, 4],
      [0, 2],
    ]);
  if (count < 0xffff && size < 0xffffffff && offset < 0xffffffff) return plain(count, size, offset);
  const record64 = [
    [0x06064b50, 4],
    [44, 8],
    [45, 2],
    [45, 2],
    [0, 4],
    [0, 4],
    [count, 8],
    [count, 8],
    [size, 8],
    [offset, 8],
  ] as const;
  const locator = [
    [0x07064b50, 4],
    [0, 4],
    [offset + size, 8],
    [1, 4],
  ] as const;
  return record([...record64, ...locator], plain(0xffff, 0xffffffff, 0xffffffff));
}
