/** Every module that a split makes or changes, with what it needs from then on; those first that need no other of them. */
import { dependencySource } from "../dependencySource.ts";
import type { GoModule } from "../goModules.ts";
import type { GoPackage } from "../goPackages.ts";
import type { GoProject } from "../goProject.ts";
import type { ModuleCache } from "../moduleCache.ts";
import { type ModuleNeeds, needsOf } from "./moduleNeeds.ts";
import type { NewModule, SplitForm } from "./newModules.ts";
import { lastVersion, nextVersion, tagPrefix } from "./repoModule.ts";

export interface ModuleAfter {
  readonly path: string;
  /** The version that it is released as; undefined for a module that has no versions: a program, or one that is only used by its folder. */
  readonly version: string | undefined;
  /** undefined as the version is. */
  readonly tag: string | undefined;
  /** In its repository. */
  readonly dir: string;
  /** Set for what the split makes. */
  readonly made: NewModule | undefined;
  /** The module as it is now; for what the split makes, the one that it was cut out of. */
  readonly before: GoModule;
  readonly needs: ModuleNeeds;
}

export interface AfterOptions {
  readonly project: GoProject;
  /** The module that is split. */
  readonly module: GoModule;
  readonly made: readonly NewModule[];
  readonly into: SplitForm;
  /** Names of git's tags. */
  readonly tags: readonly string[];
  readonly cache: ModuleCache | undefined;
}

export async function modulesAfter({
  project,
  module,
  made,
  tags,
  cache,
}: AfterOptions): Promise<readonly ModuleAfter[]> {
  const { modules, packages, workspace, tree } = project;
  const madeOf = new Map(made.flatMap((each) => each.packages.map(({ dir }) => [dir, each] as const)));
  const pathOf = new Map(modules.map(({ dir, path }) => [dir, path]));
  const options = {
    own: new Map(packages.map((each) => [each.importPath, each])),
    holderOf: (own: GoPackage): string => madeOf.get(own.dir)?.path ?? pathOf.get(own.moduleDir) ?? "",
    dependencies: dependencySource(tree, modules, workspace, cache?.folder),
    required: new Set(modules.flatMap(({ requires }) => requires.map(({ path }) => path))),
  };
  const all: ModuleAfter[] = [];
  for (const each of made) {
    const own = packages.filter(({ dir }) => madeOf.get(dir) === each);
    const { path, version, tag, dir } = each;
    all.push({ path, version, tag, dir, made: each, before: module, needs: await needsOf(own, [], options) });
  }
  for (const before of modules) {
    const own = packages.filter(({ dir, moduleDir }) => moduleDir === before.dir && !madeOf.has(dir));
    const last = lastVersion(before, project, tags);
    const version = last === undefined ? undefined : nextVersion(before, last);
    all.push({
      path: before.path,
      version,
      tag: version === undefined ? undefined : tagPrefix(before) + version,
      dir: before.dir,
      made: undefined,
      before,
      needs: await needsOf(own, before.tools, options),
    });
  }
  return inOrder(changed(all, module));
}

/** The module itself, those that require it, and those that get a new version of another. */
function changed(all: readonly ModuleAfter[], module: GoModule): readonly ModuleAfter[] {
  const found = new Set(
    all.filter(
      ({ made, before }) =>
        made !== undefined || before === module || before.requires.some(({ path }) => path === module.path),
    ),
  );
  for (let size = 0; size < found.size;) {
    size = found.size;
    const renewed = new Set([...found].filter(({ version }) => version !== undefined).map(({ path }) => path));
    for (const each of all) if ([...each.needs.modules].some((path) => renewed.has(path))) found.add(each);
  }
  return all.filter((each) => found.has(each));
}

/** Modules may need each other in a circle, for tests: then the order among them is any. */
function inOrder(all: readonly ModuleAfter[]): readonly ModuleAfter[] {
  const done = new Set<ModuleAfter>();
  const open = new Set<ModuleAfter>();
  const visit = (each: ModuleAfter): void => {
    if (done.has(each) || open.has(each)) return;
    open.add(each);
    for (const other of all) if (other !== each && each.needs.modules.has(other.path)) visit(other);
    done.add(each);
  };
  for (const each of all) visit(each);
  return [...done];
}
