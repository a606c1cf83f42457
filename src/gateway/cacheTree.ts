// The cache as it lies on disk, one module version after the other. It may have millions of files: nothing here holds more
// than one folder.

import { opendir, stat } from "node:fs/promises";
import { join } from "node:path";
import { unescapePath, unescapeVersion } from "../gomod/module.ts";
import type { DiskBlobs } from "../storage/blobs.ts";
import { errnoOf } from "../storage/storageError.ts";

/** What a version may have, in the order in which it has to go: a zip counts as present while its hash file is there. */
export const versionFiles = ["ziphash", "zip", "mod", "info"] as const;
export type VersionFile = (typeof versionFiles)[number];

export interface CachedVersion {
  readonly module: string;
  readonly version: string;
  /** The key of each file, without its extension: `<escaped path>/@v/<escaped version>`. */
  readonly key: string;
  readonly files: ReadonlySet<VersionFile>;
}

export interface VersionUse {
  /** All files of the version. */
  readonly bytes: number;
  /** When one of them was last read or written, milliseconds since 1970, as exactly as the file system keeps it. */
  readonly usedMs: number;
}

/** Every version in the cache, folder by folder. Files of other names are passed over. Throws StorageError's causes. */
export async function* cachedVersionsOnDisk(blobs: DiskBlobs): AsyncGenerator<CachedVersion> {
  yield* walk(blobs.root, "");
}

async function* walk(root: string, folder: string): AsyncGenerator<CachedVersion> {
  const folders: string[] = [];
  const versions = new Map<string, Set<VersionFile>>();
  const isVersions = folder.endsWith("/@v");
  for (const { name, isDirectory } of await namesIn(join(root, folder))) {
    if (isDirectory) folders.push(folder === "" ? name : `${folder}/${name}`);
    if (isDirectory || !isVersions) continue;
    const dot = name.lastIndexOf(".");
    const kind = versionFiles.find((each) => each === name.slice(dot + 1));
    if (kind === undefined) continue;
    const version = name.slice(0, dot);
    const files = versions.get(version) ?? new Set();
    versions.set(version, files.add(kind));
  }
  for (const [escaped, files] of [...versions].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const named = nameOf(folder, escaped);
    if (named !== undefined) yield { ...named, key: `${folder}/${escaped}`, files };
  }
  for (const each of folders.toSorted()) yield* walk(root, each);
}

async function namesIn(path: string): Promise<{ name: string; isDirectory: boolean }[]> {
  try {
    const names = [];
    for await (const entry of await opendir(path)) names.push({ name: entry.name, isDirectory: entry.isDirectory() });
    return names;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** undefined for what somebody else put into the folder. */
function nameOf(folder: string, escaped: string): { module: string; version: string } | undefined {
  try {
    return { module: unescapePath(folder.slice(0, -"/@v".length)), version: unescapeVersion(escaped) };
  } catch {
    return undefined;
  }
}

export async function useOf(blobs: DiskBlobs, { key, files }: CachedVersion): Promise<VersionUse> {
  let bytes = 0;
  let usedMs = 0;
  for (const kind of files) {
    const file = await stat(blobs.pathOf(`${key}.${kind}`)).catch(() => undefined);
    if (file === undefined) continue;
    bytes += file.size;
    usedMs = Math.max(usedMs, file.atimeMs, file.mtimeMs);
  }
  return { bytes, usedMs };
}
