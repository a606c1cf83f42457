/** The modules that a split makes: which packages each has, and by which path these are imported from then on. */
import type { Bond, Bonds } from "./bonds.ts";
import { checkPath } from "../../gomod/module.ts";
import { ModuleError } from "../../gomod/error.ts";
import { splitPathVersion } from "../../gomod/major.ts";
import * as semver from "../../gomod/semver.ts";
import type { GoModule } from "../goModules.ts";
import { folderOf, type GoPackage } from "../goPackages.ts";
import { type Part, partsOf } from "./parts.ts";
import { commonFolder, newDirs } from "./layout.ts";
import { nestedParts } from "./nestedParts.ts";
import { SplitError } from "./splitError.ts";

export interface NewModule {
  readonly path: string;
  readonly version: string;
  /** What git calls the version: `v0.1.0`, `retry/v0.1.0`. */
  readonly tag: string;
  /** For a person, and the folder of its repository: `retry`. */
  readonly name: string;
  /** In its repository: `.`, or `retry` where it stays in the old one. */
  readonly dir: string;
  readonly packages: readonly MovedPackage[];
}

export interface MovedPackage {
  /** From the project's root, before. */
  readonly dir: string;
  readonly importPath: string;
  /** In its new module. */
  readonly newDir: string;
  readonly newPath: string;
  /** Why it comes along; undefined where it was asked for. */
  readonly because: Bond | undefined;
}

export type SplitForm = "repositories" | "modules";

export interface WantedModules {
  readonly module: GoModule;
  /** All packages of the module. */
  readonly packages: readonly GoPackage[];
  /** Groups of folders from the project's root, each to be one module. */
  readonly wanted: readonly (readonly string[])[];
  readonly bonds: Bonds;
  readonly into: SplitForm;
  /** The path above the new repositories; not used for modules. */
  readonly group: string;
  /** `v0.1.0`, without regard to a path's major version. */
  readonly firstVersion: string;
}

/** @returns Those first that require no other. @throws SplitError */
export function newModules(options: WantedModules): readonly NewModule[] {
  const { module, packages, wanted, bonds, into } = options;
  if (into === "modules") return nestedModules(options);
  const parts = partsOf(wanted, bonds);
  const names = namesOf(parts, module);
  return parts.map((part, index) => {
    const name = names[index] ?? "module";
    const path = checked(withMajor(`${options.group}/${name}`, options.firstVersion));
    const dirs = newDirs(part, packages);
    return moduleOf(
      part,
      packages,
      { path, name, dir: ".", version: options.firstVersion },
      (dir) => dirs.get(dir) ?? dir,
    );
  });
}

function nestedModules({ module, packages, wanted, bonds, firstVersion }: WantedModules): readonly NewModule[] {
  const { prefix, pathMajor } = splitPathVersion(module.path) ?? { prefix: module.path, pathMajor: "" };
  if (pathMajor.startsWith("."))
    throw new SplitError(
      "impossible",
      `${module.path}: gopkg.in serves one module a repository, so none can be nested there; --into repositories makes own ones`,
    );
  return nestedParts(wanted, packages, bonds).map((part) => {
    const below = part.root.slice(module.dir === "." ? 0 : module.dir.length + 1);
    const path = checked(`${prefix}/${below}${pathMajor}`);
    const version = pathMajor === "" ? firstVersion : `${pathMajor.slice(1)}.0.0`;
    const inside = (dir: string): string => (dir === part.root ? "." : dir.slice(part.root.length + 1));
    return moduleOf(part, packages, { path, name: below, dir: part.root, version }, inside);
  });
}

function moduleOf(
  part: Part,
  packages: readonly GoPackage[],
  { path, name, dir, version }: Pick<NewModule, "path" | "name" | "dir" | "version">,
  newDirOf: (dir: string) => string,
): NewModule {
  const own = new Set(part.dirs);
  const moved = packages
    .filter((each) => own.has(each.dir))
    .map((each): MovedPackage => {
      const newDir = newDirOf(each.dir);
      return {
        dir: each.dir,
        importPath: each.importPath,
        newDir,
        newPath: newDir === "." ? path : `${path}/${newDir}`,
        because: part.because.get(each.dir),
      };
    });
  return { path, name, dir, version, tag: dir === "." ? version : `${dir}/${version}`, packages: moved };
}

/** From v2 on the major version is part of the path. */
function withMajor(path: string, version: string): string {
  const major = semver.major(version);
  return major === "v0" || major === "v1" ? path : `${path}/${major}`;
}

function checked(path: string): string {
  try {
    checkPath(path);
    return path;
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new SplitError("badName", `${path} can't be a module's path: ${error.message}`, { cause: error });
  }
}

/** The last element of what was asked for, or of what holds the rest together; longer where two would be the same. */
function namesOf(parts: readonly Part[], { path, dir: moduleDir }: GoModule): readonly string[] {
  const old = lastOf(splitPathVersion(path)?.prefix ?? path);
  const taken = new Set([old]);
  return parts.map(({ wanted, dirs }) => {
    const held = wanted.length > 0 ? wanted : dirs;
    const folder = commonFolder(held);
    const dir = folder === moduleDir ? (held[0] ?? ".") : folder;
    let name = dir === "." ? `${old}-root` : lastOf(dir);
    for (let above = folderOf(dir); taken.has(name); above = folderOf(above))
      name = above === "." ? `${old}-${name}` : `${lastOf(above)}-${name}`;
    taken.add(name);
    return name;
  });
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
