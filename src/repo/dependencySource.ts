/** The Go files of packages that are not the project's own, where they lie on this machine: vendor/, else the module cache. */
import { readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { escapePath, escapeVersion } from "../gomod/module.ts";
import { ModuleError } from "../gomod/error.ts";
import type { GoModule, GoWorkspace, Replacement } from "./goModules.ts";
import { folderOf } from "./goPackages.ts";
import { readSourceFile, type SourceFile } from "../gomod/source/sourceFile.ts";
import { type ProjectTree, readBoundedBytes } from "./projectTree.ts";

export type GoHeaders = ReadonlyMap<string, SourceFile>;

export interface DependencySource {
  /** What its files say first, by file name, tests left out; undefined where the package isn't here. */
  readonly read: (importPath: string) => Promise<GoHeaders | undefined>;
  /** The same of its tests; empty where it has none, or they are not here: vendor/ leaves them out. */
  readonly readTests: (importPath: string) => Promise<GoHeaders>;
}

export function dependencySource(
  tree: ProjectTree,
  modules: readonly GoModule[],
  workspace: GoWorkspace | undefined,
  moduleCache: string | undefined,
): DependencySource {
  const vendors = [
    ...(workspace?.hasVendor === true ? ["vendor"] : []),
    ...modules.filter(({ hasVendor }) => hasVendor).map(({ dir }) => (dir === "." ? "vendor" : `${dir}/vendor`)),
  ];
  const replaces = [...(workspace?.replaces ?? []), ...modules.flatMap(({ replaces }) => replaces)];
  const required = requiredModules(modules, replaces);
  let byFolder: ReadonlyMap<string, readonly string[]> | undefined;
  const folders = (): ReadonlyMap<string, readonly string[]> => (byFolder ??= Map.groupBy(tree.files, folderOf));
  const find = async (importPath: string, isWanted: IsWanted): Promise<GoHeaders | undefined> => {
    if (!/^[\w.~+@/-]+$/.test(importPath) || importPath.split("/").some((part) => /^\.*$/.test(part))) return undefined;
    for (const vendor of vendors) {
      const found = await readVendored(tree, folders(), `${vendor}/${importPath}`, isWanted);
      if (found !== undefined) return found;
    }
    for (const folder of moduleCache === undefined ? [] : candidates(importPath, required, moduleCache)) {
      const found = await readFolder(folder, isWanted);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  // The programs of a repository share most of their packages.
  const found = new Map<string, Promise<GoHeaders | undefined>>();
  return {
    read: (importPath) => {
      const reading = found.get(importPath) ?? find(importPath, isSource);
      found.set(importPath, reading);
      return reading;
    },
    readTests: async (importPath) => (await find(importPath, isTest)) ?? new Map(),
  };
}

type IsWanted = (name: string) => boolean;

function isSource(name: string): boolean {
  return name.endsWith(".go") && !isTest(name);
}

function isTest(name: string): boolean {
  return name.endsWith("_test.go");
}

/** GOMODCACHE as the go command has it (cmd/go/internal/cfg). */
export function moduleCacheOf(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { GOMODCACHE: cache = "", GOPATH: path = "", HOME: home = "" } = environment;
  if (cache !== "") return cache;
  const first = path.split(delimiter)[0] ?? "";
  if (first !== "") return join(first, "pkg/mod");
  return home === "" ? undefined : join(home, "go/pkg/mod");
}

/** For each module path, the folders in the cache that may hold it. */
function requiredModules(
  modules: readonly GoModule[],
  replaces: readonly Replacement[],
): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path, version } of modules.flatMap(({ requires }) => requires)) {
    const by = replaces.find(
      (each) => each.path === path && (each.version === undefined || each.version === version),
    )?.by;
    // A folder that replaces it is one of the project's own modules, or lies outside.
    if (by?.kind === "folder") continue;
    const folder = cacheFolder(by?.path ?? path, by?.version ?? version);
    if (folder !== undefined) found.set(path, [...(found.get(path) ?? []), folder]);
  }
  return found;
}

function cacheFolder(path: string, version: string): string | undefined {
  try {
    return `${escapePath(path)}@${escapeVersion(version)}`;
  } catch (error) {
    if (error instanceof ModuleError) return undefined;
    throw error;
  }
}

/** The module with the longest path that leads to the package comes first, as the go command has it. */
function* candidates(importPath: string, required: ReadonlyMap<string, string[]>, cache: string): Generator<string> {
  for (let path = importPath; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf("/")))) {
    for (const folder of required.get(path) ?? []) yield join(cache, folder, importPath.slice(path.length));
  }
}

function readVendored(
  tree: ProjectTree,
  folders: ReadonlyMap<string, readonly string[]>,
  folder: string,
  isWanted: IsWanted,
): Promise<GoHeaders | undefined> {
  const names = (folders.get(folder) ?? []).map((file) => file.slice(folder.length + 1));
  return readHeaders(names.filter(isWanted), async (name) => {
    const text = await tree.read(`${folder}/${name}`);
    return text === undefined ? undefined : Buffer.from(text);
  });
}

async function readFolder(folder: string, isWanted: IsWanted): Promise<GoHeaders | undefined> {
  const names = await readdir(folder).catch(() => []);
  return readHeaders(names.filter(isWanted), (name) => readBoundedBytes(join(folder, name)));
}

async function readHeaders(
  sources: readonly string[],
  read: (name: string) => Promise<Buffer | undefined>,
): Promise<GoHeaders | undefined> {
  const headers = await Promise.all(
    sources.map(async (name) => {
      const bytes = await read(name);
      const header = bytes === undefined ? undefined : readSourceFile(bytes);
      return header?.packageName === undefined ? [] : [[name, header] as const];
    }),
  );
  return sources.length === 0 ? undefined : new Map(headers.flat());
}
