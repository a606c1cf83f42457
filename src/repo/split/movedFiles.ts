/** Which files go with packages that leave, and where they come to lie. */
import { folderOf, under } from "../goPackages.ts";
import type { GoProject } from "../goProject.ts";
import { nearest } from "./bonds.ts";
import type { MovedPackage } from "./newModules.ts";

/** What the go command builds of, beside Go files (go/build). */
export const sourceName: RegExp = /\.(go|s|S|sx|c|cc|cpp|cxx|m|h|hh|hpp|hxx|f|F|for|f90|swig|swigcxx|syso)$/;

/**
 * New paths by old ones. A file goes with the package in the nearest folder above it. Of what lies in the module's own folder
 * only sources, what they embed and testdata are the package's: the rest is the repository's.
 */
export function movedFiles(packages: readonly MovedPackage[], project: GoProject): ReadonlyMap<string, string> {
  const byDir = new Map(packages.map((each) => [each.dir, each]));
  const moduleDirs = new Set(project.modules.map(({ dir }) => dir));
  const folders = new Set([...project.packageDirs, ...moduleDirs]);
  const embedded = new Set(project.embeds.flatMap(({ matches }) => matches));
  const moved = new Map<string, string>();
  for (const file of project.tree.files) {
    const owner = nearest(folderOf(file), folders);
    const to = owner === undefined ? undefined : byDir.get(owner);
    if (owner === undefined || to === undefined) continue;
    const inside = owner === "." ? file : file.slice(owner.length + 1);
    if (moduleDirs.has(owner)) {
      const isSource = !inside.includes("/") && sourceName.test(inside);
      if (!isSource && !embedded.has(file) && !inside.startsWith("testdata/")) continue;
    }
    moved.set(file, under(to.newDir, inside));
  }
  return moved;
}

/** What every new repository gets a copy of: the licence that its files are under. */
export function licenceFiles({ tree }: GoProject, moduleDir: string): ReadonlyMap<string, string> {
  const inFolder = (dir: string): readonly string[] =>
    tree.files.filter(
      (file) =>
        folderOf(file) === dir &&
        /^(LICEN[CS]E|COPYING|NOTICE|PATENTS|AUTHORS)/i.test(file.slice(file.lastIndexOf("/") + 1)),
    );
  const found = [...inFolder("."), ...inFolder(moduleDir)];
  return new Map(found.map((file) => [file.slice(file.lastIndexOf("/") + 1), file]));
}
