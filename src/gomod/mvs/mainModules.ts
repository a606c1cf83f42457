/**
 * The modules that are built: one, or those of a workspace. They alone may replace and exclude others; what the go.mod files
 * of dependencies say about that is ignored (cmd/go/internal/modload, MainModuleSet).
 */
import { ModuleError } from "../error.ts";
import { type File, isDirectoryPath, type Replace, type WorkFile } from "../modfile.ts";
import type { ModuleVersion } from "../version.ts";
import { show } from "./graph.ts";
import { isSame, keyOf } from "./reqs.ts";

/** A module that is built. */
export interface MainModule {
  /** Its go.mod, strictly parsed, with a module line. */
  readonly file: File;
  /**
   * In a workspace, its folder: relative to that of go.work, with slashes, or absolute. Relative paths in its replace
   * directives begin here.
   */
  readonly dir?: string;
}

/** What the main modules say about others. */
export interface MainModules {
  /** The modules themselves; their version is empty. */
  readonly modules: readonly ModuleVersion[];
  readonly files: ReadonlyMap<string, File>;
  /** go.work's word goes before the modules'. */
  readonly replacements: readonly ReadonlyMap<string, ModuleVersion>[];
  readonly excluded: ReadonlySet<string>;
}

/** @throws ModuleError `badRequirements` for replacements that conflict, a module without a name, or two of one name. */
export function mainModules(mains: readonly MainModule[], work: WorkFile | undefined): MainModules {
  const files = new Map<string, File>();
  for (const { file } of mains) {
    const path = file.module?.mod.path ?? "";
    if (path === "") throw bad("missing module declaration");
    if (files.has(path)) throw bad(`module ${path} appears multiple times in workspace`);
    files.set(path, file);
  }
  const isWorkspace = work !== undefined;
  const ofWork = replacementsIn(work?.replace ?? [], (path) => path);
  const ofModules = mains.map(({ file, dir = "." }) =>
    replacementsIn(file.replace, (path) => (isWorkspace ? joinFolder(dir, path) : path)),
  );
  for (const path of files.keys()) {
    if (ofWork.has(keyOf({ path, version: "" }))) {
      throw bad(`workspace module ${path} is replaced at all versions in the go.work file`);
    }
  }
  return {
    modules: [...files.keys()].map((path) => ({ path, version: "" })),
    files,
    replacements: [ofWork, merge(ofModules, new Set((work?.replace ?? []).map((each) => each.old.path)))],
    excluded: new Set(mains.flatMap(({ file }) => file.exclude.map(({ mod }) => keyOf(mod)))),
  };
}

function bad(fault: string): ModuleError {
  return new ModuleError("badRequirements", fault);
}

function replacementsIn(
  directives: readonly Replace[],
  folder: (path: string) => string,
): ReadonlyMap<string, ModuleVersion> {
  const replacements = new Map<string, ModuleVersion>();
  for (const { old, new: to } of directives) {
    add(replacements, keyOf(old), old, to.version === "" ? { path: folder(to.path), version: "" } : to);
  }
  return replacements;
}

function add(
  replacements: Map<string, ModuleVersion>,
  key: string,
  old: Pick<ModuleVersion, "path"> & Partial<ModuleVersion>,
  to: ModuleVersion,
): void {
  const before = replacements.get(key);
  if (before !== undefined && !isSame(before, to)) {
    throw bad(`conflicting replacements for ${show({ version: "", ...old })}:\n\t${show(before)}\n\t${show(to)}`);
  }
  replacements.set(key, to);
}

/** The replacements of all modules together. They must agree, unless go.work speaks about the path. */
function merge(
  ofModules: readonly ReadonlyMap<string, ModuleVersion>[],
  settled: ReadonlySet<string>,
): ReadonlyMap<string, ModuleVersion> {
  const merged = new Map<string, ModuleVersion>();
  for (const [key, to] of ofModules.flatMap((each) => [...each])) {
    const [path = "", version = ""] = key.split("\0");
    if (settled.has(path)) merged.set(key, to);
    else add(merged, key, { path, version }, to);
  }
  return merged;
}

/** A path relative to a folder, both with slashes. The result begins with `./`, `../` or is absolute, as go.mod wants it. */
function joinFolder(dir: string, path: string): string {
  if (!isRelative(path)) return path;
  const joined = `${dir}/${path}`;
  const root = isRelative(joined) ? "" : "/";
  const elements: string[] = [];
  for (const element of joined.split("/")) {
    if (element === "" || element === ".") continue;
    const canClimb = elements.length > 0 && elements.at(-1) !== "..";
    if (element === ".." && canClimb) elements.pop();
    else if (element !== ".." || root === "") elements.push(element);
  }
  const clean = root + elements.join("/");
  return isDirectoryPath(clean) ? clean : `./${clean}`;
}

function isRelative(path: string): boolean {
  return !/^(?:[/\\]|[A-Za-z]:)/.test(path);
}

/** What stands in for `module`: a module at a version, or a folder with an empty version; itself where nothing does. */
export function replacementOf(mains: MainModules, module: ModuleVersion): ModuleVersion {
  if (module.version === "" && mains.files.has(module.path)) return module;
  for (const replacements of mains.replacements) {
    const to = replacements.get(keyOf(module)) ?? replacements.get(keyOf({ path: module.path, version: "" }));
    if (to !== undefined) return to;
  }
  return module;
}
