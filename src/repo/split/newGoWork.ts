import * as modfile from "../../gomod/modfile.ts";

export interface WorkspaceModule {
  readonly path: string;
  /** A version that is not published yet; undefined where there is none. */
  readonly version: string | undefined;
  /** From the folder of go.work. */
  readonly dir: string;
}

/**
 * A go.work that uses more folders. The go command asks for the go.mod of a version that is required even where a folder is
 * used in its place, so that each gets a replace line until it is published.
 *
 * @param text The go.work that is there; undefined for a new one.
 * @param go The version of a new one.
 */
export function newGoWork(text: string | undefined, go: string, modules: readonly WorkspaceModule[]): string {
  const file = text === undefined ? modfile.newWorkFile() : modfile.parseWork("go.work", text);
  if (text === undefined) modfile.addGoStmt(file, go);
  for (const { dir } of modules) {
    const written = dir === "." ? "." : `./${dir}`;
    if (!file.use.some(({ path }) => path.replace(/(.)\/$/, "$1") === written || path === dir))
      modfile.addUse(file, written, "");
  }
  for (const { path, version, dir } of modules)
    if (version !== undefined) modfile.addReplace(file, path, version, dir === "." ? "./" : `./${dir}`, "");
  modfile.cleanup(file);
  return modfile.format(file.syntax);
}
