/**
 * Below go 1.17 a go.mod does not list what only others need, unless it raises a version
 * (https://go.dev/ref/mod#go-mod-file-require). What is needed is then told by the module graph alone.
 */
import type { Requirement } from "../../gomod/modfile.ts";
import * as semver from "../../gomod/semver.ts";
import type { GoProject } from "../goProject.ts";
import type { ModuleCache } from "../moduleCache.ts";
import { type GraphOf, moduleGraphOf, type OwnGoMods } from "./moduleGraphOf.ts";
import { isPruned } from "./newGoMod.ts";

/** The project with all modules of their graphs among the requirements of those modules, as if go.mod listed them. */
export async function withUnlisted(
  project: GoProject,
  own: OwnGoMods,
  cache: ModuleCache | undefined,
): Promise<GoProject> {
  const modules = project.modules.map(async (module) => {
    if (isPruned(module.go)) return module;
    const graph = await moduleGraphOf(module.dir, own.byDir.get(module.dir) ?? "", own, cache);
    const listed = new Set(module.requires.map(({ path }) => path));
    const unlisted = (graph?.loaded.graph.buildList() ?? []).filter(
      ({ path, version }) => semver.isValid(version) && path !== module.path && !listed.has(path),
    );
    return { ...module, requires: [...module.requires, ...unlisted.map((mod) => ({ ...mod, indirect: true }))] };
  });
  return { ...project, modules: await Promise.all(modules) };
}

/** Whether a go.mod must list a module: the graph of what it lists otherwise would select a lower version, or none. */
export function mustList(graph: GraphOf | undefined): ({ mod, indirect }: Requirement) => boolean {
  return ({ mod, indirect }) => {
    if (!indirect || graph === undefined || graph.loaded.failure !== undefined) return true;
    const selected = graph.loaded.graph.selected(mod.path);
    return selected === "none" || semver.compare(selected, mod.version) < 0;
  };
}
