/**
 * What the main modules require, and what follows from it, worked out no sooner than asked for: lazy module loading
 * (https://go.dev/ref/mod#lazy-loading; cmd/go/internal/modload/buildlist.go, Requirements).
 */
import { ModuleError } from "../error.ts";
import { fromGoMod, fromGoWork, modCompare, modSort } from "../gover.ts";
import type { WorkFile } from "../modfile.ts";
import type { ModuleVersion } from "../version.ts";
import { type GoModSource, type Pruning, pruningOf, type Summaries, summariesFrom } from "./goModSummaries.ts";
import type { Graph } from "./graph.ts";
import { type MainModule, type MainModules, mainModules } from "./mainModules.ts";
import { type LoadedGraph, loadModuleGraph, loadWorkspaceGraph } from "./moduleGraph.ts";
import { keyOf } from "./reqs.ts";

/** A set of roots that doesn't change. The graph behind them is loaded when somebody wants it, and once. */
export class Requirements {
  /** Of the main module; a workspace has its own way. */
  readonly pruning: Pruning | "workspace";
  /** What the main module requires, or in a workspace the modules themselves; the version of Go too; sorted. */
  readonly roots: readonly ModuleVersion[];
  /** Paths of the modules that a main module imports from, as far as its go.mod tells: those not marked `// indirect`. */
  readonly direct: ReadonlySet<string>;
  /** For other sets of roots of the same modules. */
  readonly context: Context;
  readonly #highest = new Map<string, string>();
  #loaded: Promise<LoadedGraph> | undefined;

  constructor(
    context: Context,
    pruning: Pruning | "workspace",
    roots: readonly ModuleVersion[],
    direct: ReadonlySet<string>,
  ) {
    this.context = context;
    this.pruning = pruning;
    this.roots = modSort(roots);
    this.direct = direct;
    for (const { path, version } of this.roots) {
      const before = this.#highest.get(path);
      if (before === undefined || modCompare(path, before, version) < 0) this.#highest.set(path, version);
    }
  }

  /** The version of Go that the main module, or the workspace, asks for. */
  get goVersion(): string {
    return this.#highest.get("go") ?? fromGoMod(undefined);
  }

  /** The version of a root, empty for a main module; `undefined` if the path is no root. No graph is loaded. */
  rootSelected(path: string): string | undefined {
    return this.context.mains.files.has(path) ? "" : this.#highest.get(path);
  }

  /** Whether a path is required twice, or a main module is. The go command drops what is too much. */
  hasRedundantRoot(): boolean {
    if (this.pruning === "workspace") return false;
    return this.roots.some(({ path }, i) => this.context.mains.files.has(path) || this.roots[i - 1]?.path === path);
  }

  /** Whether the graph has been asked for. */
  get isGraphLoaded(): boolean {
    return this.#loaded !== undefined;
  }

  /** The graph, as far as it can be loaded. It isn't cut short by a module that can't be read. */
  load(): Promise<LoadedGraph> {
    const { mains, summaries } = this.context;
    this.#loaded ??=
      this.pruning === "workspace"
        ? loadWorkspaceGraph(this.roots, summaries)
        : loadModuleGraph(soleMain(mains), this.pruning, this.roots, summaries);
    return this.#loaded;
  }

  /** The whole graph. @throws BuildListError if some of it can't be loaded. */
  async graph(): Promise<Graph> {
    const { graph, failure } = await this.load();
    if (failure !== undefined) throw failure;
    return graph;
  }

  /**
   * The version that is selected of the module `path`, as `go list -m path` says; `none` if it is not in the build. Where
   * the main module is pruned, a root needs no graph, as its roots are to be consistent.
   *
   * @throws BuildListError
   */
  async selected(path: string): Promise<string> {
    const root = this.pruning === "pruned" ? this.rootSelected(path) : undefined;
    return root ?? (await this.graph()).selected(path);
  }

  /**
   * Whether the roots are at least as high as each of `modules` requires. Reads their go.mod files only, and no graph: a quick
   * look whether a go.mod was edited by hand. What can't be read counts as inconsistent.
   */
  async spotCheck(modules: readonly ModuleVersion[]): Promise<boolean> {
    const checks = modules.map(async (module) => {
      const { require } = await this.context.summaries(module);
      return require.every(({ path, version }) => {
        const root = this.rootSelected(path);
        // A main module is above every version of itself.
        return root === undefined || root === "" || modCompare(path, root, version) >= 0;
      });
    });
    const results = await Promise.allSettled(checks);
    return results.every((result) => result.status === "fulfilled" && result.value);
  }
}

/** What stays the same when roots change. */
export interface Context {
  readonly mains: MainModules;
  readonly summaries: Summaries;
}

/** The main module outside of a workspace. */
export function soleMain(mains: MainModules): ModuleVersion {
  const [main] = mains.modules;
  if (main === undefined) throw new ModuleError("badGraph", "there is no main module");
  return main;
}

/**
 * The requirements of a main module, without those that it excludes.
 *
 * @param file Its go.mod, from modfile.parse.
 * @throws ModuleError `badRequirements` for a go.mod without a module line, or with replacements that conflict.
 */
export function moduleRequirements(main: MainModule, source: GoModSource): Requirements {
  const mains = mainModules([main], undefined);
  const { file } = main;
  const goVersion = fromGoMod(file);
  const kept = file.require.filter(({ mod }) => !mains.excluded.has(keyOf(mod)));
  const direct = new Set(["go", ...kept.filter(({ indirect }) => !indirect).map(({ mod }) => mod.path)]);
  const roots = [...kept.map(({ mod }) => mod), ...goRoots(goVersion, file.toolchain?.name)];
  return new Requirements({ mains, summaries: summariesFrom(source, mains) }, pruningOf(goVersion), roots, direct);
}

/**
 * The requirements of a workspace.
 *
 * @param modules Those that go.work uses, each with its folder.
 * @throws ModuleError `badRequirements` as {@link moduleRequirements}; also for two modules of one name.
 */
export function workspaceRequirements(
  work: WorkFile,
  modules: readonly MainModule[],
  source: GoModSource,
): Requirements {
  const mains = mainModules(modules, work);
  const required = modules.flatMap(({ file }) => file.require);
  const direct = new Set(required.filter(({ indirect }) => !indirect).map(({ mod }) => mod.path));
  const roots = [...mains.modules, ...goRoots(fromGoWork(work), work.toolchain?.name)];
  return new Requirements({ mains, summaries: summariesFrom(source, mains) }, "workspace", roots, direct);
}

function goRoots(goVersion: string, toolchain: string | undefined): ModuleVersion[] {
  const go = { path: "go", version: goVersion };
  return toolchain === undefined ? [go] : [go, { path: "toolchain", version: toolchain }];
}
