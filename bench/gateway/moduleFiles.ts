import { linkSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The files of a folder in Go's cache/download layout that a client may ask for, as relative paths, sorted. */
export function moduleFiles(modules: string): string[] {
  return readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.endsWith("/@v") && servable.test(entry.name))
    .map((entry) => relative(modules, join(entry.parentPath, entry.name)))
    .sort();
}

const servable = /^list$|\.(info|mod|zip|ziphash)$/;

/** Hard links, so that every server reads the same bytes of the same page cache; `place` names the target, or leaves a file out. */
export function linkModules(modules: string, data: string, place: (file: string) => string | undefined): void {
  for (const file of moduleFiles(modules)) {
    const target = place(file);
    if (target === undefined) continue;
    mkdirSync(dirname(join(data, target)), { recursive: true });
    linkSync(join(modules, file), join(data, target));
  }
}
