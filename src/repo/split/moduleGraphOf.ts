/** The module graph of a module of the repository, from go.mod files that lie on this machine. */
import { posix } from "node:path";
import * as modfile from "../../gomod/modfile.ts";
import { type GoModSource, type LoadedGraph, moduleRequirements, type Requirements } from "../../gomod/mvs.ts";
import { ModuleError } from "../../gomod/error.ts";
import type { ModuleCache } from "../moduleCache.ts";

/** The go.mod files of the repository's modules, whatever version of them is asked for. */
export interface OwnGoMods {
  readonly byPath: ReadonlyMap<string, string>;
  readonly byDir: ReadonlyMap<string, string>;
}

export interface GraphOf {
  readonly requirements: Requirements;
  readonly loaded: LoadedGraph;
}

/** undefined where the go.mod contradicts itself. */
export async function moduleGraphOf(
  dir: string,
  text: string,
  own: OwnGoMods,
  cache: ModuleCache | undefined,
): Promise<GraphOf | undefined> {
  const source: GoModSource = {
    async goMod({ path, version }) {
      const found = version === "" ? own.byDir.get(fromRoot(dir, path)) : own.byPath.get(path);
      const known = found ?? (version === "" ? undefined : await cache?.goMod(path, version));
      if (known === undefined) throw new Error("its go.mod is not on this machine");
      return known;
    },
  };
  try {
    const requirements = moduleRequirements({ file: modfile.parse(`${dir}/go.mod`, text) }, source);
    return { requirements, loaded: await requirements.load() };
  } catch (error) {
    if (error instanceof ModuleError) return undefined;
    throw error;
  }
}

/** How many modules `go list -m all` names, the module itself left out; undefined where not all go.mod files are here. */
export function countOf(graph: GraphOf | undefined): number | undefined {
  if (graph === undefined || graph.loaded.failure !== undefined) return undefined;
  return graph.loaded.graph
    .buildList()
    .filter(({ path, version }) => version !== "" && path !== "go" && path !== "toolchain").length;
}

function fromRoot(dir: string, path: string): string {
  const joined = posix.join(dir, path);
  return joined.length > 1 ? joined.replace(/\/$/, "") : joined;
}
