/**
 * Which lines of go.sum a build needs (cmd/go/internal/modload, keepSums):
 *
 * - of each go.mod file in the module graph, as each has a say in which versions are selected;
 * - of each module that has, or might have had, an imported package: for `example.com/m/pkg`, those named `example.com/m/pkg`,
 *   `example.com/m` and `example.com`, as two modules with one package are an error;
 * - of the go.mod file of each module with an imported package, whose go line tells how to compile it. Go before 1.21 did
 *   without.
 */
import { isToolchain } from "../gover/toolchain.ts";
import { compare } from "../gover/version.ts";
import { tidyGoModSumVersion } from "../gover/languageVersions.ts";
import { ModuleError } from "../error.ts";
import { checkImportPath } from "../path.ts";
import type { ModuleVersion } from "../version.ts";
import { goModOf, keyOf } from "./sums.ts";

/** What the main modules require. mvs.Requirements is one. */
export interface RootRequirements {
  readonly pruning: "pruned" | "unpruned" | "workspace";
  readonly goVersion: string;
  readonly roots: readonly ModuleVersion[];
  /** The version of a root, empty for a main module, `undefined` for other paths. */
  rootSelected(path: string): string | undefined;
}

/** A module graph. mvs.Graph is one. */
export interface ModuleGraph {
  /** The version that is selected, or `none`. */
  selected(path: string): string;
  /** `undefined` for modules whose go.mod file was not read. */
  requiredBy(module: ModuleVersion): readonly ModuleVersion[] | undefined;
  breadthFirst(): Iterable<ModuleVersion>;
  buildList(): readonly ModuleVersion[];
}

/** A package that is imported, of a main module or of another. Those of the standard library don't count. */
export interface ImportedPackage {
  readonly path: string;
  /** The module it is from; `undefined` if none has it. */
  readonly mod: ModuleVersion | undefined;
}

export interface NeededOptions {
  readonly requirements: RootRequirements;
  /** Where it is not given, it was not needed: the main module is pruned, and the packages are all from roots. */
  readonly graph?: ModuleGraph;
  /** What is built, tests included if they are. Without, no package was looked for, as with `go list -m all`. */
  readonly packages?: readonly ImportedPackage[];
  /** What stands in for a module; itself if nothing does. */
  readonly replacementOf?: (mod: ModuleVersion) => ModuleVersion;
  /** Whole modules of the build list are needed though nothing is imported from them: `go mod download` and the like. */
  readonly wholeBuildList?: boolean;
  /** Under `go mod tidy`, which leaves out for go versions before 1.21 what they left out. */
  readonly isTidy?: boolean;
  /** `-mod=mod` is in effect, as with `go get` and `go mod tidy`. */
  readonly isUpdating?: boolean;
}

/**
 * What must have a line, in no order; go.mod files as {@link goModOf} names them. Folders and main modules have none.
 *
 * @throws ModuleError `badRequirements` if the graph is needed but not given.
 */
export function neededSums(options: NeededOptions): ModuleVersion[] {
  const { requirements, graph, packages, wholeBuildList = false, replacementOf = (mod) => mod } = options;
  const needed = new Map<string, ModuleVersion>();
  const needModule = (mod: ModuleVersion): void => add(needed, replacementOf(mod), (replacement) => replacement);
  const needGoMod = (mod: ModuleVersion): void => add(needed, replacementOf(mod), goModOf);

  const isOld = compare(requirements.goVersion, tidyGoModSumVersion) < 0;
  const isLenient = isOld && (options.isUpdating !== true || (packages !== undefined && options.isTidy === true));
  for (const { path, mod } of packages ?? []) {
    if (!isImportPath(path)) continue;
    if (mod !== undefined && !isLenient) needGoMod(mod);
    const isRoot = mod !== undefined && requirements.rootSelected(mod.path) === mod.version;
    const selected =
      requirements.pruning === "pruned" && isRoot
        ? (prefix: string) => requirements.rootSelected(prefix) ?? "none"
        : (prefix: string) => graphOf(graph, path).selected(prefix);
    for (const prefix of prefixes(path)) {
      const version = selected(prefix);
      if (version !== "none") needModule({ path: prefix, version });
    }
  }

  if (graph === undefined) {
    for (const root of requirements.roots) {
      needGoMod(root);
      if (wholeBuildList) needModule(root);
    }
    return [...needed.values()];
  }
  for (const mod of graph.breadthFirst()) if (graph.requiredBy(mod) !== undefined) needGoMod(mod);
  if (wholeBuildList) {
    for (const mod of graph.buildList()) {
      if (!isLenient) needGoMod(mod);
      needModule(mod);
    }
  }
  return [...needed.values()];
}

/** Folders have no version, nor have main modules; `go` and `toolchain` are no modules. */
function add(
  needed: Map<string, ModuleVersion>,
  mod: ModuleVersion,
  lineOf: (mod: ModuleVersion) => ModuleVersion,
): void {
  if (mod.version === "" || isToolchain(mod.path)) return;
  const line = lineOf(mod);
  needed.set(keyOf(line), line);
}

/** `a.b/c/d`, `a.b/c`, `a.b`. */
function prefixes(path: string): string[] {
  const all = [path];
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    all.push(path.slice(0, slash));
  }
  return all;
}

function graphOf(graph: ModuleGraph | undefined, path: string): ModuleGraph {
  if (graph !== undefined) return graph;
  throw new ModuleError("badRequirements", `which modules might have ${path} is told by the module graph only`);
}

function isImportPath(path: string): boolean {
  try {
    checkImportPath(path);
    return true;
  } catch (error) {
    if (error instanceof ModuleError) return false;
    throw error;
  }
}
