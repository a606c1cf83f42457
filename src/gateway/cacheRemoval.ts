// Taking things out of the cache: one version, what nobody has used, or what is too much of versions and mirrors together.

import { rm } from "node:fs/promises";
import type { Database } from "../storage/database.ts";
import type { DiskBlobs } from "../storage/blobs.ts";
import type { Leases } from "../storage/leases.ts";
import { storageError } from "../storage/storageError.ts";
import { type CachedVersion, cachedVersionsOnDisk, useOf, type VersionFile, versionFiles } from "./cacheTree.ts";
import { writeCachedList } from "./cachedList.ts";
import { readHits } from "./hitCounts.ts";
import { mirrorFolders, removeMirror } from "./direct/mirrorFolders.ts";

export interface CacheStores {
  readonly blobs: DiskBlobs;
  readonly database: Database;
  readonly leases: Leases;
  /** The folder of the mirrors of git repositories. */
  readonly mirrors: string;
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
    await database.deleteFrom("hits").where("key", "in", keys).execute();
    if (kinds.includes("info")) await writeCachedList(blobs, version.module);
    return true;
  } catch (error) {
    throw storageError(`removing ${version.key}`, error);
  } finally {
    for (const lease of held) await leases.release(lease);
  }
}

export interface PruneLimits {
  /** What nobody has used for longer goes. Milliseconds; undefined: nothing for its age. */
  readonly keepMs: number | undefined;
  /** Then the least recently used go until no more bytes than this are left; undefined: nothing for its size. */
  readonly maxBytes: number | undefined;
}

export interface Pruning {
  readonly removed: readonly Removed[];
  readonly kept: { readonly versions: number; readonly mirrors: number; readonly bytes: number };
  /** Being fetched or worked with just now. */
  readonly busy: number;
}

export type Removed = ({ readonly module: string; readonly version: string } | { readonly repository: string }) & {
  readonly bytes: number;
};

interface Prunable {
  readonly what: Removed;
  readonly usedMs: number;
  /** False if it is in use. */
  readonly remove: () => Promise<boolean>;
}

/** Removes what is old or too much, the least recently used first. `dryRun` only says what would go. */
export async function prune(
  stores: CacheStores,
  { keepMs = Infinity, maxBytes = Infinity }: PruneLimits,
  dryRun: boolean,
  now: number = Date.now(),
): Promise<Pruning> {
  const all: Prunable[] = [];
  for await (const each of prunables(stores)) all.push(each);
  all.sort((a, b) => a.usedMs - b.usedMs);
  let left = all.reduce((sum, { what: { bytes } }) => sum + bytes, 0);
  let busy = 0;
  const removed: Removed[] = [];
  const kept = { versions: 0, mirrors: 0 };
  for (const { what, usedMs, remove } of all) {
    const goes = now - usedMs > keepMs || left > maxBytes;
    if (goes && (dryRun || (await remove()))) {
      left -= what.bytes;
      removed.push(what);
      continue;
    }
    if (goes) busy++;
    kept["repository" in what ? "mirrors" : "versions"]++;
  }
  return { removed, kept: { ...kept, bytes: left }, busy };
}

async function* prunables(stores: CacheStores): AsyncGenerator<Prunable> {
  const hits = await readHits(stores.database);
  for await (const version of cachedVersionsOnDisk(stores.blobs)) {
    const { bytes, usedMs: onDiskMs } = await useOf(stores.blobs, version);
    // What is served from memory reads no file.
    const servedMs = versionFiles.map((kind) => hits.get(`${version.key}.${kind}`)?.last ?? 0);
    const usedMs = Math.max(onDiskMs, ...servedMs);
    const what = { module: version.module, version: version.version, bytes };
    yield { what, usedMs, remove: () => removeVersion(stores, version) };
  }
  for await (const mirror of mirrorFolders(stores.mirrors)) {
    const { repository, bytes, usedMs } = mirror;
    yield { what: { repository, bytes }, usedMs, remove: () => removeMirror(stores.leases, mirror) };
  }
}

/** As people call it. */
export function nameOfRemoved(what: Removed): string {
  return "repository" in what ? `the mirror of ${what.repository}` : `${what.module}@${what.version}`;
}
