/**
 * Making the roots of a main module consistent (cmd/go/internal/modload/buildlist.go, updateRoots, expandGraph): each at the
 * version that is selected of its path, and each path once. In a pruned module that may bring more into view, and raise
 * others in turn.
 */
import { modCompare } from "../gover.ts";
import type { ModuleVersion } from "../version.ts";
import { areSame, type Graph } from "./graph.ts";
import { compareVersions } from "./moduleGraph.ts";
import type { Reqs } from "./reqs.ts";
import { req } from "./req.ts";
import { Requirements, soleMain } from "./requirements.ts";

/**
 * Loads the whole graph, and makes the roots consistent with it, as `go list -mod=mod -m all` does before it prints. Where
 * `requirements` comes back itself, go.mod is in order; else the go command would say "updates to go.mod needed".
 *
 * @throws BuildListError
 */
export async function expandGraph(
  requirements: Requirements,
): Promise<{ readonly requirements: Requirements; readonly graph: Graph }> {
  let expanded = requirements.hasRedundantRoot() ? await updateRoots(requirements) : requirements;
  let graph = await expanded.graph();
  if (!areRootsSelected(expanded, graph)) {
    expanded = await updateRoots(expanded);
    graph = await expanded.graph();
  }
  return { requirements: expanded, graph };
}

function areRootsSelected({ pruning, roots, context }: Requirements, graph: Graph): boolean {
  const wanted = pruning === "workspace" ? context.mains.modules : roots;
  return wanted.every(({ path, version }) => graph.selected(path) === version);
}

/** Changes to roots. */
export interface RootChanges {
  /** Modules to require as well. Each is selected at its version or, if another needs more, at a higher one. */
  readonly add?: readonly ModuleVersion[];
  /** The paths that are imported directly; as they were, if absent. */
  readonly direct?: ReadonlySet<string>;
}

/**
 * The same requirements with consistent roots. In a module that is not pruned, that is the least list from which the same
 * versions follow, all direct modules included. A workspace's roots stay.
 *
 * @throws BuildListError
 */
export function updateRoots(requirements: Requirements, changes: RootChanges = {}): Promise<Requirements> {
  const { add = [], direct = requirements.direct } = changes;
  switch (requirements.pruning) {
    case "workspace":
      return Promise.resolve(new Requirements(requirements.context, "workspace", requirements.roots, direct));
    case "pruned":
      return updatePruned(requirements, direct, add);
    case "unpruned":
      return updateUnpruned(requirements, direct, add);
  }
}

async function updatePruned(
  requirements: Requirements,
  direct: ReadonlySet<string>,
  add: readonly ModuleVersion[],
): Promise<Requirements> {
  const { context } = requirements;
  const higher = add.filter(({ path, version }) => {
    const root = requirements.rootSelected(path);
    return root === undefined || (root !== "" && modCompare(path, root, version) < 0);
  });
  let current = requirements;
  let roots: readonly ModuleVersion[] = [...requirements.roots, ...higher];
  let isUpgraded = higher.length > 0;
  for (;;) {
    if (isUpgraded) current = new Requirements(context, "pruned", roots, direct);
    // Nothing was raised, so nobody has reason to look at a graph that isn't loaded yet.
    const graph = isUpgraded || current.isGraphLoaded ? await current.graph() : undefined;
    const selectedOf = (path: string): string => graph?.selected(path) ?? current.rootSelected(path) ?? "none";
    const paths = new Set(current.roots.map(({ path }) => path));
    for (const path of context.mains.files.keys()) paths.delete(path);
    roots = [...paths].map((path) => ({ path, version: selectedOf(path) }));
    // Of several roots of one path, the first is held against what is selected, as in Go.
    const first = new Map(current.roots.toReversed().map(({ path, version }) => [path, version]));
    isUpgraded = roots.some(({ path, version }) => first.get(path) !== version);
    if (!isUpgraded) break;
  }
  if (areSame(roots, requirements.roots) && haveSame(direct, requirements.direct)) return requirements;
  return new Requirements(context, "pruned", roots, direct);
}

async function updateUnpruned(
  requirements: Requirements,
  direct: ReadonlySet<string>,
  add: readonly ModuleVersion[],
): Promise<Requirements> {
  const { context } = requirements;
  const main = soleMain(context.mains);
  const graph = await requirements.graph();
  // A root that is at its selected version stays, even if another implies it: no churn in go.mod.
  const kept = requirements.roots.filter(({ path, version }) => graph.selected(path) === version);
  const keep = [...graph.buildList().slice(1), ...add];
  const paths = [...kept, ...keep.filter(({ path }) => direct.has(path))].map(({ path }) => path);
  const reqs: Reqs = {
    async required(module) {
      if (module.path === main.path && module.version === "") return keep;
      return module.version === "none" ? [] : (await context.summaries(module)).require;
    },
    max: (path, v1, v2) => (compareVersions(path, v1, v2) < 0 ? v2 : v1),
  };
  const roots = await req(main, paths, reqs);
  if (areSame(roots, requirements.roots) && haveSame(direct, requirements.direct)) return requirements;
  return new Requirements(context, "unpruned", roots, direct);
}

function haveSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((path) => b.has(path));
}
