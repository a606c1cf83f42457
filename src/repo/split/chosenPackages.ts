/** Which packages a split is about: those that were named, or those that the repository's other modules import. */
import type { GoModule } from "../goModules.ts";
import type { GoPackage } from "../goPackages.ts";
import type { GoProject } from "../goProject.ts";
import { importsOf } from "./packageImports.ts";
import { SplitError } from "./splitError.ts";

export interface ChosenPackages {
  readonly module: GoModule;
  /** Folders, each group for one module. */
  readonly wanted: readonly (readonly string[])[];
}

/**
 * @param asked `lib/retry`, `./lib/...`, `example.com/platform/lib/retry`; each becomes one module.
 * @throws SplitError `badPackages`
 */
export function namedPackages(project: GoProject, asked: readonly string[]): ChosenPackages {
  const groups = asked.map((name) => ({ name, found: packagesOf(project, name) }));
  const nothing = groups.find(({ found }) => found.length === 0);
  if (nothing !== undefined)
    throw new SplitError(
      "badPackages",
      `${nothing.name}: no package of this repository; give a folder (lib/retry, lib/... with all below it) or an import path`,
    );
  const dirs = [...new Set(groups.flatMap(({ found }) => found.map(({ moduleDir }) => moduleDir)))];
  const module = project.modules.find(({ dir }) => dir === dirs[0]);
  if (dirs.length > 1 || module === undefined)
    throw new SplitError(
      "badPackages",
      `the packages are of ${dirs.length} modules (${dirs.map((dir) => `${dir}/go.mod`).join(", ")}): split one at a time`,
    );
  return { module, wanted: groups.map(({ found }) => found.map(({ dir }) => dir)) };
}

function packagesOf({ packages }: GoProject, name: string): readonly GoPackage[] {
  const clean = name.replace(/^\.\//, "").replace(/\/$/, "") || ".";
  const above = /^(.*?)\/?\.\.\.$/.exec(clean)?.[1];
  if (above === undefined) return packages.filter(({ dir, importPath }) => dir === clean || importPath === clean);
  const found = packages.filter(
    ({ dir, importPath }) =>
      above === "" || above === "." || [dir, importPath].some((each) => each === above || each.startsWith(`${above}/`)),
  );
  // As with the go command, it does not reach into the modules below.
  const shortest = Math.min(...found.map(({ moduleDir }) => moduleDir.length));
  const moduleDir = found.find((each) => each.moduleDir.length === shortest)?.moduleDir;
  return found.filter((each) => each.moduleDir === moduleDir);
}

/** A module of the repository that imports packages of another. */
export interface Use {
  readonly consumer: GoModule;
  /** Folders of the packages that it imports directly. */
  readonly dirs: readonly string[];
}

export function usesOf(module: GoModule, { modules, packages }: GoProject): readonly Use[] {
  const own = new Map(
    packages.filter(({ moduleDir }) => moduleDir === module.dir).map((each) => [each.importPath, each.dir]),
  );
  return modules.flatMap((consumer) => {
    if (consumer === module) return [];
    const imported = packages
      .filter(({ moduleDir }) => moduleDir === consumer.dir)
      .flatMap((each) => importsOf(each).flatMap(({ path }) => own.get(path) ?? []));
    return imported.length === 0 ? [] : [{ consumer, dirs: [...new Set(imported)].sort() }];
  });
}
