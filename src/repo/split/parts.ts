/**
 * Which packages become one new module. Packages that were asked for each get their own; what several of them need, and
 * nobody else holds, gets a module that they require. So: packages that the same ones of those asked for need stay together,
 * and as a needed package is needed by all that need its importer, modules require each other in no circle.
 */
import { type Bond, type Bonds, closureOf } from "./bonds.ts";

export interface Part {
  /** Those of its packages that were asked for; none for what others share. */
  readonly wanted: readonly string[];
  /** The folders of its packages, sorted; each that was not asked for with the bond that brought it. */
  readonly dirs: readonly string[];
  readonly because: ReadonlyMap<string, Bond>;
}

/**
 * @param wanted Groups of folders, each to be one module.
 * @returns Those first that need no other.
 */
export function partsOf(wanted: readonly (readonly string[])[], bonds: Bonds): readonly Part[] {
  const neededBy = new Map<string, Set<number>>();
  const because = new Map<string, Bond>();
  const asked = new Set(wanted.flat());
  for (const [index, group] of wanted.entries()) {
    for (const dir of group) {
      for (const [reached, bond] of closureOf(dir, bonds)) {
        const by = neededBy.get(reached) ?? new Set();
        neededBy.set(reached, by.add(index));
        if (bond !== undefined && !asked.has(reached) && !because.has(reached)) because.set(reached, bond);
      }
    }
  }
  const classes = Map.groupBy(neededBy.keys(), (dir) => [...(neededBy.get(dir) ?? [])].sort((a, b) => a - b).join());
  const parts = [...classes].map(([key, dirs]): Part & { readonly count: number } => ({
    count: key.split(",").length,
    wanted: dirs.filter((dir) => asked.has(dir)).sort(),
    dirs: dirs.toSorted(),
    because,
  }));
  // What more of them need is needed by the others, never the other way round.
  return parts.sort((a, b) => b.count - a.count || ((a.dirs[0] ?? "") < (b.dirs[0] ?? "") ? -1 : 1));
}
