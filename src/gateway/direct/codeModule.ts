// A module in a repository: which tags are its versions, which version a revision is, where its go.mod lies.
//
// Source: cmd/go/internal/modfetch/coderepo.go, whose rules these are; https://go.dev/ref/mod#vcs

import { canonicalVersion, matchPathMajor, pathMajorPrefix, splitPathVersion } from "../../gomod/module.ts";
import { autoQuote, parseLax } from "../../gomod/modfile.ts";
import { isPseudoVersion, pseudoVersion, pseudoVersionRev } from "../../gomod/pseudo.ts";
import { build, canonical, compare, isValid, major, prerelease, sort } from "../../gomod/semver.ts";
import { maxGoMod } from "../../gomod/zip.ts";
import { SourceFailure } from "../source.ts";
import { checkPseudoVersion } from "./checkPseudoVersion.ts";
import { hasPathPrefix } from "./directOptions.ts";
import { type ModuleFolder, findFolder } from "./moduleFolder.ts";
import type { Revision, Revisions } from "./revision.ts";

/** Where a module lies. */
export interface ModulePlace {
  /** The module's path. */
  readonly path: string;
  /** The path that the repository's root has. */
  readonly root: string;
  /** The folder below the root that the tags' names begin with; empty: the root. */
  readonly folder: string;
  /** `/v2`, `.v1` or empty. */
  readonly pathMajor: string;
  readonly pathPrefix: string;
}

/** `subdir`: from a go-import tag with four fields. Throws SourceFailure. */
export function placeModule(path: string, root: string, subdir: string): ModulePlace {
  const split = splitPathVersion(path);
  if (split === undefined) throw new SourceFailure("not-found", `invalid module path ${path}`);
  const { pathMajor } = split;
  const pathPrefix = root === path ? path : split.prefix;
  if (!hasPathPrefix(path, root) || (root !== path && !hasPathPrefix(pathPrefix, root))) {
    throw new SourceFailure("not-found", `a repository at ${root} can't hold the module ${path}`);
  }
  const below = root === path ? "" : pathPrefix.slice(root.length).replaceAll(/^\/+|\/+$/g, "");
  const folder = [below, subdir].filter((part) => part !== "").join("/");
  return { path, root, folder, pathMajor, pathPrefix };
}

/** A version with the commit it stands for. */
export interface Resolved {
  readonly version: string;
  readonly revision: Revision;
}

export class CodeModule {
  readonly place: ModulePlace;
  readonly revisions: Revisions;
  #retracted: Promise<(version: string) => boolean> | undefined;

  constructor(place: ModulePlace, revisions: Revisions) {
    this.place = place;
    this.revisions = revisions;
  }

  get #tagPrefix(): string {
    return this.place.folder === "" ? "" : `${this.place.folder}/`;
  }

  /** All versions that are tags, in order, `+incompatible` ones last. Throws SourceFailure. */
  async versions(): Promise<readonly string[]> {
    const { path, folder, pathMajor } = this.place;
    if (path.startsWith("gopkg.in/") && path.endsWith("-unstable")) return [];
    const list: string[] = [];
    const incompatible: string[] = [];
    for (const { name } of await this.revisions.tags(this.#tagPrefix)) {
      const version = name.slice(this.#tagPrefix.length);
      if (version === "" || version !== canonical(version) || isPseudoVersion(version)) continue;
      if (matchPathMajor(version, pathMajor)) list.push(version);
      else if (folder === "" && pathMajor === "" && majorNumber(version) > 1) incompatible.push(version);
    }
    const compatible = sort(list);
    return [...compatible, ...(await this.#listed(compatible, sort(incompatible)))];
  }

  /** Of the versions from v2 on, those that a module path without a major version may have. */
  async #listed(compatible: readonly string[], incompatible: readonly string[]): Promise<readonly string[]> {
    const newest = compatible.at(-1);
    if (incompatible.length === 0 || this.place.pathMajor !== "") return [];
    if (newest !== undefined && (await this.#hasRootGoMod(newest))) return [];
    const newestOf = new Map(incompatible.map((version) => [major(version), version]));
    const withGoMod = new Set<string>();
    for (const [name, version] of newestOf) if (await this.#hasRootGoMod(version)) withGoMod.add(name);
    return incompatible.filter((version) => !withGoMod.has(major(version))).map((version) => `${version}+incompatible`);
  }

  async #hasRootGoMod(rev: string): Promise<boolean> {
    return (await this.revisions.file(rev, "go.mod", maxGoMod)) !== undefined;
  }

  /** The version that a version, branch, tag or commit is. Throws SourceFailure. */
  async stat(query: string): Promise<Resolved> {
    const revision = await this.revisions.stat(this.#revisionName(query));
    return this.#convert(revision, query);
  }

  /** What the default branch is at. Throws SourceFailure. */
  async head(): Promise<Resolved> {
    const revision = await this.revisions.head();
    if (revision === undefined) throw new SourceFailure("not-found", "no commits");
    return this.#convert(revision, "");
  }

  /** The go.mod of a version; one made up where it has none. Throws SourceFailure. */
  async goMod(version: string): Promise<Buffer> {
    if (isPseudoVersion(version)) await this.stat(version);
    const { goMod } = await this.folderOf(version);
    return goMod ?? Buffer.from(`module ${autoQuote(this.place.path)}\n`);
  }

  /** Where the module is at a version. Throws SourceFailure. */
  folderOf(version: string): Promise<ModuleFolder> {
    return findFolder(this.place, this.revisions, this.#revisionName(version), version);
  }

  /** Tells the versions that the highest release retracts. */
  retracted(): Promise<(version: string) => boolean> {
    return (this.#retracted ??= this.#readRetractions());
  }

  async #readRetractions(): Promise<(version: string) => boolean> {
    try {
      const versions = (await this.versions()).filter((version) => !version.endsWith("+incompatible"));
      const highest = versions.findLast((version) => prerelease(version) === "") ?? versions.at(-1);
      if (highest === undefined) return () => false;
      const { retract } = parseLax("go.mod", await this.goMod(highest));
      return (version) => retract.some(({ low, high }) => compare(low, version) <= 0 && compare(version, high) <= 0);
    } catch (error) {
      // A go.mod that can't be read retracts nothing; an outage is somebody else's to tell of, at the next question.
      if (error instanceof SourceFailure && error.kind !== "not-found" && error.kind !== "bad-answer") throw error;
      return () => false;
    }
  }

  /** The name in git of what a version names. */
  #revisionName(version: string): string {
    if (!isValid(version)) return version;
    if (isPseudoVersion(version)) return pseudoVersionRev(version);
    const plain = build(version) === "+incompatible" ? version.slice(0, -"+incompatible".length) : version;
    return this.#tagPrefix + plain;
  }

  /** A tag's version, if it has one for this module, and whether it is written as versions are. */
  #versionOf(tag: string): { version: string; isCanonical: boolean } | undefined {
    if (!tag.startsWith(this.#tagPrefix) || isPseudoVersion(tag)) return undefined;
    const rest = tag.slice(this.#tagPrefix.length);
    const version = canonical(rest);
    return version === "" || !rest.startsWith(version) ? undefined : { version, isCanonical: version === rest };
  }

  async #convert(revision: Revision, query: string): Promise<Resolved> {
    const canBeIncompatible = this.#incompatibility(revision, query);
    const checked = (version: string): Promise<Resolved> => this.#checked(version, revision, query, canBeIncompatible);
    if (isPseudoVersion(query)) {
      const resolved = await checked(query);
      await checkPseudoVersion(query, revision, this.place, this.revisions);
      return resolved;
    }
    const direct = this.#versionOf(revision.version);
    if (direct?.isCanonical === true) {
      try {
        return await checked(direct.version);
      } catch (error) {
        if (!(error instanceof SourceFailure) || error.kind !== "not-found") throw error;
      }
    }
    const isRetracted = await this.retracted();
    let highest = "";
    let base = "";
    for (const tag of revision.tags) {
      const found = this.#versionOf(tag);
      if (query !== "" && compare(found?.version ?? "", query) === 0) {
        if (found?.isCanonical === true) return checked(found.version);
        base = found?.version ?? "";
      }
      if (found === undefined || !found.isCanonical || compare(highest, found.version) >= 0) continue;
      if (isRetracted(found.version)) continue;
      if (matchPathMajor(found.version, this.place.pathMajor) || (await canBeIncompatible(found.version)))
        highest = found.version;
    }
    if (highest !== "") return checked(highest);
    if (base === "") {
      const tag = await this.revisions.recentTag(revision.hash, this.#tagPrefix, async (tag) => {
        const version = this.#versionOf(tag)?.version;
        if (version === undefined || isRetracted(version)) return false;
        return matchPathMajor(version, this.place.pathMajor) || canBeIncompatible(version);
      });
      if (tag !== undefined) base = this.#versionOf(tag)?.version ?? "";
    }
    return checked(pseudoVersion(pathMajorPrefix(this.place.pathMajor), base, revision.time, revision.short));
  }

  /** Whether the commit may be `+incompatible`: no go.mod in the root, nor in the folder of its major version. */
  #incompatibility(revision: Revision, query: string): (version: string) => Promise<boolean> {
    const { folder, pathMajor } = this.place;
    const lacks = new Map<string, Promise<boolean>>();
    const lacksFile = (file: string): Promise<boolean> => {
      let answer = lacks.get(file);
      if (answer === undefined) {
        answer = this.revisions.file(revision.hash, file, maxGoMod).then((bytes) => bytes === undefined);
        lacks.set(file, answer);
      }
      return answer;
    };
    return async (version) => {
      if (folder !== "" || pathMajor !== "" || !(await lacksFile("go.mod"))) return false;
      if (version === "" || query.endsWith("+incompatible")) return true;
      return lacksFile(`${major(version)}/go.mod`);
    };
  }

  async #checked(
    wanted: string,
    revision: Revision,
    query: string,
    canBeIncompatible: (version: string) => Promise<boolean>,
  ): Promise<Resolved> {
    const { pathMajor, pathPrefix } = this.place;
    await this.folderOf(wanted);
    const invalid = (version: string, fault: string): SourceFailure =>
      new SourceFailure("not-found", `invalid version ${version}: ${fault}`);
    let version = wanted === withoutIncompatible(query) ? query : wanted;
    const base = withoutIncompatible(version);
    let fault: string | undefined;
    if (!matchPathMajor(base, pathMajor)) {
      if (await canBeIncompatible(base)) version = `${base}+incompatible`;
      else if (pathMajor !== "") fault = "module path includes a major version suffix, so major version must match";
      else
        fault = `module contains a go.mod file, so module path must match major version ("${pathPrefix}/${major(version)}")`;
    } else if (version.endsWith("+incompatible")) {
      fault = `+incompatible suffix not allowed: major version ${major(version)} is compatible`;
    }
    if (query !== "" && query === canonicalVersion(query) && withoutIncompatible(query) !== base) {
      throw invalid(query, `resolves to version ${version} (${withoutIncompatible(query)} is not a tag)`);
    }
    if (fault !== undefined) throw invalid(wanted, fault);
    return { version, revision };
  }
}

function withoutIncompatible(version: string): string {
  return version.replace(/\+incompatible$/, "");
}

/** Go compares `v10` with `v1` as texts: all but v0 and v1 are above. */
function majorNumber(version: string): number {
  return Number(major(version).slice(1));
}
