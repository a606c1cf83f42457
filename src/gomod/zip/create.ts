/**
 * Writing module zips (golang.org/x/mod/zip, Create): the same files, rules and order, the headers byte for byte as Go's
 * archive/zip writes them. Times and modes are zero, so equal files give equal zips. Only the deflate stream depends on who
 * compresses; the h1 hash does not count it.
 */
import { ModuleError } from "../error.ts";
import type { Chunks, FileTree } from "../fileTree.ts";
import { quote } from "../quote.ts";
import { checkFiles, listFiles, type ModuleFile } from "./files.ts";
import { checkNames, throwFaults } from "./rules.ts";
import {
  dataDescriptor,
  directoryHeader,
  endRecords,
  flagsOf,
  localHeader,
  toBytes,
  type WrittenEntry,
} from "./writeHeaders.ts";

/** What writing a zip needs from outside. */
export interface CreatePorts {
  /** CRC-32 as zip and PNG have it; `previous` is the value so far, 0 or absent at first. */
  crc32(data: Uint8Array, previous?: number): number;
  /** A raw deflate stream of all the pieces. It must take them no faster than its own are taken. */
  deflate(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/**
 * The bytes of the zip of a module version, piece by piece, made from a list of files.
 *
 * @param version Must be canonical, and fit the path.
 * @throws ModuleError `invalidPath` or `invalidVersion` for the names, `invalidModuleZip` if a file is not as it must be; with
 * Go's text. What a file's `open` or `deflate` throws.
 */
export async function* create(
  modulePath: string,
  version: string,
  files: readonly ModuleFile[],
  ports: CreatePorts,
): AsyncGenerator<Uint8Array> {
  const valid = await checkAll(modulePath, version, files);
  const written: WrittenEntry[] = [];
  let offset = 0;
  for (const file of valid) {
    const fullName = `${modulePath}@${version}/${file.path}`;
    const name = toBytes(fullName);
    const headerOffset = offset;
    const flags = flagsOf(fullName);
    const header = localHeader(name, flags);
    yield header;
    const source = new CountedContent(file, ports);
    let compressedSize = 0;
    for await (const chunk of ports.deflate(source.chunks())) {
      compressedSize += chunk.length;
      yield chunk;
    }
    const entry: WrittenEntry = { name, flags, crc32: source.crc32, compressedSize, size: source.size, headerOffset };
    const descriptor = dataDescriptor(entry);
    yield descriptor;
    offset += header.length + compressedSize + descriptor.length;
    written.push(entry);
  }
  let directorySize = 0;
  for (const entry of written) {
    const header = directoryHeader(entry);
    yield header;
    directorySize += header.length;
  }
  yield endRecords(written.length, directorySize, offset);
}

/** As {@link create}, from all that is in a folder. @throws ModuleError as {@link create}; what the tree throws. */
export async function* createFromDir(
  modulePath: string,
  version: string,
  tree: FileTree,
  ports: CreatePorts,
): AsyncGenerator<Uint8Array> {
  const { files } = await listFiles(tree);
  yield* create(modulePath, version, files, ports);
}

async function checkAll(
  modulePath: string,
  version: string,
  files: readonly ModuleFile[],
): Promise<readonly ModuleFile[]> {
  try {
    checkNames(modulePath, version);
    const checked = await checkFiles(files);
    throwFaults(checked);
    return checked.valid;
  } catch (cause) {
    if (!(cause instanceof ModuleError)) throw cause;
    throw new ModuleError(cause.code, `create zip: ${cause.message}`, { cause });
  }
}

/** A file's content on its way to be compressed, counted. */
class CountedContent {
  readonly #file: ModuleFile;
  readonly #ports: CreatePorts;
  size = 0;
  crc32 = 0;

  constructor(file: ModuleFile, ports: CreatePorts) {
    this.#file = file;
    this.#ports = ports;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const content: Chunks = this.#file.open();
    for await (const chunk of content) {
      this.size += chunk.length;
      if (this.size > this.#file.size) {
        throw new ModuleError(
          "invalidModuleZip",
          `create zip: file ${quote(this.#file.path)} is larger than declared size`,
        );
      }
      this.crc32 = this.#ports.crc32(chunk, this.crc32);
      yield chunk;
    }
  }
}
