/**
 * What a go.mod or go.work file says: its directives, in the order of the file, each with the line it stands on.
 *
 * A file is changed through the functions in the edit files, which keep directives and syntax in step.
 */
import type { ModuleVersion } from "../version.ts";
import { type FileSyntax, type Line, newFileSyntax } from "./syntax.ts";

/** A go.mod file. https://go.dev/ref/mod#go-mod-file */
export interface File {
  readonly kind: "mod";
  module: Module | undefined;
  go: Go | undefined;
  toolchain: Toolchain | undefined;
  godebug: Godebug[];
  require: Require[];
  exclude: Exclude[];
  replace: Replace[];
  retract: Retract[];
  tool: Tool[];
  ignore: Ignore[];
  readonly syntax: FileSyntax;
}

/** A go.work file. https://go.dev/ref/mod#go-work-file */
export interface WorkFile {
  readonly kind: "work";
  go: Go | undefined;
  toolchain: Toolchain | undefined;
  godebug: Godebug[];
  use: Use[];
  replace: Replace[];
  readonly syntax: FileSyntax;
}

/** `module example.com/m` */
export interface Module {
  /** `version` is empty. */
  mod: ModuleVersion;
  /** What follows `Deprecated:` in the comments of the line, or empty. */
  readonly deprecated: string;
  readonly syntax: Line;
}

/** `go 1.23` */
export interface Go {
  /** `1.23`, `1.23.1`, `1.24rc1` */
  version: string;
  readonly syntax: Line;
}

/** `toolchain go1.23.1` */
export interface Toolchain {
  /** `go1.23.1`, or `default`. */
  name: string;
  readonly syntax: Line;
}

/** `godebug panicnil=1` */
export interface Godebug {
  readonly key: string;
  value: string;
  readonly syntax: Line;
}

/** `require example.com/m v1.2.3 // indirect` */
export interface Require {
  mod: ModuleVersion;
  /** It has an `// indirect` comment: no package of the main module imports from it. */
  indirect: boolean;
  syntax: Line;
}

/** `exclude example.com/m v1.2.3` */
export interface Exclude {
  readonly mod: ModuleVersion;
  readonly syntax: Line;
}

/** `replace example.com/m v1.2.3 => example.com/fork v1.2.4`, or a folder, or for all versions. */
export interface Replace {
  /** `version` is empty where all are replaced. */
  readonly old: ModuleVersion;
  /** `path` is a folder's where `version` is empty; see {@link isDirectoryPath}. */
  new: ModuleVersion;
  readonly syntax: Line;
}

/** A closed range of versions; the two are equal for a single one. */
export interface VersionInterval {
  readonly low: string;
  readonly high: string;
}

/** `retract v1.2.3` or `retract [v1.0.0, v1.2.3]` */
export interface Retract extends VersionInterval {
  low: string;
  high: string;
  /** The comments of the line, or of its block, without their `//`. */
  readonly rationale: string;
  readonly syntax: Line;
}

/** `tool example.com/m/cmd/x` */
export interface Tool {
  /** A package's import path. */
  readonly path: string;
  readonly syntax: Line;
}

/** `ignore ./node_modules` */
export interface Ignore {
  /** A folder, with slashes. Where it begins with `./`, it is that one; else any of that name. */
  readonly path: string;
  readonly syntax: Line;
}

/** `use ./m` */
export interface Use {
  /** A module's folder, as it is written. */
  readonly path: string;
  /** As it was given to an edit; a parsed file doesn't tell. */
  modulePath: string;
  readonly syntax: Line;
}

/** An empty go.mod file, to be filled by edits: `new(File)` of golang.org/x/mod/modfile. */
export function newFile(name: string = "go.mod"): File {
  return fileOf(newFileSyntax(name));
}

/** An empty go.work file, to be filled by edits: `new(WorkFile)` of golang.org/x/mod/modfile. */
export function newWorkFile(name: string = "go.work"): WorkFile {
  return workFileOf(newFileSyntax(name));
}

export function fileOf(syntax: FileSyntax): File {
  return {
    kind: "mod",
    module: undefined,
    go: undefined,
    toolchain: undefined,
    godebug: [],
    require: [],
    exclude: [],
    replace: [],
    retract: [],
    tool: [],
    ignore: [],
    syntax,
  };
}

export function workFileOf(syntax: FileSyntax): WorkFile {
  return { kind: "work", go: undefined, toolchain: undefined, godebug: [], use: [], replace: [], syntax };
}

/**
 * Reports whether a path in a replace directive is a folder's: rooted, or beginning with `.` or `..` as an element, in the
 * manner of Unix or of Windows, as go.mod files move between systems. All others are module paths.
 */
export function isDirectoryPath(path: string): boolean {
  return /^(?:\.{1,2}(?:[/\\]|$)|[/\\]|[A-Za-z]:)/.test(path);
}
