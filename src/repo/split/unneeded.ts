/** What modules of a repository get from each other, and what comes along that they have no use for. Told by go.mod files and imports alone. */
import type { GoModule } from "../goModules.ts";
import { folderOf, type GoPackage } from "../goPackages.ts";
import type { GoProject } from "../goProject.ts";
import { type ChosenPackages, type Use, usesOf } from "./chosenPackages.ts";
import { importsOf } from "./packageImports.ts";

export interface UnneededRequirements extends Use {
  readonly module: GoModule;
  /** How many packages of the module those are built of that the consumer imports, and how many there are. */
  readonly built: number;
  readonly packages: number;
  /** Paths that the module requires for its own imports, and those that the consumer's packages import of them. */
  readonly direct: readonly string[];
  readonly needed: readonly string[];
}

/** For every module of the repository and each that imports from it. */
export function unneededRequirements(project: GoProject): readonly UnneededRequirements[] {
  return project.modules.flatMap((module) => {
    const own = project.packages.filter(({ moduleDir }) => moduleDir === module.dir);
    const direct = module.requires.filter(({ indirect }) => !indirect).map(({ path }) => path);
    return usesOf(module, project).map((use) => {
      const built = builtOf(use.dirs, own);
      const imports = built.flatMap((each) => importsOf(each, false).map(({ path }) => path));
      const needed = direct.filter((path) => imports.some((each) => longest(each, direct) === path));
      return { ...use, module, built: built.length, packages: own.length, direct, needed };
    });
  });
}

/** Those packages, and what they import of the same module. */
function builtOf(dirs: readonly string[], own: readonly GoPackage[]): readonly GoPackage[] {
  const byPath = new Map(own.map((each) => [each.importPath, each]));
  const built = new Set(own.filter(({ dir }) => dirs.includes(dir)));
  for (const each of built) {
    for (const { path } of importsOf(each, false)) {
      const imported = byPath.get(path);
      if (imported !== undefined) built.add(imported);
    }
  }
  return [...built];
}

function longest(importPath: string, modules: readonly string[]): string | undefined {
  let found: string | undefined;
  for (const path of modules)
    if ((importPath === path || importPath.startsWith(`${path}/`)) && path.length > (found?.length ?? 0)) found = path;
  return found;
}

/**
 * The module whose users get most that they don't need, and what to cut out of it: the packages that they import and that
 * need less than half of what it requires. Packages of one folder with the same users become one module. undefined where nobody
 * gets too much.
 */
export function worthSplitting(project: GoProject): ChosenPackages | undefined {
  const all = unneededRequirements(project).filter(({ direct, needed }) => needed.length * 2 < direct.length);
  const waste = (module: GoModule): number =>
    all
      .filter((each) => each.module === module)
      .reduce((sum, { direct, needed }) => sum + direct.length - needed.length, 0);
  const [module] = [...new Set(all.map((each) => each.module))].sort((a, b) => waste(b) - waste(a));
  if (module === undefined) return undefined;
  const users = new Map<string, string[]>();
  for (const { module: used, consumer, dirs } of all)
    if (used === module) for (const dir of dirs) users.set(dir, [...(users.get(dir) ?? []), consumer.dir]);
  const groups = Map.groupBy(users.keys(), (dir) => {
    const folder = folderOf(dir);
    return folder === module.dir || dir === module.dir ? dir : `${folder} ${(users.get(dir) ?? []).sort().join(" ")}`;
  });
  return { module, wanted: [...groups.values()] };
}
