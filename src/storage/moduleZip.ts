// Module zips on disk, checked and hashed by the rules of gomod. Reading and inflating small entries block: this belongs
// into a thread whose event loop nobody waits for.

import { createHash, hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import { hashZip, readDirectory, readEntry, type ZipPorts, type ZipReader } from "../gomod/zip.ts";

/**
 * Checks that the file at `path` is a well-formed zip of that module version, contents and checksums included, and
 * gives its `h1:` hash. Throws ModuleError that says what is wrong with the zip, or a system error.
 */
export async function hashModuleZip(path: string, module: string, version: string): Promise<string> {
  const fd = openSync(path, "r");
  try {
    return await hashZip(readerOf(fd), module, version, ports);
  } finally {
    closeSync(fd);
  }
}

/** The go.mod of a zip that was checked; undefined where it has none. */
export function goModOfZip(path: string, module: string, version: string): Uint8Array | undefined {
  const fd = openSync(path, "r");
  try {
    const reader = readerOf(fd);
    const entry = readDirectory(reader).entries.find(({ name }) => name === `${module}@${version}/go.mod`);
    return entry === undefined ? undefined : readEntry(reader, entry, ports);
  } finally {
    closeSync(fd);
  }
}

/** The names of a zip's files, without their prefix, and the content of those that are asked for. */
export interface OpenedModuleZip extends Disposable {
  readonly names: ReadonlySet<string>;
  /** @throws ModuleError `badZip`, `suspectZip` */
  readonly read: (name: string) => Uint8Array;
}

/** A zip that somebody else has checked. @throws ModuleError `badZip`, or a system error. */
export function openModuleZip(path: string, module: string, version: string): OpenedModuleZip {
  const fd = openSync(path, "r");
  try {
    const reader = readerOf(fd);
    const prefix = `${module}@${version}/`;
    const entries = new Map(
      readDirectory(reader)
        .entries.filter(({ name }) => name.startsWith(prefix))
        .map((entry) => [entry.name.slice(prefix.length), entry] as const),
    );
    return {
      names: new Set(entries.keys()),
      read(name) {
        const entry = entries.get(name);
        if (entry === undefined) throw new Error(`the zip has no ${name}`);
        return readEntry(reader, entry, ports);
      },
      [Symbol.dispose]: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function readerOf(fd: number): ZipReader {
  return {
    size: fstatSync(fd).size,
    read(offset, length) {
      const buffer = Buffer.allocUnsafe(length);
      return buffer.subarray(0, readSync(fd, buffer, 0, length, offset));
    },
  };
}

const ports: ZipPorts = {
  crc32,
  sha256: (data) => hash("sha256", data, "hex"),
  createSha256() {
    const sha256 = createHash("sha256");
    return { update: (chunk) => void sha256.update(chunk), digest: () => sha256.digest("hex") };
  },
  inflate: (data, limit) => inflateRawSync(data, { chunkSize: Math.max(limit, 64), maxOutputLength: limit }),
  // Errors reach whoever takes the chunks; the callback only keeps them from being thrown at nobody.
  inflateChunks: (chunks) =>
    pipeline(Readable.from(chunks, { highWaterMark: 1 }), createInflateRaw({ chunkSize: 256 * 1024 }), () => undefined),
};
