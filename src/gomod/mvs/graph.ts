/**
 * The graph of module requirements, filled from outside one module after the other, and what is selected in it: of each
 * path the highest version that anything in the graph requires (cmd/go/internal/mvs, Graph).
 */
import { ModuleError } from "../error.ts";
import { compareBytewise } from "../utf8.ts";
import type { ModuleVersion } from "../version.ts";
import { isSame, keyOf } from "./reqs.ts";

/** An order of the versions of the module `path`: negative, 0 or positive. */
export type CompareVersions = (path: string, v1: string, v2: string) => number;

/** A requirement graph in the making. */
export class Graph {
  readonly #compare: CompareVersions;
  readonly #roots: readonly ModuleVersion[];
  /** Only those that {@link require} has been called for. */
  readonly #required = new Map<string, readonly ModuleVersion[]>();
  readonly #reachable = new Set<string>();
  readonly #selected = new Map<string, string>();

  /** @param roots Where the graph begins: the main modules. */
  constructor(compare: CompareVersions, roots: readonly ModuleVersion[]) {
    this.#compare = compare;
    this.#roots = roots;
    for (const root of roots) this.#reach(root);
  }

  #reach(module: ModuleVersion): void {
    this.#reachable.add(keyOf(module));
    if (this.#compare(module.path, this.selected(module.path), module.version) < 0) {
      this.#selected.set(module.path, module.version);
    }
  }

  /**
   * Adds what `module` requires.
   *
   * @throws ModuleError `badGraph` if nothing in the graph requires `module`, or if its requirements are known already.
   */
  require(module: ModuleVersion, requirements: readonly ModuleVersion[]): void {
    const key = keyOf(module);
    if (!this.#reachable.has(key)) {
      throw new ModuleError("badGraph", `${show(module)} is not reachable from any root`);
    }
    if (this.#required.has(key)) {
      throw new ModuleError("badGraph", `requirements of ${show(module)} have already been set`);
    }
    this.#required.set(key, requirements);
    for (const requirement of requirements) this.#reach(requirement);
  }

  /** What `module` requires; `undefined` if that was never told, because the graph is pruned there or could not be read. */
  requiredBy(module: ModuleVersion): readonly ModuleVersion[] | undefined {
    return this.#required.get(keyOf(module));
  }

  /** The version that is selected of the module `path`, or `none`. */
  selected(path: string): string {
    return this.#selected.get(path) ?? "none";
  }

  /** The selected modules: the roots in their order, each path once, then all others sorted by path. */
  buildList(): ModuleVersion[] {
    const rootPaths = new Set(this.#roots.map(({ path }) => path));
    const roots = [...rootPaths]
      .map((path) => ({ path, version: this.selected(path) }))
      .filter(({ version }) => version !== "none");
    const others = [...this.#selected]
      .filter(([path]) => !rootPaths.has(path))
      .map(([path, version]) => ({ path, version }));
    return [...roots, ...others.sort((a, b) => compareBytewise(a.path, b.path))];
  }

  /** All module versions of the graph but those that are `none`, selected or not, those nearest to the roots first. */
  *breadthFirst(): Generator<ModuleVersion> {
    const seen = new Set<string>();
    const queue: ModuleVersion[] = [];
    const enqueue = (modules: readonly ModuleVersion[]): void => {
      for (const module of modules) {
        const key = keyOf(module);
        if (module.version === "none" || seen.has(key)) continue;
        seen.add(key);
        queue.push(module);
      }
    };
    enqueue(this.#roots);
    // What is enqueued on the way is visited too.
    for (const module of queue) {
      yield module;
      enqueue(this.requiredBy(module) ?? []);
    }
  }

  /**
   * A shortest chain of requirements from a root to a module that `isWanted` likes, both included; `undefined` if there is
   * none. `go mod why -m` shows the like.
   */
  findPath(isWanted: (module: ModuleVersion) => boolean): ModuleVersion[] | undefined {
    const requiredFirstBy = new Map<string, ModuleVersion | undefined>();
    const queue = [...this.#roots];
    for (const root of queue) requiredFirstBy.set(keyOf(root), undefined);
    for (const module of queue) {
      if (isWanted(module)) return chainTo(module, requiredFirstBy);
      for (const requirement of this.requiredBy(module) ?? []) {
        const key = keyOf(requirement);
        if (requiredFirstBy.has(key)) continue;
        requiredFirstBy.set(key, module);
        queue.push(requirement);
      }
    }
    return undefined;
  }
}

function chainTo(end: ModuleVersion, requiredFirstBy: ReadonlyMap<string, ModuleVersion | undefined>): ModuleVersion[] {
  const chain: ModuleVersion[] = [];
  for (let at: ModuleVersion | undefined = end; at !== undefined; at = requiredFirstBy.get(keyOf(at))) chain.push(at);
  return chain.toReversed();
}

/** `example.com/m@v1.0.0`, or the path alone for a main module. */
export function show({ path, version }: ModuleVersion): string {
  return version === "" ? path : `${path}@${version}`;
}

/** Whether two lists hold the same modules in the same order. */
export function areSame(a: readonly ModuleVersion[], b: readonly ModuleVersion[]): boolean {
  return a.length === b.length && a.every((module, i) => isSame(module, b[i] ?? { path: "", version: "" }));
}
