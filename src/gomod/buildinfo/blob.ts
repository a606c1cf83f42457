/**
 * The build information blob that Go's linker leaves in a program's data (debug/buildinfo; cmd/link/internal/ld/data.go,
 * buildinfo). It begins on 16 bytes:
 *
 *     "\xff Go buildinf:"   14 bytes
 *     pointer size          1 byte
 *     flags                 1 byte: 1 for big endian, 2 for strings inline
 *     two pointers          16 bytes, to the Go strings of version and modules; until Go 1.17
 *     two strings           behind these 32 bytes, a varint with the length before each; since Go 1.18
 */
import type { RandomAccess } from "../randomAccess.ts";
import { decodeUtf8 } from "../utf8.ts";
import { type Executable, notGo, readAt, unrecognized } from "./executable.ts";

/** The two strings. */
export interface Blob {
  /** `go1.26.1`, or what a toolchain of one's own says. Never empty. */
  readonly goVersion: string;
  /** Lines as parse.ts reads them; empty for a program that was built without modules. */
  readonly modules: string;
}

const magic = Uint8Array.from("\xff Go buildinf:", (character) => character.charCodeAt(0));
const alignment = 16n;
const headerLength = 32;
const inlineFlag = 2;
const bigEndianFlag = 1;

/** Kubernetes has some 20 kB. */
const maxStringLength = 16 * 1024 * 1024;

const searchChunk = 1024 * 1024;

/** @throws ModuleError `notGo`, `notExecutable`. */
export function readBlob(file: RandomAccess, { segments, data }: Executable): Blob {
  if (data === undefined || data.size === 0n) throw notGo();
  const read = (address: bigint, length: number): Uint8Array => readAt(file, segments, address, length);
  const address = search(read, data.address, data.size);
  const header = read(address, headerLength);
  const flags = header[15];
  if (header.length < headerLength || flags === undefined) throw notGo();
  const { version, modules } =
    (flags & inlineFlag) === 0 ? readPointers(read, header, flags) : readInline(read, address);
  if (version.length === 0) throw notGo();
  return { goVersion: decodeUtf8(version), modules: decodeUtf8(withoutFrame(modules)) };
}

interface Strings {
  readonly version: Uint8Array;
  readonly modules: Uint8Array;
}

const nothing = new Uint8Array();

type Read = (address: bigint, length: number) => Uint8Array;

/** Finds the first blob that is aligned. What the segment has in memory only, and not in the file, is not looked at. */
function search(read: Read, start: bigint, size: bigint): bigint {
  const end = start + size;
  if (end >= 2n ** 64n) throw unrecognized();
  const first = start + ((alignment - (start % alignment)) % alignment);
  for (let at = first; at < end; at += BigInt(searchChunk)) {
    const left = end - at;
    const chunk = read(at, left < BigInt(searchChunk) ? Number(left) : searchChunk);
    if (chunk.length === 0) break;
    const found = indexOfAligned(chunk);
    if (found === undefined) continue;
    if (left - BigInt(found) < BigInt(headerLength)) break;
    return at + BigInt(found);
  }
  throw notGo();
}

function indexOfAligned(chunk: Uint8Array): number | undefined {
  for (let at = 0; at + magic.length <= chunk.length; at += Number(alignment)) {
    if (chunk[at] === magic[0] && magic.every((byte, i) => chunk[at + i] === byte)) return at;
  }
  return undefined;
}

function readInline(read: Read, address: bigint): Strings {
  const version = readCounted(read, address + BigInt(headerLength));
  const modules = readCounted(read, version.end);
  return { version: version.bytes, modules: modules.bytes };
}

/** A varint with a length, and so many bytes. */
function readCounted(read: Read, address: bigint): { bytes: Uint8Array; end: bigint } {
  const head = read(address, 10);
  let length = 0n;
  let digits = 0;
  for (;;) {
    const byte = head[digits];
    if (byte === undefined) throw notGo();
    length |= BigInt(byte & 0x7f) << BigInt(7 * digits);
    digits++;
    if (byte < 0x80) break;
  }
  if (length > BigInt(maxStringLength)) throw notGo();
  const start = address + BigInt(digits);
  const bytes = read(start, Number(length));
  if (BigInt(bytes.length) < length) throw notGo();
  return { bytes, end: start + length };
}

function readPointers(read: Read, header: Uint8Array, flags: number): Strings {
  const pointerSize = header[14];
  if (pointerSize !== 4 && pointerSize !== 8) throw notGo();
  const littleEndian = (flags & bigEndianFlag) === 0;
  const pointer = (bytes: Uint8Array, index: number): bigint => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const at = index * pointerSize;
    return pointerSize === 8 ? view.getBigUint64(at, littleEndian) : BigInt(view.getUint32(at, littleEndian));
  };
  // A string that can't be followed counts as empty, as in Go: a program may have a version and no modules.
  const follow = (address: bigint): Uint8Array => {
    const goString = read(address, 2 * pointerSize);
    if (goString.length < 2 * pointerSize) return nothing;
    const length = pointer(goString, 1);
    if (length > BigInt(maxStringLength)) return nothing;
    const bytes = read(pointer(goString, 0), Number(length));
    return BigInt(bytes.length) < length ? nothing : bytes;
  };
  const pointers = header.subarray(16);
  return { version: follow(pointer(pointers, 0)), modules: follow(pointer(pointers, 1)) };
}

/** The go command sets 16 bytes before and behind the lines, by which programs once found them in memory. */
function withoutFrame(modules: Uint8Array): Uint8Array {
  const isFramed = modules.length >= 33 && modules.at(-17) === 0x0a;
  return isFramed ? modules.subarray(16, -16) : nothing;
}
