// Bytes on disk, in the layout of Go's own `cache/download`, so that the folder serves as `GOPROXY=file://…` with no
// server at all.
//
// A file is written under parts/ on the same file system, synced, and renamed to its name. So a name either does not
// exist or names whole bytes, whatever instant the process or the machine dies at. The folder is not synced: a power cut
// may forget the newest names, and what is forgotten is fetched again.
//
// Keys are relative paths with forward slashes that the caller has already checked: they come from module paths and
// versions after `checkPath` and escaping, never from a request as it was sent.

import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { errnoOf, StorageError, storageError } from "./storageError.ts";

/** An open blob. The caller closes the handle. */
export interface OpenBlob {
  readonly handle: FileHandle;
  /** Bytes. */
  readonly size: number;
  /** Modification time, milliseconds since 1970. */
  readonly mtimeMs: number;
}

export class DiskBlobs {
  /** The folder that holds the blobs. */
  readonly root: string;
  readonly #parts: string;

  /** `root` and `parts` are absolute folders on one file system. */
  constructor(root: string, parts: string) {
    this.root = resolve(root);
    this.#parts = resolve(parts);
  }

  /** Makes both folders. */
  async prepare(): Promise<void> {
    try {
      await mkdir(this.root, { recursive: true });
      await mkdir(this.#parts, { recursive: true });
    } catch (error) {
      throw storageError(`making the data folder ${dirname(this.root)}`, error);
    }
  }

  /** The path of a blob. Refuses a key that would leave the folder: a bug elsewhere must not become a hole here. */
  pathOf(key: string): string {
    const path = join(this.root, key);
    if (!path.startsWith(this.root + sep) || key.includes("\0")) {
      throw new StorageError("io", `blob key ${JSON.stringify(key)} leaves the data folder`);
    }
    return path;
  }

  /** A fresh path for bytes that are still arriving. */
  partPath(name: string): string {
    return join(this.#parts, name);
  }

  /** The whole blob, or undefined if there is none. */
  async read(key: string): Promise<Buffer | undefined> {
    if (!this.has(key)) return undefined;
    try {
      return await readFile(this.pathOf(key));
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw storageError(`reading ${key}`, error);
    }
  }

  /** Opens a blob for reading at any offset, or undefined if there is none. */
  async open(key: string): Promise<OpenBlob | undefined> {
    try {
      const handle = await open(this.pathOf(key), "r");
      const { size, mtimeMs } = await handle.stat();
      return { handle, size, mtimeMs };
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw storageError(`opening ${key}`, error);
    }
  }

  /**
   * True if the blob exists. Synchronous: a miss asks for several names that are not there, and each such look costs ten
   * times as much through the thread pool and an exception.
   */
  has(key: string): boolean {
    return existsSync(this.pathOf(key));
  }

  /** Stores bytes under a key: beside, synced, renamed. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    const part = this.partPath(randomUUID());
    try {
      const handle = await open(part, "wx");
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await this.#moveInto(part, key);
    } catch (error) {
      await rm(part, { force: true });
      throw storageError(`storing ${key}`, error);
    }
  }

  /** Gives a part file, already written and synced, its name. */
  async adopt(part: string, key: string): Promise<void> {
    try {
      await this.#moveInto(part, key);
    } catch (error) {
      throw storageError(`storing ${key}`, error);
    }
  }

  /** The names in the folder `key`, or none if it does not exist. */
  async names(key: string): Promise<readonly string[]> {
    try {
      return await readdir(this.pathOf(key));
    } catch (error) {
      if (isAbsence(error)) return [];
      throw storageError(`listing ${key}`, error);
    }
  }

  /** The part files on disk; a crash leaves some behind. */
  async parts(): Promise<readonly { name: string; modifiedMs: number }[]> {
    try {
      const names = await readdir(this.#parts);
      const stats = await Promise.all(names.map((name) => stat(this.partPath(name)).catch(() => undefined)));
      return names.flatMap((name, i) => {
        const file = stats[i];
        return file === undefined ? [] : [{ name, modifiedMs: file.mtimeMs }];
      });
    } catch (error) {
      if (isAbsence(error)) return [];
      throw storageError("listing the part files", error);
    }
  }

  async #moveInto(part: string, key: string): Promise<void> {
    const path = this.pathOf(key);
    try {
      await rename(part, path);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      // The module's first file.
      await mkdir(dirname(path), { recursive: true });
      await rename(part, path);
    }
  }
}

/** ENOTDIR: a longer key whose parent is a file. For a reader that is absence too. */
function isAbsence(error: unknown): boolean {
  const code = errnoOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}
