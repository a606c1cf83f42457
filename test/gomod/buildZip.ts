import { crc32, deflateRawSync } from "node:zlib";
import { toByteString } from "../../src/gomod/utf8.ts";

/** A file of a zip that is built by hand. Whatever is left out is as an honest writer would set it. */
export interface ZipFile {
  name: string;
  content?: string | Uint8Array;
  /** 0 is stored, 8 (the default) is deflated; others are written as if stored. */
  method?: number;
  crc32?: number;
  compressedSize?: number | bigint;
  uncompressedSize?: number | bigint;
  headerOffset?: number | bigint;
  /** Compressed data to write instead of the content's. */
  data?: Uint8Array;
  /** The name in the local header. */
  localName?: string;
  localExtra?: Uint8Array;
  localSignature?: number;
  extra?: Uint8Array;
  comment?: string;
  /** Writes the sizes and the CRC behind the data; `"bare"` without a signature, `"none"` only says so. */
  dataDescriptor?: "signed" | "bare" | "none";
  descriptorCrc32?: number;
  /** Numbers go to a zip64 field. */
  zip64?: boolean;
  /** Bytes that belong to nothing, before the local header. */
  gap?: number;
}

/** The end of a zip that is built by hand. */
export interface ZipEnd {
  records?: number;
  directorySize?: number;
  directoryOffset?: number;
  comment?: string;
  /** Bytes before the zip proper, which its offsets don't count. */
  prefix?: number;
  /** Bytes between the directory and its end record. */
  beforeEnd?: number;
  trailing?: number;
  zip64?: boolean;
  /** The old end record has the numbers as well, instead of pointing to the zip64 one. */
  bothEnds?: boolean;
  locatorOffset?: bigint;
}

/** Builds a zip, as broken as it is asked to be. */
export function buildZip(files: readonly ZipFile[], end: ZipEnd = {}): Buffer {
  const parts: Buffer[] = [Buffer.alloc(end.prefix ?? 0, "#")];
  const headers: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const gap = Buffer.alloc(file.gap ?? 0);
    const local = localEntry(file);
    headers.push(directoryHeader(file, offset + gap.length));
    parts.push(gap, local);
    offset += gap.length + local.length;
  }
  const directory = Buffer.concat(headers);
  const endAt = offset + directory.length + (end.beforeEnd ?? 0);
  parts.push(
    directory,
    Buffer.alloc(end.beforeEnd ?? 0),
    endRecords(files.length, directory.length, offset, endAt, end),
  );
  parts.push(Buffer.alloc(end.trailing ?? 0));
  return Buffer.concat(parts);
}

function bytesOf(text: string): Buffer {
  return Buffer.from(toByteString(text), "latin1");
}

function contentOf(file: ZipFile): Buffer {
  return Buffer.from(file.content ?? "");
}

function dataOf(file: ZipFile): Uint8Array {
  return file.data ?? ((file.method ?? 8) === 8 ? deflateRawSync(contentOf(file)) : contentOf(file));
}

function crcOf(file: ZipFile): number {
  return file.crc32 ?? crc32(contentOf(file));
}

function localEntry(file: ZipFile): Buffer {
  const name = bytesOf(file.localName ?? file.name);
  const data = dataOf(file);
  const hasDescriptor = file.dataDescriptor !== undefined;
  const header = Buffer.alloc(30);
  header.writeUInt32LE(file.localSignature ?? 0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(hasDescriptor ? 8 : 0, 6);
  header.writeUInt16LE(file.method ?? 8, 8);
  if (!hasDescriptor) {
    header.writeUInt32LE(crcOf(file), 14);
    header.writeUInt32LE(data.length, 18);
    header.writeUInt32LE(contentOf(file).length, 22);
  }
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(file.localExtra?.length ?? 0, 28);
  return Buffer.concat([header, name, file.localExtra ?? Buffer.alloc(0), data, descriptor(file, data.length)]);
}

function descriptor(file: ZipFile, compressedSize: number): Buffer {
  if (file.dataDescriptor === undefined || file.dataDescriptor === "none") return Buffer.alloc(0);
  const record = Buffer.alloc(16);
  record.writeUInt32LE(0x08074b50, 0);
  record.writeUInt32LE(file.descriptorCrc32 ?? crcOf(file), 4);
  record.writeUInt32LE(compressedSize, 8);
  record.writeUInt32LE(contentOf(file).length, 12);
  return file.dataDescriptor === "bare" ? record.subarray(4) : record;
}

function directoryHeader(file: ZipFile, offset: number): Buffer {
  const name = bytesOf(file.name);
  const comment = bytesOf(file.comment ?? "");
  const numbers = [
    BigInt(file.uncompressedSize ?? contentOf(file).length),
    BigInt(file.compressedSize ?? dataOf(file).length),
    BigInt(file.headerOffset ?? offset),
  ];
  const isLong = (value: bigint): boolean => file.zip64 === true || value < 0n || value >= 0xffffffffn;
  const long = numbers.filter(isLong);
  const zip64 = Buffer.alloc(long.length > 0 ? 4 + 8 * long.length : 0);
  if (long.length > 0) {
    zip64.writeUInt16LE(1, 0);
    zip64.writeUInt16LE(8 * long.length, 2);
    for (const [i, value] of long.entries()) zip64.writeBigUInt64LE(BigInt.asUintN(64, value), 4 + 8 * i);
  }
  const extra = Buffer.concat([file.extra ?? Buffer.alloc(0), zip64]);
  const [uncompressed = 0, compressed = 0, at = 0] = numbers.map((value) =>
    isLong(value) ? 0xffffffff : Number(value),
  );
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(file.dataDescriptor === undefined ? 0 : 8, 8);
  header.writeUInt16LE(file.method ?? 8, 10);
  header.writeUInt32LE(crcOf(file), 16);
  header.writeUInt32LE(compressed, 20);
  header.writeUInt32LE(uncompressed, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt16LE(comment.length, 32);
  header.writeUInt32LE(at, 42);
  return Buffer.concat([header, name, extra, comment]);
}

function endRecords(count: number, size: number, offset: number, at: number, end: ZipEnd): Buffer {
  const comment = bytesOf(end.comment ?? "");
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  const isUnset = end.zip64 === true && end.bothEnds !== true;
  record.writeUInt16LE(isUnset ? 0xffff : (end.records ?? count) & 0xffff, 8);
  record.writeUInt16LE(isUnset ? 0xffff : (end.records ?? count) & 0xffff, 10);
  record.writeUInt32LE(end.directorySize ?? size, 12);
  record.writeUInt32LE(isUnset ? 0xffffffff : (end.directoryOffset ?? offset), 16);
  record.writeUInt16LE(comment.length, 20);
  if (end.zip64 !== true) return Buffer.concat([record, comment]);
  const record64 = Buffer.alloc(56);
  record64.writeUInt32LE(0x06064b50, 0);
  record64.writeBigUInt64LE(44n, 4);
  record64.writeBigUInt64LE(BigInt(end.records ?? count), 24);
  record64.writeBigUInt64LE(BigInt(end.records ?? count), 32);
  record64.writeBigUInt64LE(BigInt(end.bothEnds === true ? size : (end.directorySize ?? size)), 40);
  record64.writeBigUInt64LE(BigInt(end.directoryOffset ?? offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt.asUintN(64, end.locatorOffset ?? BigInt(at + (end.prefix ?? 0))), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record64, locator, record, comment]);
}
