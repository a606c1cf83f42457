/**
 * The data of a zip's files, read one after the other in the order in which they lie in the archive, so that the disk is
 * read once from front to back.
 *
 * A small file is inflated at once, a big one in pieces; no more is ever inflated than the directory declared, and what
 * comes out must have the declared size and CRC. Beyond what Go checks, each local header must name the file that the
 * directory names, and no two entries may share a byte: a zip in which they do is read differently by different programs,
 * or is a bomb (https://www.bamsoftware.com/hacks/zipbomb/). Go's own zips never do.
 */
import { ModuleError } from "../error.ts";
import { quote } from "../quote.ts";
import type { Window } from "../randomAccess.ts";
import { decodeUtf8 } from "../utf8.ts";
import type { ZipDirectory, ZipEntry } from "./directory.ts";
import type { ZipPorts, ZipReader } from "./ports.ts";
import { zipWindow } from "./window.ts";

/** Files up to this are inflated at once: the memory of one call, and the longest that nobody else gets to work. */
const smallFile = 1024 * 1024;
const chunkSize = 256 * 1024;

const localHeaderLength = 30;
const localHeaderSignature = 0x04034b50;
const dataDescriptorSignature = 0x08074b50;
const stored = 0;
const deflated = 8;

/** The data of an entry, found and not read yet. */
export interface EntryContent {
  readonly entry: ZipEntry;
  /** It may be read whole; a folder counts as an empty file. */
  readonly isSmall: boolean;
  /** All of it. @throws ModuleError `badZip` where Go's archive/zip would fail, `suspectZip` where it might not. */
  whole(): Uint8Array;
  /** The same in pieces. What has been given is of use only once the end is reached, where size and CRC are checked. */
  chunks(): AsyncGenerator<Uint8Array>;
}

/**
 * The data of all entries, in the order in which they lie in the archive.
 *
 * @throws ModuleError `badZip`, `suspectZip` on the way.
 */
export function* contents(
  reader: ZipReader,
  directory: ZipDirectory,
  ports: Pick<ZipPorts, "crc32" | "inflate" | "inflateChunks">,
): Generator<EntryContent> {
  refuseTwins(directory.entries);
  const window = zipWindow(reader);
  let end = 0;
  for (const entry of directory.entries.toSorted((a, b) => a.headerOffset - b.headerOffset)) {
    const data = locate(window, entry);
    if (entry.headerOffset < end) throw suspect(entry, "shares bytes with another entry");
    end = data.offset + data.length;
    if (end > directory.offset) throw suspect(entry, "shares bytes with the directory");
    yield {
      entry,
      isSmall: readsAsFolder(entry) || (entry.compressedSize <= smallFile && entry.uncompressedSize <= smallFile),
      whole: () => readWhole(window, entry, data, ports),
      chunks: () => readChunks(reader, window, entry, data, ports),
    };
  }
}

/** Two files of one name don't get as far as this. Of two folders, Go reads the last one twice. */
function refuseTwins(entries: readonly ZipEntry[]): void {
  const names = new Set<string>();
  for (const entry of entries) {
    if (names.has(entry.name)) throw suspect(entry, "is there twice");
    if (readsAsFolder(entry)) names.add(entry.name);
  }
}

/**
 * The content of one file that {@link checkZip} passed, all at once; for go.mod and the like (archive/zip, File.Open).
 *
 * @throws ModuleError as {@link contents}.
 */
export function readEntry(reader: ZipReader, entry: ZipEntry, ports: Pick<ZipPorts, "crc32" | "inflate">): Uint8Array {
  const window = zipWindow(reader);
  return readWhole(window, entry, locate(window, entry), ports);
}

/** A stretch of the file. */
interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Finds the data behind the local header. */
function locate(window: Window, entry: ZipEntry): Span {
  const header = window.view(entry.headerOffset, localHeaderLength);
  if (header.getUint32(0, true) !== localHeaderSignature) throw new ModuleError("badZip", "zip: not a valid zip file");
  const nameLength = header.getUint16(26, true);
  const offset = entry.headerOffset + localHeaderLength + nameLength + header.getUint16(28, true);
  const name = decodeUtf8(window.bytes(entry.headerOffset + localHeaderLength, nameLength));
  if (!readsAsFolder(entry) && entry.method !== stored && entry.method !== deflated) {
    throw bad(entry, "zip: unsupported compression algorithm");
  }
  if (name !== entry.name) throw suspect(entry, `has another name in its own header, ${quote(name)}`);
  const length = entry.compressedSize;
  if (length < 0 || offset + length > window.size) throw suspect(entry, "ends behind the end of the zip");
  return { offset, length };
}

/** Whatever its method, size and CRC say. */
function readsAsFolder(entry: ZipEntry): boolean {
  return entry.name.endsWith("/");
}

function suspect(entry: ZipEntry, fault: string): ModuleError {
  return new ModuleError("suspectZip", `zip entry ${quote(entry.name)} ${fault}`);
}

function bad(entry: ZipEntry, fault: string, cause?: unknown): ModuleError {
  return new ModuleError("badZip", `${quote(entry.name)}: ${fault}`, { cause });
}

function readWhole(
  window: Window,
  entry: ZipEntry,
  data: Span,
  ports: Pick<ZipPorts, "crc32" | "inflate">,
): Uint8Array {
  if (readsAsFolder(entry)) {
    // Some write folders with a few bytes of deflated nothing.
    if (entry.uncompressedSize !== 0) throw suspect(entry, "is a folder with content");
    return new Uint8Array();
  }
  const compressed = window.bytes(data.offset, data.length);
  const content = entry.method === stored ? compressed : inflateWhole(entry, compressed, ports);
  checkSize(entry, content.length);
  checkCrc(window, entry, data, ports.crc32(content));
  return content;
}

function inflateWhole(entry: ZipEntry, data: Uint8Array, ports: Pick<ZipPorts, "inflate">): Uint8Array {
  try {
    // One byte more, so that a stream which gives too much shows.
    return ports.inflate(data, entry.uncompressedSize + 1);
  } catch (cause) {
    throw bad(entry, "its compressed data is damaged or larger than declared", cause);
  }
}

async function* readChunks(
  reader: ZipReader,
  window: Window,
  entry: ZipEntry,
  data: Span,
  ports: Pick<ZipPorts, "crc32" | "inflateChunks">,
): AsyncGenerator<Uint8Array> {
  const source = new ChunkSource(reader, data);
  let crc32 = 0;
  let size = 0;
  try {
    for await (const chunk of entry.method === stored ? source.chunks() : ports.inflateChunks(source.chunks())) {
      size += chunk.length;
      if (size > entry.uncompressedSize) break;
      crc32 = ports.crc32(chunk, crc32);
      yield chunk;
    }
  } catch (cause) {
    // A disk that fails is no fault of the zip's, and must not be taken for one.
    if (source.failure !== undefined) throw source.failure.error;
    throw bad(entry, "its compressed data is damaged", cause);
  }
  checkSize(entry, size);
  checkCrc(window, entry, data, crc32);
}

/** Reads a stretch of the file in pieces, and remembers if that failed, as the error may come back wrapped. */
class ChunkSource {
  readonly #reader: ZipReader;
  readonly #span: Span;
  failure: { readonly error: unknown } | undefined;

  constructor(reader: ZipReader, span: Span) {
    this.#reader = reader;
    this.#span = span;
  }

  *chunks(): Generator<Uint8Array> {
    const { offset, length } = this.#span;
    for (let at = 0; at < length; at += chunkSize) yield this.#read(offset + at, Math.min(chunkSize, length - at));
  }

  #read(offset: number, length: number): Uint8Array {
    try {
      return this.#reader.read(offset, length);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}

function checkSize(entry: ZipEntry, size: number): void {
  if (size > entry.uncompressedSize) throw bad(entry, "zip: not a valid zip file");
  if (size < entry.uncompressedSize) throw bad(entry, "unexpected EOF");
}

/**
 * The CRC of the directory holds. A data descriptor must repeat it; without one, 0 stands for "not set", as in Go: whoever
 * relies on the content compares its h1, not its CRC.
 */
function checkCrc(window: Window, entry: ZipEntry, data: Span, crc32: number): void {
  if (entry.hasDataDescriptor) {
    const at = data.offset + data.length;
    const hasSignature = window.view(at, 4).getUint32(0, true) === dataDescriptorSignature;
    const descriptor = window.view(hasSignature ? at + 4 : at, 12);
    if (descriptor.getUint32(0, true) !== entry.crc32) throw bad(entry, "zip: checksum error");
  } else if (entry.crc32 === 0) {
    return;
  }
  if (crc32 !== entry.crc32) throw bad(entry, "zip: checksum error");
}
