// Tags that lead to another commit than when their version was fetched: by what the module cache remembers of it.

import { runGit } from "./gitCommand.ts";
import type { GitRefs } from "./gitRefs.ts";
import type { GoModule } from "./goModules.ts";
import type { ModuleCache } from "./moduleCache.ts";

export interface MovedTag {
  readonly dir: string;
  readonly version: string;
  /** `v1.2.3`, `sdk/v1.2.3`. */
  readonly tag: string;
  /** The commit that the version was made of. */
  readonly was: string;
  readonly now: string;
}

/** Each asks git once, where its tag is not packed. */
const mostVersions = 50;

export async function movedTags(
  folder: string,
  { tags, packed }: GitRefs,
  modules: readonly GoModule[],
  cache: ModuleCache,
): Promise<readonly MovedTag[]> {
  const known = new Set(tags);
  const found: MovedTag[] = [];
  for (const { path, dir } of modules) {
    const prefix = dir === "." ? "" : `${dir.replace(/(^|\/)v\d+$/, "")}/`.replace(/^\/$/, "");
    const versions = (await cache.versions(path)).filter((version) => known.has(prefix + version));
    for (const version of versions.toSorted().slice(-mostVersions)) {
      const tag = prefix + version;
      const was = await cache.commit(path, version);
      if (was === undefined) continue;
      const now = packed.get(tag) ?? (await commitOf(folder, tag));
      if (now !== undefined && now !== was) found.push({ dir, version, tag, was, now });
    }
  }
  return found;
}

async function commitOf(folder: string, tag: string): Promise<string | undefined> {
  const asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", `refs/tags/${tag}^{commit}`];
  const { status, stdout } = await runGit(asked, { folder });
  return status === 0 ? stdout.trim() : undefined;
}
