// go.mod with the lines that its directives stand on.

import { ModuleError } from "../../gomod/error.ts";
import * as modfile from "../../gomod/modfile.ts";
import type { Evidence } from "./symptom.ts";

export interface GoMod {
  readonly file: string;
  /** `.` for the root. */
  readonly dir: string;
  readonly path: string;
  readonly module: Evidence | undefined;
  readonly go: { readonly version: string; readonly at: Evidence } | undefined;
  readonly requires: readonly { readonly path: string; readonly version: string; readonly at: Evidence }[];
  readonly replaces: readonly {
    readonly path: string;
    readonly by: string;
    readonly isFolder: boolean;
    readonly at: Evidence;
  }[];
  readonly excludes: readonly { readonly path: string; readonly version: string; readonly at: Evidence }[];
}

/** undefined: it can't be understood, which is then what the tools complain about. */
export function readGoMod(file: string, text: string): GoMod | undefined {
  const lines = text.split(/\r?\n/);
  const at = (syntax: modfile.Line, says: string): Evidence => {
    const line = syntax.start.line;
    return { file, line, text: (lines[line - 1] ?? "").trim(), says };
  };
  try {
    const read = modfile.parseLax(file, text);
    const strict = strictly(file, text);
    return {
      file,
      dir: file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : ".",
      path: read.module?.mod.path ?? "",
      module: read.module === undefined ? undefined : at(read.module.syntax, "the module's path"),
      go:
        read.go === undefined
          ? undefined
          : { version: read.go.version, at: at(read.go.syntax, "the Go version that it asks for") },
      requires: read.require.map(({ mod, syntax }) => ({ ...mod, at: at(syntax, "the requirement") })),
      replaces: (strict?.replace ?? []).map(({ old, new: by, syntax }) => {
        return { path: old.path, by: by.path, isFolder: by.version === "", at: at(syntax, "the replacement") };
      }),
      excludes: (strict?.exclude ?? []).map(({ mod, syntax }) => ({ ...mod, at: at(syntax, "the exclusion") })),
    };
  } catch (error) {
    if (error instanceof ModuleError) return undefined;
    throw error;
  }
}

/** parseLax leaves out what only a main module's go.mod may say. */
function strictly(file: string, text: string): modfile.File | undefined {
  try {
    return modfile.parse(file, text);
  } catch (error) {
    if (error instanceof ModuleError) return undefined;
    throw error;
  }
}

/** The requirement of the module that a package or module path belongs to, and its go.mod: the longest path decides. */
export function requirementOf(mods: readonly GoMod[], path: string): GoMod["requires"][number] | undefined {
  const all = mods
    .flatMap(({ requires }) => requires)
    .filter((each) => path === each.path || path.startsWith(`${each.path}/`));
  return all.sort((a, b) => b.path.length - a.path.length)[0];
}

/** The module of the project that a package path lies in. */
export function ownModule(mods: readonly GoMod[], path: string): GoMod | undefined {
  const all = mods.filter((each) => each.path !== "" && (path === each.path || path.startsWith(`${each.path}/`)));
  return all.sort((a, b) => b.path.length - a.path.length)[0];
}

/** The folder of a package of the project, relative to it. */
export function packageFolder(module: GoMod, path: string): string {
  const rest = path.slice(module.path.length + 1);
  return module.dir === "." ? rest || "." : rest === "" ? module.dir : `${module.dir}/${rest}`;
}
