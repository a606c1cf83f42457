/**
 * What replaces a module: go.work's replace lines before those of the main modules, a line for the version before one for
 * all versions (https://go.dev/ref/mod#go-work-file-replace).
 */
import { isDirectoryPath, type Replace, type WorkFile, type File } from "../modfile/file.ts";
import type { ModuleVersion } from "../version.ts";
import { clean } from "./slashPath.ts";

/** A main module: the one of a go.mod file, or one of those that a go.work file uses. */
export interface MainModule {
  readonly file: File;
  /** How errors name the file: `go.mod`, `a/go.mod`. */
  readonly filename: string;
  /** In a workspace, the module's folder as seen from that of go.work, with slashes: `a`, `../b`. */
  readonly dir?: string;
}

/** A go.work file. */
export interface Workspace {
  readonly file: WorkFile;
  /** How errors name the file: `go.work`. */
  readonly filename: string;
}

/** What is being built. */
export interface MainModules {
  /** At least one; in a workspace, in the order in which go.work uses them. */
  readonly mains: readonly MainModule[];
  readonly work?: Workspace;
}

/** A replacement. */
export interface Found {
  /** As it is written. */
  readonly written: ModuleVersion;
  /** With folders as they are seen from go.work, if there is one. */
  readonly canonical: ModuleVersion;
  /** Where it is written. */
  readonly filename: string;
}

/** What replaces `mod`, if anything does. Nothing replaces a main module as such. */
export function findReplacement(mod: ModuleVersion, { mains, work }: MainModules): Found | undefined {
  if (mod.version === "" && mains.some(({ file }) => file.module?.mod.path === mod.path)) return undefined;
  if (work !== undefined) {
    const line = lineFor(mod, work.file.replace);
    if (line !== undefined) return { written: line.new, canonical: line.new, filename: work.filename };
  }
  let found: Found | undefined;
  for (const main of mains) {
    const line = lineFor(mod, main.file.replace);
    if (line === undefined) continue;
    const written = line.new;
    // Two that differ are an error elsewhere; Go goes on with the former if the latter is for just this version.
    if (found !== undefined && line.old.version !== "" && !isSame(found.written, written)) return found;
    const canonical = work === undefined ? written : seenFromWork(written, main.dir ?? ".");
    found = { written, canonical, filename: main.filename };
  }
  return found;
}

function lineFor(mod: ModuleVersion, lines: readonly Replace[]): Replace | undefined {
  let wildcard: Replace | undefined;
  let exact: Replace | undefined;
  for (const line of lines) {
    if (line.old.path !== mod.path) continue;
    if (line.old.version === mod.version) exact = line;
    if (line.old.version === "") wildcard = line;
  }
  return exact ?? wildcard;
}

/** A folder that a go.mod file names, as seen from go.work. */
function seenFromWork(written: ModuleVersion, dir: string): ModuleVersion {
  if (written.version !== "" || written.path.startsWith("/")) return written;
  const path = clean(`${dir}/${written.path}`);
  return { path: isDirectoryPath(path) ? path : `./${path}`, version: "" };
}

export function isSame(a: ModuleVersion, b: ModuleVersion): boolean {
  return a.path === b.path && a.version === b.version;
}
