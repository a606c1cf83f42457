/** go.sum after a split: the lines that a build needs, of those that the repository's files have, and of the new modules. */
import { hash } from "node:crypto";
import { hashGoMod } from "../../gomod/dirhash.ts";
import { format, type ImportedPackage, keyOf, type ModuleSums, neededSums, type Sums } from "../../gomod/gosum.ts";
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
 * @param packages What the module imports, with the path of the module that has it.
 * @param testedWith What tests of others' packages import. No build needs its lines; those are there that are known.
 * @returns All lines where the module graph can't be told.
 */
export async function newGoSum(
  graph: GraphOf | undefined,
  packages: readonly { readonly path: string; readonly module: string }[],
  testedWith: readonly string[],
  known: Sums,
  cache: ModuleCache | undefined,
): Promise<NewGoSum> {
  if (graph === undefined || graph.loaded.failure !== undefined) return { text: format(known), missing: [] };
  const { requirements, loaded } = graph;
  const selected = (path: string): ModuleVersion => ({ path, version: loaded.graph.selected(path) });
  const needed = (imported: readonly ImportedPackage[]): readonly ModuleVersion[] =>
    neededSums({
      requirements,
      graph: loaded.graph,
      packages: imported,
      replacementOf: (mod) => replacementOf(requirements.context.mains, mod),
    }).filter(({ version }) => !/^none(\/|$)/.test(version));
  const lines = new Map<string, ModuleSums>();
  const missing: ModuleVersion[] = [];
  for (const mod of needed(packages.map(({ path, module }) => ({ path, mod: selected(module) })))) {
    const line = known.get(keyOf(mod)) ?? (await cached(mod, cache));
    if (line === undefined) missing.push(mod);
    else lines.set(keyOf(mod), line);
  }
  for (const mod of needed(testedWith.map((path) => ({ path, mod: moduleOf(path, selected) })))) {
    const line = known.get(keyOf(mod)) ?? (await cached(mod, cache));
    if (line !== undefined) lines.set(keyOf(mod), line);
  }
  return { text: format(lines), missing };
}

/** The module with the longest path that the graph has. */
function moduleOf(importPath: string, selected: (path: string) => ModuleVersion): ModuleVersion | undefined {
  for (let path = importPath; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf("/"))))
    if (selected(path).version !== "none") return selected(path);
  return undefined;
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
