/** Edits of the use lines of a go.work file, as `go work use` makes them. */
import { dropWhere, keepFirst } from "./drop.ts";
import { addLine, updateLine } from "./editSyntax.ts";
import type { Use, WorkFile } from "./file.ts";
import { autoQuote } from "./quoting.ts";
import { sortBlocks } from "./sortBlocks.ts";

/** Uses a module's folder, unless it is used. */
export function addUse(file: WorkFile, path: string, modulePath: string): void {
  const { kept, found } = keepFirst(file.use, (use) => use.path === path);
  file.use = kept;
  if (found === undefined) addNewUse(file, path, modulePath);
  else {
    found.modulePath = modulePath;
    updateLine(found.syntax, ["use", autoQuote(path)]);
  }
}

/** Adds a use line, whether or not there is one. */
export function addNewUse(file: WorkFile, path: string, modulePath: string): void {
  file.use.push({ path, modulePath, syntax: addLine(file.syntax, ["use", autoQuote(path)]) });
}

/** Uses these folders and no others; blocks are sorted. */
export function setUse(file: WorkFile, dirs: readonly Pick<Use, "path" | "modulePath">[]): void {
  const needed = new Map(dirs.map(({ path, modulePath }) => [path, modulePath]));
  file.use = dropWhere(file.use, ({ path }) => !needed.has(path));
  for (const use of file.use) use.modulePath = needed.get(use.path) ?? "";
  for (const [path, modulePath] of needed) addNewUse(file, path, modulePath);
  sortBlocks(file);
}

/** Drops a folder. */
export function dropUse(file: WorkFile, path: string): void {
  file.use = dropWhere(file.use, (use) => use.path === path);
}
