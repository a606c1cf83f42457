/**
 * The central directory of a zip file: what is in it and where (PKWARE's APPNOTE.TXT, 4.3). Written after Go's archive/zip,
 * because what matters is that this room sees the very files that the go command will see, in odd archives too: an archive
 * that two readers read differently carries two modules under one checksum.
 *
 * All of it is chosen by whoever made the zip. No number is used as an offset, a length or a count without a check against
 * the file's size, and what is kept is bounded by `maxDirectoryBytes` and `maxEntries`.
 */
import { ModuleError } from "../error.ts";
import type { Window } from "../randomAccess.ts";
import { decodeUtf8 } from "../utf8.ts";
import { findDirectory } from "./directoryEnd.ts";
import type { ZipReader } from "./ports.ts";
import { zipWindow } from "./window.ts";

/** A file or folder, as the central directory describes it. Nothing here has been compared with the file itself yet. */
export interface ZipEntry {
  /** Folders end in a slash. Bytes that are no UTF-8 are lone surrogates (see utf8.ts). */
  readonly name: string;
  /** 0 is stored, 8 is deflated. */
  readonly method: number;
  readonly crc32: number;
  /** In bytes. */
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  /** Where the local header is, from the beginning of the file. May lie outside of it. */
  readonly headerOffset: number;
  /** The local header was written before the sizes were known; the CRC stands behind the data once more. */
  readonly hasDataDescriptor: boolean;
}

/** What a directory holds, and where it begins. */
export interface ZipDirectory {
  readonly entries: readonly ZipEntry[];
  readonly offset: number;
}

/** The largest module zips known have some 60,000 files and 10 MB of directory. */
const maxEntries = 250_000;
const maxDirectoryBytes = 64 * 1024 * 1024;

const headerLength = 46;
const headerSignature = 0x02014b50;

/**
 * Reads the directory (archive/zip, NewReader).
 *
 * @throws ModuleError `badZip` with the text of Go's archive/zip, `zip: not a valid zip file`; `suspectZip` above the limits.
 */
export function readDirectory(reader: ZipReader): ZipDirectory {
  const window = zipWindow(reader);
  const { offset, baseOffset, records } = findDirectory(window, (at) => isHeader(window, at));
  const entries: ZipEntry[] = [];
  let at = offset;
  for (;;) {
    const header = readHeader(window, at, baseOffset);
    if (header === "end") throw new ModuleError("badZip", "EOF");
    if (typeof header === "string") {
      // The count has 16 bits in old archives, so Go reads until it finds no header, and compares 16 bits only.
      if ((entries.length & 0xffff) !== (records & 0xffff)) throw new ModuleError("badZip", header);
      return { entries, offset };
    }
    entries.push(header.entry);
    at = header.end;
    if (entries.length > maxEntries) throw new ModuleError("suspectZip", `zip holds more than ${maxEntries} files`);
    if (at - offset > maxDirectoryBytes) {
      throw new ModuleError("suspectZip", `directory of zip is larger than ${maxDirectoryBytes} bytes`);
    }
  }
}

/** Reports whether there is a whole directory header at `offset`. */
function isHeader(window: Window, offset: number): boolean {
  return typeof readHeader(window, offset, 0) !== "string";
}

/** One header, or Go's words for why there is none; `end` is exactly the end of the file. */
function readHeader(
  window: Window,
  at: number,
  baseOffset: number,
): { entry: ZipEntry; end: number } | "end" | "unexpected EOF" | "zip: not a valid zip file" {
  const notAZip = "zip: not a valid zip file";
  if (at >= window.size) return "end";
  if (at + headerLength > window.size) return "unexpected EOF";
  const view = window.view(at, headerLength);
  if (view.getUint32(0, true) !== headerSignature) return notAZip;
  const nameLength = view.getUint16(28, true);
  const extraLength = view.getUint16(30, true);
  const rest = nameLength + extraLength + view.getUint16(32, true);
  const nameAt = at + headerLength;
  if (rest > 0 && nameAt === window.size) return "end";
  if (nameAt + rest > window.size) return "unexpected EOF";
  const name = decodeUtf8(window.bytes(nameAt, nameLength));
  const sizes = readSizes(view, window.view(nameAt + nameLength, extraLength));
  if (sizes === undefined) return notAZip;
  const entry: ZipEntry = {
    name,
    method: view.getUint16(10, true),
    crc32: view.getUint32(16, true),
    compressedSize: sizes.compressed,
    uncompressedSize: sizes.uncompressed,
    headerOffset: sizes.offset + baseOffset,
    hasDataDescriptor: (view.getUint16(8, true) & 0x8) !== 0,
  };
  return { entry, end: nameAt + rest };
}

const unset = 0xffffffff;
const zip64Tag = 1;

/** The three numbers that zip64 moves to the extra field when 32 bits don't hold them. */
function readSizes(
  header: DataView,
  extra: DataView,
): { compressed: number; uncompressed: number; offset: number } | undefined {
  let uncompressed: number | undefined = known(header.getUint32(24, true));
  let compressed: number | undefined = known(header.getUint32(20, true));
  let offset: number | undefined = known(header.getUint32(42, true));
  for (let at = 0; extra.byteLength - at >= 4;) {
    const tag = extra.getUint16(at, true);
    const start = at + 4;
    const end = start + extra.getUint16(at + 2, true);
    if (end > extra.byteLength) break;
    at = end;
    if (tag !== zip64Tag) continue;
    const next = readNumbers(extra, start, end);
    uncompressed ??= next();
    compressed ??= next();
    offset ??= next();
    if (uncompressed === undefined || compressed === undefined || offset === undefined) return undefined;
  }
  if (compressed === undefined || offset === undefined) return undefined;
  // 2³²-1 bytes may be the very size in an old archive (Go reads it so, for 42.zip).
  return { compressed, offset, uncompressed: uncompressed ?? unset };
}

function known(value: number): number | undefined {
  return value === unset ? undefined : value;
}

/** Takes 64-bit numbers one after the other while there are any. They are signed, as in Go: 2⁶³ and up is negative. */
function readNumbers(extra: DataView, start: number, end: number): () => number | undefined {
  let at = start;
  return () => {
    if (end - at < 8) return undefined;
    at += 8;
    return Number(extra.getBigInt64(at - 8, true));
  };
}
