/** go.sum after a split: the lines that a build needs, of those that the repository's files have, and of the new modules. */
import { hash } from "node:crypto";
import { hashGoMod } from "../../gomod/dirhash.ts";
import { format, keyOf, type ModuleSums, neededSums, type Sums } from "../../gomod/gosum.ts";
import { replacementOf } from "../../gomod/mvs.ts";
import type { ModuleVersion } from "../../gomod/version.ts";
import type { ModuleCache } from "../moduleCache.ts";
import type { GraphOf } from "./moduleGraphOf.ts";

export interface NewGoSum {
  readonly text: string;
  /** What nobody on this machine knows the hash of. */
  readonly missing: readonly ModuleVersion[];
}

/**
 * @param known All lines of the repository, and those of what the split makes.
 * @param own What the module had before. Of it those lines stay whose version is still in the graph: `go mod tidy` keeps what
 * tests of other modules' packages need.
 * @param packages What the module imports, with the path of the module that has it.
 * @returns All lines where the module graph can't be told.
 */
export async function newGoSum(
  graph: GraphOf | undefined,
  packages: readonly { readonly path: string; readonly module: string }[],
  known: Sums,
  own: Sums,
  cache: ModuleCache | undefined,
): Promise<NewGoSum> {
  if (graph === undefined || graph.loaded.failure !== undefined) return { text: format(known), missing: [] };
  const { requirements, loaded } = graph;
  const needed = neededSums({
    requirements,
    graph: loaded.graph,
    packages: packages.map(({ path, module }) => ({
      path,
      mod: { path: module, version: loaded.graph.selected(module) },
    })),
    replacementOf: (mod) => replacementOf(requirements.context.mains, mod),
  });
  const lines = new Map<string, ModuleSums>();
  const missing: ModuleVersion[] = [];
  const inGraph = new Set([...loaded.graph.breadthFirst()].map(keyOf));
  for (const [key, line] of own) if (inGraph.has(key.replace(/\/go\.mod$/, ""))) lines.set(key, line);
  for (const mod of needed.filter(({ version }) => !/^none(\/|$)/.test(version))) {
    const line = known.get(keyOf(mod)) ?? (await cached(mod, cache));
    if (line === undefined) missing.push(mod);
    else lines.set(keyOf(mod), line);
  }
  return { text: format(lines), missing };
}

/** The go command has written down what it found when it fetched the zip. */
async function cached(mod: ModuleVersion, cache: ModuleCache | undefined): Promise<ModuleSums | undefined> {
  const version = mod.version.replace(/\/go\.mod$/, "");
  if (version === mod.version) {
    const sum = await cache?.zipSum(mod.path, version);
    return sum === undefined ? undefined : { mod, hashes: [sum] };
  }
  const text = await cache?.goMod(mod.path, version);
  if (text === undefined) return undefined;
  return { mod, hashes: [hashGoMod(new TextEncoder().encode(text), (data) => hash("sha256", data, "hex"))] };
}
