/** The modules of the repository that a split leaves or changes, and the versions that it gives them. */
import { splitPathVersion } from "../../gomod/major.ts";
import * as semver from "../../gomod/semver.ts";
import type { GoModule } from "../goModules.ts";
import type { GoProject } from "../goProject.ts";

/** `v1.4.0` of the tag `lib/v1.4.0`; undefined where the tag is of another module. */
function versionOfTag(tag: string, prefix: string): string | undefined {
  const version = tag.startsWith(prefix) ? tag.slice(prefix.length) : "";
  return semver.isValid(version) && semver.canonical(version) === version ? version : undefined;
}

/** What stands before the version in the module's tags. A folder named after the major version does not count (https://go.dev/ref/mod#vcs-version). */
export function tagPrefix({ dir, path }: Pick<GoModule, "dir" | "path">): string {
  const major = (splitPathVersion(path)?.pathMajor ?? "").replace(/^\./, "/");
  const folder = major !== "" && `/${dir}`.endsWith(major) ? dir.slice(0, Math.max(0, dir.length - major.length)) : dir;
  return folder === "." || folder === "" ? "" : `${folder}/`;
}

/** The highest release that a tag names, or that somebody in the repository requires; undefined where there was none. */
export function lastVersion(module: GoModule, { modules }: GoProject, tags: readonly string[]): string | undefined {
  const major = majorOf(module);
  const prefix = tagPrefix(module);
  const tagged = tags.flatMap((tag) => versionOfTag(tag, prefix) ?? []);
  const required = modules
    .flatMap(({ requires }) => requires)
    .filter(({ path, version }) => path === module.path && version !== "v0.0.0");
  const released = [...tagged, ...required.map(({ version }) => version)].filter(
    (version) => semver.prerelease(version) === "" && major(semver.major(version)),
  );
  return semver.sort(released).at(-1);
}

function majorOf({ path }: GoModule): (major: string) => boolean {
  const pathMajor = (splitPathVersion(path)?.pathMajor ?? "").slice(1);
  return pathMajor === "" ? (major) => major === "v0" || major === "v1" : (major) => major === pathMajor;
}

/** The version of the module that comes after the split: the next minor one. */
export function nextVersion(module: GoModule, last: string | undefined): string {
  if (last !== undefined) {
    const [, major = "0", minor = "0"] = /^v(\d+)\.(\d+)/.exec(last) ?? [];
    return `v${major}.${BigInt(minor) + 1n}.0`;
  }
  const pathMajor = (splitPathVersion(module.path)?.pathMajor ?? "").slice(1);
  return pathMajor === "" ? "v0.1.0" : `${pathMajor}.0.0`;
}

/** Whether a module takes the other one's folder, and not a version of it. */
export function takesFolder(module: GoModule, other: Pick<GoModule, "path" | "dir">): boolean {
  return module.replaces.some(({ path, by }) => path === other.path && by.kind === "folder" && by.dir === other.dir);
}
