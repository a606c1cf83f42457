/** The modules of a project: what its go.mod and go.work files say, and how they hang together. */
import { posix } from "node:path";
import { ModuleError } from "../gomod/error.ts";
import * as modfile from "../gomod/modfile.ts";
import { GoProjectError } from "./goProjectError.ts";
import { folderOf } from "./goPackages.ts";
import type { ProjectTree } from "./projectTree.ts";

export interface GoModule {
  readonly path: string;
  /** `.`, `services/api`; from the project's root. */
  readonly dir: string;
  /** The go line: `1.24`, `1.24.3`. undefined where there is none, which means 1.16. */
  readonly go: string | undefined;
  /** The toolchain line: `go1.26.2`. */
  readonly toolchain: string | undefined;
  readonly requires: readonly Requirement[];
  readonly replaces: readonly Replacement[];
  /** Import paths of its tool lines. */
  readonly tools: readonly string[];
  readonly hasSum: boolean;
  /** vendor/modules.txt is there, so that the go command builds from vendor/. */
  readonly hasVendor: boolean;
}

export interface Requirement {
  readonly path: string;
  readonly version: string;
  readonly indirect: boolean;
}

/** A replace line. Either a folder or a module takes the place of another. */
export interface Replacement {
  readonly path: string;
  /** undefined: of all versions. */
  readonly version: string | undefined;
  readonly by:
    | { readonly kind: "module"; readonly path: string; readonly version: string }
    /** From the project's root, cleaned; it begins with `../` where it lies outside. Absolute ones stay absolute. */
    | { readonly kind: "folder"; readonly dir: string; readonly written: string };
}

export interface GoWorkspace {
  readonly go: string | undefined;
  readonly toolchain: string | undefined;
  /** The folders of its modules, from the project's root; one that begins with `../` lies outside. */
  readonly use: readonly string[];
  readonly replaces: readonly Replacement[];
  readonly hasSum: boolean;
  readonly hasVendor: boolean;
}

/** Folders where a go.mod is somebody's example, fixture or copy, and no module of the project. */
const notOwn = /(^|\/)(vendor|testdata|node_modules|[_.][^/]*)(\/|$)/;

/**
 * Reads every go.mod of the project, and the go.work at its root.
 *
 * @throws GoProjectError `badModule` for a go.mod or go.work that the go command would refuse too
 */
export async function readModules(
  tree: ProjectTree,
): Promise<{ readonly modules: readonly GoModule[]; readonly workspace: GoWorkspace | undefined }> {
  const files = tree.files.filter((file) => /(^|\/)go\.mod$/.test(file) && !notOwn.test(file));
  const modules: GoModule[] = [];
  for (const file of files.sort((a, b) => depthOf(a) - depthOf(b))) modules.push(await readModule(tree, file));
  return { modules, workspace: tree.has("go.work") ? await readWorkspace(tree) : undefined };
}

async function readModule(tree: ProjectTree, file: string): Promise<GoModule> {
  const read = await parse(tree, file, modfile.parse);
  const dir = folderOf(file);
  if (read.module === undefined)
    throw new GoProjectError("badModule", `${file} has no module line: go mod init writes one`);
  return {
    path: read.module.mod.path,
    dir,
    go: read.go?.version,
    toolchain: read.toolchain?.name,
    requires: read.require.map(({ mod: { path, version }, indirect }) => ({ path, version, indirect })),
    replaces: read.replace.map((each) => replacementOf(each, dir)),
    tools: read.tool.map(({ path }) => path),
    hasSum: tree.has(beside(file, "go.sum")),
    hasVendor: tree.has(beside(file, "vendor/modules.txt")),
  };
}

async function readWorkspace(tree: ProjectTree): Promise<GoWorkspace> {
  const read = await parse(tree, "go.work", modfile.parseWork);
  return {
    go: read.go?.version,
    toolchain: read.toolchain?.name,
    use: read.use.map(({ path }) => fromRoot(".", path)),
    replaces: read.replace.map((each) => replacementOf(each, ".")),
    hasSum: tree.has("go.work.sum"),
    hasVendor: tree.has("vendor/modules.txt"),
  };
}

async function parse<T>(tree: ProjectTree, file: string, read: (file: string, data: string) => T): Promise<T> {
  const text = await tree.read(file);
  if (text === undefined) throw new GoProjectError("unreadable", `${file} can't be read, or is too large`);
  try {
    return read(file, text);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new GoProjectError("badModule", `${file} can't be understood; the go command would say:\n${error.message}`, {
      cause: error,
    });
  }
}

function replacementOf({ old, new: by }: modfile.Replace, dir: string): Replacement {
  // x/mod/modfile, Replace: a path without version is a folder.
  return {
    path: old.path,
    version: old.version === "" ? undefined : old.version,
    by:
      by.version === ""
        ? { kind: "folder", dir: fromRoot(dir, by.path), written: by.path }
        : { kind: "module", path: by.path, version: by.version },
  };
}

/** A path that stands in a file of `dir`, from the project's root. */
function fromRoot(dir: string, path: string): string {
  if (posix.isAbsolute(path)) return posix.normalize(path);
  const joined = posix.join(dir, path.replaceAll("\\", "/"));
  return joined.length > 1 && joined.endsWith("/") ? joined.slice(0, -1) : joined;
}

function beside(file: string, name: string): string {
  return file.slice(0, file.length - "go.mod".length) + name;
}

function depthOf(file: string): number {
  return file.split("/").length;
}
