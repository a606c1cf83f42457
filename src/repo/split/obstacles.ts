/** What stands in the way of a split that could be planned. */
import type { GoModule } from "../goModules.ts";
import type { GoProject } from "../goProject.ts";
import { mayImport, verbs } from "./bonds.ts";
import type { ModuleAfter } from "./modulesAfter.ts";
import type { NewModule } from "./newModules.ts";
import { importsOf } from "./packageImports.ts";
import { SplitError } from "./splitError.ts";

/** All packages hang together. */
export function nothingLeft({ path }: GoModule, made: readonly NewModule[]): SplitError {
  const bonds = made.flatMap(({ packages }) => packages).flatMap(({ because }) => because ?? []);
  // What is internal ties the most together, and is what can be got around.
  const sorted = bonds.toSorted((a, b) => Number(b.kind === "internal") - Number(a.kind === "internal"));
  const because = sorted.slice(0, 8).map(({ from, to, kind, file }) => `  ${to} comes with ${from}: ${kind}, ${file}`);
  const nested = bonds.some(({ kind }) => kind === "internal")
    ? ", or take --into modules, where what is internal may be imported as before"
    : "";
  return new SplitError(
    "impossible",
    `nothing would be left of ${path}: all its packages hang together with those that were asked for\n${because.join("\n")}\nbreak such an import first, or name fewer packages${nested}`,
  );
}

/** `internal` goes by import paths, in the module and out of it. */
export function checkInternal({ packages }: GoProject, made: readonly NewModule[]): void {
  const moves = new Map(
    made.flatMap((each) => each.packages.map(({ importPath, newPath }) => [importPath, newPath] as const)),
  );
  for (const each of packages) {
    const importer = moves.get(each.importPath) ?? each.importPath;
    for (const { path, file } of importsOf(each)) {
      if (!moves.has(path) && !moves.has(each.importPath)) continue;
      const imported = moves.get(path) ?? path;
      if (!mayImport(each.importPath, path) || mayImport(importer, imported)) continue;
      throw new SplitError(
        "impossible",
        `${file} imports ${path}, which would be ${imported} and, as it is internal, not for ${importer}: move it out of internal/ first, or take other packages`,
      );
    }
  }
}

/** A dependency that imports from the module in turn goes on doing so by the old path, which the main module has no more. */
export function checkOutside(after: readonly ModuleAfter[], made: readonly NewModule[]): void {
  const moves = new Map(made.flatMap((each) => each.packages.map((moved) => [moved.dir, moved] as const)));
  for (const { path, needs } of after) {
    for (const { importer, own } of needs.fromOutside) {
      const move = moves.get(own.dir);
      if (move === undefined || move.importPath === move.newPath) continue;
      throw new SplitError(
        "impossible",
        `${path} is built with ${importer}, which imports ${move.importPath} by this path: it can't become ${move.newPath}${move.because === undefined ? "" : ` (it comes along, as ${move.because.file} ${verbs[move.because.kind]} it)`}; take --into modules, where import paths stay, or other packages`,
      );
    }
  }
}
