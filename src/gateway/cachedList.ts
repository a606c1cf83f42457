// `@v/list` on disk says which versions of a module are cached, as in Go's own cache: it is what a client sees that
// uses the folder as GOPROXY=file://…, and what the gateway answers with offline.

import type { DiskBlobs } from "../storage/blobs.ts";
import { canonicalVersion, escapePath, unescapeVersion } from "../gomod/module.ts";
import { isPseudoVersion } from "../gomod/pseudo.ts";
import { compare } from "../gomod/semver.ts";
import { listBody } from "./content.ts";

/** The tagged versions of a module whose `.info` is cached, in semver order. */
export async function cachedVersions(blobs: DiskBlobs, module: string): Promise<readonly string[]> {
  const versions: string[] = [];
  for (const name of await blobs.names(`${escapePath(module)}/@v`)) {
    if (!name.endsWith(".info")) continue;
    const version = parse(name.slice(0, -".info".length));
    if (version !== undefined) versions.push(version);
  }
  return versions.sort(compare);
}

/**
 * Writes the module's list anew from what is in its folder. Several processes may do so at once without a lock: each
 * looks again after its own rename, and the last to rename has then seen every file that was there before it.
 */
export async function writeCachedList(blobs: DiskBlobs, module: string): Promise<void> {
  const key = `${escapePath(module)}/@v/list`;
  for (;;) {
    const body = listBody(await cachedVersions(blobs, module));
    const current = await blobs.read(key);
    if (current === undefined ? body.length === 0 : body.equals(current)) return;
    await blobs.put(key, body);
  }
}

function parse(escaped: string): string | undefined {
  try {
    const version = unescapeVersion(escaped);
    return canonicalVersion(version) === version && !isPseudoVersion(version) ? version : undefined;
  } catch {
    // Not ours: a file that somebody else put into the folder.
    return undefined;
  }
}
