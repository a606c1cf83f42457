import { mayBeBuilt } from "../../gomod/source.ts";
import { isStandard } from "../cgoNeed.ts";
import { type DependencySource, dependencySource, type GoHeaders } from "../dependencySource.ts";
import type { GoProject } from "../goProject.ts";
import type { ModuleCache } from "../moduleCache.ts";
import type { GraphOf } from "./moduleGraphOf.ts";
import type { ModuleAfter } from "./modulesAfter.ts";
import type { ModuleNeeds } from "./moduleNeeds.ts";

const maxPackages = 20_000;

/**
 * Import paths of what the tests of others' packages are built with, and the module itself is not: `go mod tidy` keeps
 * go.sum lines for them (cmd/go/internal/modload, LoadTests). Modules of the graph are looked into that no go.mod of the
 * repository requires; those of packages that lie nowhere on this machine are not
 * followed.
 */
export async function testedWith(
  { before, needs }: ModuleAfter,
  graph: GraphOf | undefined,
  { tree, workspace }: GoProject,
  cache: ModuleCache | undefined,
): Promise<readonly string[]> {
  const requires = (graph?.loaded.graph.buildList() ?? []).map((mod) => ({ ...mod, indirect: true }));
  return testImports(needs.packages, dependencySource(tree, [{ ...before, requires }], workspace, cache?.folder));
}

async function testImports(
  packages: ModuleNeeds["packages"],
  dependencies: DependencySource,
): Promise<readonly string[]> {
  const built = new Set(packages.map(({ path }) => path));
  const found = new Set<string>();
  const add = (headers: GoHeaders | undefined): void => {
    for (const { constraint, imports } of headers?.values() ?? []) {
      if (!mayBeBuilt(constraint)) continue;
      for (const { path } of imports) if (!isStandard(path) && !built.has(path)) found.add(path);
    }
  };
  for (const { path, own } of packages) if (own === undefined) add(await dependencies.readTests(path));
  for (const path of found) if (found.size <= maxPackages) add(await dependencies.read(path));
  return [...found];
}
