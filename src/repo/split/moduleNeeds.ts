/** Which modules a module's packages are built and tested with, by following their imports. */
import { isStandard } from "../cgoNeed.ts";
import type { DependencySource } from "../dependencySource.ts";
import type { GoPackage } from "../goPackages.ts";
import { mayBeBuilt } from "../../gomod/source.ts";
import { importsOf } from "./packageImports.ts";

export interface ModuleNeeds {
  /** Paths of the modules that a file imports from. */
  readonly direct: ReadonlySet<string>;
  /** All that have a package in it; those direct ones among them. */
  readonly modules: ReadonlySet<string>;
  /** The packages themselves with the module that has them; the repository's own are named as they are now. */
  readonly packages: readonly { readonly path: string; readonly module: string; readonly own: GoPackage | undefined }[];
  /** Packages that lie nowhere on this machine, so that nobody could look what they import. */
  readonly unread: readonly string[];
  /** Packages of the repository that others' packages import, which nobody here can rewrite. */
  readonly fromOutside: readonly { readonly importer: string; readonly own: GoPackage }[];
}

export interface NeedsOptions {
  /** The repository's packages by import path. */
  readonly own: ReadonlyMap<string, GoPackage>;
  /** The path of the module that holds a package of the repository. */
  readonly holderOf: (own: GoPackage) => string;
  readonly dependencies: DependencySource;
  /** Paths of all modules that may have a package. */
  readonly required: ReadonlySet<string>;
}

/** A module of tens of thousands of packages is not looked through to its end. */
const maxPackages = 20_000;

/**
 * @param packages The module's own.
 * @param tools Import paths of its `tool` lines.
 */
export async function needsOf(
  packages: readonly GoPackage[],
  tools: readonly string[],
  { own, holderOf, dependencies, required }: NeedsOptions,
): Promise<ModuleNeeds> {
  const inside = new Set(packages);
  const direct = new Set<string>();
  const found = new Map<string, ModuleNeeds["packages"][number]>();
  const unread: string[] = [];
  const fromOutside: ModuleNeeds["fromOutside"][number][] = [];
  const queue: string[] = [];
  const add = (path: string, isDirect: boolean): void => {
    if (isStandard(path) && !own.has(path)) return;
    const ours = own.get(path);
    if (ours !== undefined && inside.has(ours)) return;
    const module = ours === undefined ? moduleOf(path, required) : holderOf(ours);
    if (module !== undefined && isDirect) direct.add(module);
    if (found.has(path)) return;
    found.set(path, { path, module: module ?? "", own: ours });
    queue.push(path);
  };
  for (const each of packages) for (const { path } of importsOf(each)) add(path, true);
  for (const path of tools) add(path, false);
  for (let path = queue.shift(); path !== undefined && found.size <= maxPackages; path = queue.shift()) {
    const ours = own.get(path);
    const imports =
      ours === undefined ? await importedElsewhere(path, dependencies) : importsOf(ours, false).map(({ path }) => path);
    if (imports === undefined) unread.push(path);
    for (const imported of imports ?? []) {
      const imports = own.get(imported);
      if (ours === undefined && imports !== undefined) fromOutside.push({ importer: path, own: imports });
      add(imported, false);
    }
  }
  const all = [...found.values()].filter(({ module }) => module !== "");
  return { direct, modules: new Set(all.map(({ module }) => module)), packages: all, unread, fromOutside };
}

async function importedElsewhere(path: string, { read }: DependencySource): Promise<readonly string[] | undefined> {
  const headers = await read(path);
  if (headers === undefined) return undefined;
  const built = [...headers.values()].filter(({ constraint }) => mayBeBuilt(constraint));
  return [...new Set(built.flatMap(({ imports }) => imports.map(({ path }) => path)))];
}

/** The module with the longest path has it. */
function moduleOf(importPath: string, required: ReadonlySet<string>): string | undefined {
  for (let path = importPath; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf("/"))))
    if (required.has(path)) return path;
  return undefined;
}
