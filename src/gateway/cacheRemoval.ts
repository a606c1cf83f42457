// Taking versions out of the cache: one of them, those that nobody has used, or what is too much.

import { rm } from "node:fs/promises";
import type { Database } from "../storage/database.ts";
import type { DiskBlobs } from "../storage/blobs.ts";
import type { Leases } from "../storage/leases.ts";
import { storageError } from "../storage/storageError.ts";
import { type CachedVersion, cachedVersionsOnDisk, useOf, type VersionFile, versionFiles } from "./cacheTree.ts";
import { writeCachedList } from "./cachedList.ts";

export interface CacheStores {
  readonly blobs: DiskBlobs;
  readonly database: Database;
  readonly leases: Leases;
}

/**
 * Removes these files of a version, all of them by default; false if one is being fetched just now, and then nothing is
 * removed. Throws StorageError.
 */
export async function removeVersion(
  { blobs, database, leases }: CacheStores,
  version: Pick<CachedVersion, "module" | "key">,
  kinds: readonly VersionFile[] = versionFiles,
): Promise<boolean> {
  const keys = kinds.filter((kind) => kind !== "ziphash").map((kind) => `${version.key}.${kind}`);
  const held = [];
  try {
    for (const key of keys) {
      const lease = await leases.acquire(key);
      if (lease === undefined) return false;
      held.push(lease);
    }
    for (const kind of versionFiles) {
      if (kinds.includes(kind)) await rm(blobs.pathOf(`${version.key}.${kind}`), { force: true });
    }
    await database.deleteFrom("fills").where("key", "in", keys).execute();
    if (kinds.includes("info")) await writeCachedList(blobs, version.module);
    return true;
  } catch (error) {
    throw storageError(`removing ${version.key}`, error);
  } finally {
    for (const lease of held) await leases.release(lease);
  }
}

export interface PruneLimits {
  /** Versions that nobody has used for longer go. Milliseconds; undefined: none for their age. */
  readonly keepMs: number | undefined;
  /** Then the least recently used go until no more bytes than this are left; undefined: none for their size. */
  readonly maxBytes: number | undefined;
}

export interface Pruning {
  readonly removed: readonly { readonly version: CachedVersion; readonly bytes: number }[];
  readonly kept: { readonly versions: number; readonly bytes: number };
  /** Being fetched just now. */
  readonly busy: number;
}

/** Removes what is old or too much, the least recently used first. `dryRun` only says what would go. */
export async function prune(
  stores: CacheStores,
  { keepMs = Infinity, maxBytes = Infinity }: PruneLimits,
  dryRun: boolean,
  now: number = Date.now(),
): Promise<Pruning> {
  const all = [];
  for await (const version of cachedVersionsOnDisk(stores.blobs)) {
    all.push({ version, ...(await useOf(stores.blobs, version)) });
  }
  all.sort((a, b) => a.usedMs - b.usedMs);
  let left = all.reduce((sum, { bytes }) => sum + bytes, 0);
  let busy = 0;
  const removed = [];
  for (const { version, bytes, usedMs } of all) {
    if (now - usedMs <= keepMs && left <= maxBytes) continue;
    if (!dryRun && !(await removeVersion(stores, version))) {
      busy++;
      continue;
    }
    left -= bytes;
    removed.push({ version, bytes });
  }
  return { removed, kept: { versions: all.length - removed.length, bytes: left }, busy };
}
