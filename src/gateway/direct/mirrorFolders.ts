// The mirrors of git repositories as they lie below the data folder: how large each is, when it was last used, and the removal
// of one that nobody works with.

import type { Dirent } from "node:fs";
import { readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Leases } from "../../storage/leases.ts";
import { storageError } from "../../storage/storageError.ts";

/** A file that every mirror has; its time is when the mirror was last used. */
const stamp = "fairlead-url";
/** The stamp is set anew no sooner. */
const stampEveryMs = 60_000;
/** Longer than any single command of git may take, and so than anybody works with a mirror after it was stamped. */
const settledMs = 2 * 3_600_000;
const goneName = /\.gone$/;

export interface MirrorFolder {
  /** The repository's address. */
  readonly repository: string;
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970, to a minute. */
  readonly usedMs: number;
}

/** Every mirror; what an interrupted removal left is removed on the way. */
export async function* mirrorFolders(folder: string): AsyncGenerator<MirrorFolder> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (goneName.test(name)) {
      await rm(path, { recursive: true, force: true });
      continue;
    }
    const repository = await readFile(join(path, stamp), "utf8").catch(() => undefined);
    const used = await stat(join(path, stamp)).catch(() => undefined);
    if (repository === undefined || used === undefined) continue;
    yield { repository: repository.trim(), path, bytes: await bytesBelow(path), usedMs: used.mtimeMs };
  }
}

/** Notes that a mirror is in use; `lastMs` is when that was noted before. Resolves to when it is noted now. */
export async function stampUse(path: string, lastMs: number, now: number = Date.now()): Promise<number> {
  if (now - lastMs < stampEveryMs) return lastMs;
  await utimes(join(path, stamp), now / 1000, now / 1000).catch(() => undefined);
  return now;
}

/** The lease that whoever changes a mirror holds. */
export function mirrorLease(path: string): string {
  return `git:${path}`;
}

/** Removes a mirror; false if somebody works with it. The next question makes it anew. Throws StorageError. */
export async function removeMirror(leases: Leases, { path }: MirrorFolder, now: number = Date.now()): Promise<boolean> {
  const lease = await leases.acquire(mirrorLease(path));
  if (lease === undefined) return false;
  try {
    // Reading needs no lease: who has begun to has stamped it.
    const used = await stat(join(path, stamp));
    if (now - used.mtimeMs < settledMs) return false;
    // In one step, so that nobody finds half a repository.
    await rename(path, `${path}.gone`);
    await rm(`${path}.gone`, { recursive: true, force: true });
    return true;
  } catch (error) {
    throw storageError(`removing the mirror ${path}`, error);
  } finally {
    await leases.release(lease);
  }
}

async function bytesBelow(path: string): Promise<number> {
  const entries: Dirent[] = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
