/** Where a package comes to lie in a repository of its own. */
import { folderOf, type GoPackage } from "../goPackages.ts";
import { mayImport, nearest } from "./bonds.ts";
import { importsOf } from "./packageImports.ts";
import type { Part } from "./parts.ts";

/**
 * The package that was asked for goes to the root, so that its import path is the module's; what lies below it stays below
 * it. All others keep their way from the folder that holds them all. Where `internal` or an embedded file would suffer, or
 * two folders become one, all keep their way.
 */
export function newDirs(part: Part, packages: readonly GoPackage[]): ReadonlyMap<string, string> {
  const top = commonFolder(part.dirs);
  const plain = new Map(part.dirs.map((dir) => [dir, below(top, dir)]));
  const [root, ...more] = part.wanted.length > 0 ? part.wanted : part.dirs.length === 1 ? part.dirs : [];
  if (root === undefined || more.some((dir) => !isBelow(root, dir))) return plain;
  const rooted = new Map(part.dirs.map((dir) => [dir, isBelow(root, dir) ? below(root, dir) : below(top, dir)]));
  return isSound(rooted, packages) ? rooted : plain;
}

function isSound(dirs: ReadonlyMap<string, string>, packages: readonly GoPackage[]): boolean {
  if (new Set(dirs.values()).size < dirs.size) return false;
  const byPath = new Map(packages.map(({ importPath, dir }) => [importPath, dir]));
  const folders = new Set(packages.map(({ dir }) => dir));
  return packages.every((each) => {
    const dir = dirs.get(each.dir);
    if (dir === undefined) return true;
    const mayAll = importsOf(each).every(({ path }) => {
      const imported = dirs.get(byPath.get(path) ?? "");
      return imported === undefined || mayImport(`m/${dir}`, `m/${imported}`);
    });
    return (
      mayAll &&
      each.embeds.every(({ matches }) =>
        matches.every((match) => {
          const owner = nearest(folderOf(match), folders);
          const moved = owner === undefined ? undefined : dirs.get(owner);
          return owner === undefined || moved === undefined || below(each.dir, owner) === below(dir, moved);
        }),
      )
    );
  });
}

export function isBelow(folder: string, dir: string): boolean {
  return folder === "." || dir === folder || dir.startsWith(`${folder}/`);
}

/** The way from a folder to one in it; `.` for itself. */
function below(folder: string, dir: string): string {
  if (dir === folder) return ".";
  return folder === "." ? dir : isBelow(folder, dir) ? dir.slice(folder.length + 1) : `../${dir}`;
}

/** The innermost folder that holds them all. */
export function commonFolder(dirs: readonly string[]): string {
  const [first = ".", ...others] = dirs;
  let folder = first;
  while (!others.every((dir) => isBelow(folder, dir))) folder = folderOf(folder);
  return folder;
}
