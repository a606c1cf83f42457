/**
 * Loading the module graph with pruning, as `go mod graph` and `go list -m all` do
 * (cmd/go/internal/modload/buildlist.go, readModGraph). The graph of a pruned module holds its roots, what they require, and
 * whatever is behind those roots that don't prune; that of an unpruned one holds everything.
 */
import { modCompare } from "../gover.ts";
import type { ModuleVersion } from "../version.ts";
import { BuildListError } from "./buildListError.ts";
import type { GoModSummary, Pruning, Summaries } from "./goModSummaries.ts";
import { Graph } from "./graph.ts";
import { keyOf } from "./reqs.ts";
import { workThrough } from "./work.ts";

/** A graph, as far as it could be loaded. */
export interface LoadedGraph {
  readonly graph: Graph;
  /** Why some of it is missing; `undefined` if nothing is. */
  readonly failure: BuildListError | undefined;
}

/** The order of versions, `go` and `toolchain` included. The main modules, which have no version, are above all others. */
export function compareVersions(path: string, v1: string, v2: string): number {
  if (v1 === "" || v2 === "") return Number(v1 === "") - Number(v2 === "");
  return modCompare(path, v1, v2);
}

/** Loads the graph of one main module. */
export async function loadModuleGraph(
  main: ModuleVersion,
  pruning: Pruning,
  roots: readonly ModuleVersion[],
  summaries: Summaries,
): Promise<LoadedGraph> {
  const loading = new Loading([main], summaries);
  loading.graph.require(main, roots);
  await loading.load(roots, pruning);
  return loading.result();
}

/**
 * Loads the graph of a workspace, whose roots are its modules and the versions of Go and its toolchain.
 *
 * A workspace may select a higher version of a dependency than the module that needs it asked for; packages of that version
 * may need more than is in the pruned graph. So the requirements of such versions are loaded too, and of those that are
 * raised by them, until nothing changes.
 */
export async function loadWorkspaceGraph(roots: readonly ModuleVersion[], summaries: Summaries): Promise<LoadedGraph> {
  const loading = new Loading(roots, summaries);
  await loading.load(roots, "workspace");
  const { graph } = loading;
  const relevant = new Set(roots.map(({ path }) => path));
  const seen = new Set<string>();
  for (;;) {
    const missing = new Map<string, ModuleVersion>();
    for (const path of relevant) {
      const module = { path, version: graph.selected(path) };
      if (!seen.has(keyOf(module))) {
        missing.set(keyOf(module), module);
        continue;
      }
      for (const required of graph.requiredBy(module) ?? []) {
        const selected = { path: required.path, version: graph.selected(required.path) };
        const isRaised = modCompare(required.path, selected.version, required.version) > 0;
        if (isRaised && !seen.has(keyOf(selected))) missing.set(keyOf(selected), selected);
      }
    }
    if (missing.size === 0) return loading.result();
    for (const [key, module] of missing) {
      seen.add(key);
      relevant.add(module.path);
    }
    await loading.load([...missing.values()], "workspace");
  }
}

type Horizon = Pruning | "workspace";

interface Task {
  readonly module: ModuleVersion;
  readonly horizon: Horizon;
}

function taskKey({ module, horizon }: Task): string {
  return `${horizon}\0${keyOf(module)}`;
}

/** A graph that is being loaded. */
class Loading {
  readonly graph: Graph;
  readonly #summaries: Summaries;
  /** By module. The value is `undefined` where it failed. */
  readonly #loaded = new Map<string, Promise<GoModSummary | undefined>>();
  readonly #failures = new Map<string, unknown>();
  readonly #done = new Set<string>();

  constructor(roots: readonly ModuleVersion[], summaries: Summaries) {
    this.graph = new Graph(compareVersions, roots);
    this.#summaries = summaries;
  }

  /** Loads modules and all behind them that `horizon` lets one see. */
  async load(modules: readonly ModuleVersion[], horizon: Horizon): Promise<void> {
    const tasks = (list: readonly ModuleVersion[], horizon: Horizon): Task[] =>
      list.filter(({ version }) => version !== "none").map((module) => ({ module, horizon }));
    await workThrough(tasks(modules, horizon), taskKey, async (task, add) => {
      const key = taskKey(task);
      if (this.#done.has(key)) return;
      this.#done.add(key);
      const summary = await this.#loadOne(task.module);
      if (summary === undefined || (task.horizon === "pruned" && summary.pruning === "pruned")) return;
      add(tasks(summary.require, task.horizon === "unpruned" ? "unpruned" : summary.pruning));
    });
  }

  #loadOne(module: ModuleVersion): Promise<GoModSummary | undefined> {
    const key = keyOf(module);
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    const loaded = this.#readOne(module);
    this.#loaded.set(key, loaded);
    return loaded;
  }

  async #readOne(module: ModuleVersion): Promise<GoModSummary | undefined> {
    try {
      const summary = await this.#summaries(module);
      this.graph.require(module, summary.require);
      return summary;
    } catch (error) {
      this.#failures.set(keyOf(module), error);
      return undefined;
    }
  }

  result(): LoadedGraph {
    const path =
      this.#failures.size === 0 ? undefined : this.graph.findPath((module) => this.#failures.has(keyOf(module)));
    const end = path?.at(-1);
    const failure =
      path === undefined || end === undefined ? undefined : new BuildListError(this.#failures.get(keyOf(end)), path);
    return { graph: this.graph, failure };
  }
}
