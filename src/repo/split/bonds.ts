/**
 * What keeps packages of a module together: the edges along which one that moves takes others with it.
 *
 * - `imports`, `tests`: it imports the other; a module that imports from the one it was cut out of would bring all of that
 *   along again.
 * - `internal`: the other imports it by a path with `internal` in it, which nobody may outside of the folder above
 *   (https://go.dev/ref/spec does not say so, `go help packages` does).
 * - `embeds`: a `//go:embed` of one takes files out of the other's folder; it reaches no further than its module.
 */
import type { GoPackage } from "../goPackages.ts";
import { folderOf } from "../goPackages.ts";
import { importsOf } from "./packageImports.ts";

export interface Bond {
  /** The folder of the package that moves. */
  readonly from: string;
  /** The folder of the one that comes along. */
  readonly to: string;
  readonly kind: "imports" | "tests" | "internal" | "embeds";
  /** Where it is written, from the project's root. */
  readonly file: string;
}

/** How a file is bound to what comes along. */
export const verbs: Readonly<Record<Bond["kind"], string>> = {
  imports: "imports",
  tests: "imports, for its tests,",
  internal: "may import it only from the folder above `internal`, and so comes with",
  embeds: "embeds files beside",
};

export type Bonds = ReadonlyMap<string, readonly Bond[]>;

/**
 * @param packages Those of one module.
 * @param keepsPaths Import paths stay as they are, so that `internal` keeps its meaning.
 */
export function bondsOf(packages: readonly GoPackage[], keepsPaths: boolean): Bonds {
  const byPath = new Map(packages.map((each) => [each.importPath, each]));
  const bonds: Bond[] = [];
  for (const each of packages) {
    for (const { path, file, isTest } of importsOf(each)) {
      const imported = byPath.get(path);
      if (imported === undefined || imported === each) continue;
      bonds.push({ from: each.dir, to: imported.dir, kind: isTest ? "tests" : "imports", file });
      if (!keepsPaths && internalParent(path) !== undefined)
        bonds.push({ from: imported.dir, to: each.dir, kind: "internal", file });
    }
    const folders = new Set(packages.map(({ dir }) => dir));
    for (const { matches, file } of each.embeds) {
      for (const match of matches) {
        const owner = nearest(folderOf(match), folders);
        if (owner === undefined || owner === each.dir) continue;
        bonds.push({ from: each.dir, to: owner, kind: "embeds", file });
        bonds.push({ from: owner, to: each.dir, kind: "embeds", file });
      }
    }
  }
  return Map.groupBy(bonds, ({ from }) => from);
}

/** Below which path an import path with `internal` in it may be imported (cmd/go/internal/load, disallowInternal); undefined: anywhere. */
function internalParent(importPath: string): string | undefined {
  const elements = importPath.split("/");
  const at = elements.lastIndexOf("internal");
  return at < 0 ? undefined : elements.slice(0, at).join("/");
}

/** Whether a package may be imported, by their paths alone. */
export function mayImport(importer: string, imported: string): boolean {
  const parent = internalParent(imported);
  return parent === undefined || importer === parent || parent === "" || importer.startsWith(`${parent}/`);
}

/** The folder itself or the nearest above it that is one of these. */
export function nearest(dir: string, folders: ReadonlySet<string>): string | undefined {
  for (let at = dir; ; at = folderOf(at)) {
    if (folders.has(at)) return at;
    if (at === ".") return undefined;
  }
}

/** All that moves with the package, itself first, each other one with the bond that brought it. */
export function closureOf(dir: string, bonds: Bonds): ReadonlyMap<string, Bond | undefined> {
  const found = new Map<string, Bond | undefined>([[dir, undefined]]);
  for (const at of found.keys()) {
    for (const bond of bonds.get(at) ?? []) if (!found.has(bond.to)) found.set(bond.to, bond);
  }
  return found;
}
