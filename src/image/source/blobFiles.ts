// Files by name, in a folder or inside of a tar archive: what an OCI layout and a `docker save` archive have in common.

import { createReadStream } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { join, normalize } from "node:path";
import { Budget } from "../budget.ts";
import { ImageError } from "../imageError.ts";
import { TarReader } from "../tar/tarReader.ts";

export interface BlobFiles {
  readonly name: string;
  /** Bytes of the file; undefined where there is none. */
  size(path: string): Promise<number | undefined>;
  /** The whole file. Throws ImageError `not-found`, `too-large`. */
  read(path: string): Promise<Buffer>;
  /** The file as a stream. Throws ImageError `not-found`. */
  open(path: string): AsyncIterable<Buffer>;
}

/** Manifests and configurations are smaller. */
const readLimit = 16 << 20;
const chunkSize = 1 << 20;
/** Of a file's place in an archive, in bytes of memory. */
const placeCost = 200;

/** The files below a folder. */
export function folderFiles(folder: string): BlobFiles {
  const place = (path: string): string => join(folder, within(path));
  const size = async (path: string): Promise<number | undefined> => {
    const found = await stat(place(path)).catch(() => undefined);
    return found?.isFile() === true ? found.size : undefined;
  };
  return {
    name: folder,
    size,
    async read(path) {
      const bytes = await size(path);
      if (bytes === undefined) throw missing(folder, path);
      if (bytes > readLimit) throw tooLarge(folder, path);
      return readFile(place(path));
    },
    async *open(path) {
      if ((await size(path)) === undefined) throw missing(folder, path);
      yield* chunksOf(createReadStream(place(path), { highWaterMark: chunkSize }));
    },
  };
}

/**
 * The files in an unpacked tar archive, which is read once for their places. Throws ImageError `bad-archive`.
 */
export async function archiveFiles(file: string, shownName: string = file): Promise<BlobFiles> {
  const places = await index(file);
  const placeOf = (path: string): Place => {
    let place = places.get(within(path));
    // `docker save` of old engines has one layer's file linked to another's.
    for (let hop = 0; typeof place === "string" && hop < 8; hop++) place = places.get(place);
    if (place === undefined || typeof place === "string") throw missing(shownName, path);
    return place;
  };
  return {
    name: shownName,
    size: async (path) => {
      try {
        return placeOf(path).size;
      } catch {
        return undefined;
      }
    },
    async read(path) {
      const { start, size } = placeOf(path);
      if (size > readLimit) throw tooLarge(shownName, path);
      const handle = await open(file);
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, start);
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
    open: (path) => {
      const { start, size } = placeOf(path);
      if (size === 0) return empty();
      return createReadStream(file, { start, end: start + size - 1, highWaterMark: chunkSize });
    },
  };
}

interface Place {
  readonly start: number;
  readonly size: number;
}

/** Where each file's content begins; for a link, whose content it has. Headers alone are read: contents are jumped over. */
async function index(file: string): Promise<ReadonlyMap<string, Place | string>> {
  const places = new Map<string, Place | string>();
  const handle = await open(file);
  try {
    const { size: total } = await handle.stat();
    const block = Buffer.alloc(512);
    const budget = new Budget();
    let at = 0;
    const reader = new TarReader((entry) => {
      const path = entry.path.replace(/^(\.\/)+/, "");
      budget.spend(placeCost + path.length + entry.link.length);
      if (entry.type === "file" && !entry.isSparse) places.set(path, { start: at, size: entry.size });
      else if (entry.type === "hardlink") places.set(path, entry.link.replace(/^(\.\/)+/, ""));
      else if (entry.type === "symlink") places.set(path, normalize(join(path, "..", entry.link)));
      return undefined;
    });
    while (at < total) {
      const { bytesRead } = await handle.read(block, 0, block.length, at);
      at += bytesRead;
      reader.push(block.subarray(0, bytesRead));
      if (bytesRead < block.length) break;
      at += reader.skip();
      if (at > total) throw new ImageError("bad-archive", `${file} ends too early: it was cut off`);
    }
    reader.end();
  } finally {
    await handle.close();
  }
  return places;
}

/** A path from a manifest is the image maker's: it must stay inside. Throws ImageError `bad-image`. */
function within(path: string): string {
  const clean = normalize(path);
  if (clean.startsWith("/") || clean === ".." || clean.startsWith("../") || clean.includes("\0"))
    throw new ImageError(
      "bad-image",
      `the image names a file outside of itself: ${JSON.stringify(path.slice(0, 200))}`,
    );
  return clean;
}

function missing(name: string, path: string): ImageError {
  return new ImageError("not-found", `${name} has no file ${path}: it is incomplete, or no image`);
}

function tooLarge(name: string, path: string): ImageError {
  return new ImageError("too-large", `${name}: ${path} has more than ${readLimit >> 20} MiB, which no manifest has`);
}

async function* empty(): AsyncGenerator<Buffer> {}

async function* chunksOf(stream: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk;
}
