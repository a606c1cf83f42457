// What the module cache of this machine knows of the modules that a project requires: newer versions, what their authors
// took back, the tag of a commit.

import { ModuleError } from "../gomod/error.ts";
import * as modfile from "../gomod/modfile.ts";
import { isPseudoVersion, pseudoVersionRev } from "../gomod/pseudo.ts";
import * as semver from "../gomod/semver.ts";
import type { GoModule } from "./goModules.ts";
import type { ModuleCache } from "./moduleCache.ts";

export interface KnownModule {
  readonly path: string;
  readonly version: string;
  /** Why the authors took the required version back; undefined where they did not. */
  readonly retracted: string | undefined;
  /** What the authors say to use instead; undefined where the module is not deprecated. */
  readonly deprecated: string | undefined;
  /** The version whose go.mod says so: the highest that is known. */
  readonly latest: string | undefined;
  /** For a pseudo-version: the tag of the same commit. */
  readonly tag: string | undefined;
}

const mostModules = 2000;

/** By `path version`; only what there is something to say of. */
export async function knownModules(
  modules: readonly GoModule[],
  cache: ModuleCache,
): Promise<ReadonlyMap<string, KnownModule>> {
  const wanted = new Map(
    modules
      .flatMap(({ requires }) => requires)
      .map(({ path, version }) => [`${path} ${version}`, { path, version }] as const),
  );
  const all = await Promise.all(
    [...wanted]
      .slice(0, mostModules)
      .map(async ([key, { path, version }]) => [key, await known(path, version, cache)] as const),
  );
  return new Map(all.flatMap(([key, module]) => (module === undefined ? [] : [[key, module] as const])));
}

async function known(path: string, version: string, cache: ModuleCache): Promise<KnownModule | undefined> {
  const versions = (await cache.versions(path)).filter((each) => semver.isValid(each));
  const released = versions.filter((each) => !isPseudoVersion(each));
  const latest = await latestWithGoMod(path, released, cache);
  const told = latest?.file;
  const retracted = told?.retract.find(
    ({ low, high }) => semver.compare(low, version) <= 0 && semver.compare(version, high) <= 0,
  );
  const deprecated = told?.module?.deprecated ?? "";
  const tag = isPseudoVersion(version) ? await tagOf(pseudoVersionRev(version), path, released, cache) : undefined;
  if (retracted === undefined && deprecated === "" && tag === undefined) return undefined;
  return {
    path,
    version,
    retracted: retracted === undefined ? undefined : retracted.rationale || "no reason was given",
    deprecated: deprecated === "" ? undefined : deprecated,
    latest: latest?.version,
    tag,
  };
}

/** The go command reads retractions from the highest release, a pre-release only where there is no other (modload.checkRetractions). */
async function latestWithGoMod(
  path: string,
  versions: readonly string[],
  cache: ModuleCache,
): Promise<{ readonly version: string; readonly file: modfile.File } | undefined> {
  const sorted = semver.sort(versions).toReversed();
  const releases = sorted.filter((version) => semver.prerelease(version) === "");
  for (const version of releases.length > 0 ? releases : sorted) {
    const text = await cache.goMod(path, version);
    if (text === undefined) continue;
    try {
      return { version, file: modfile.parseLax("go.mod", text) };
    } catch (error) {
      if (error instanceof ModuleError) return undefined;
      throw error;
    }
  }
  return undefined;
}

/** @param rev The first twelve digits of a commit. */
async function tagOf(
  rev: string,
  path: string,
  versions: readonly string[],
  cache: ModuleCache,
): Promise<string | undefined> {
  for (const version of semver.sort(versions).toReversed())
    if ((await cache.commit(path, version))?.startsWith(rev) === true) return version;
  return undefined;
}
