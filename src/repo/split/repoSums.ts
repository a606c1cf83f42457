/** go.sum lines that a split begins with, and those that it adds. */
import { goModOf, keyOf, merge, type ModuleSums, parse as parseSums, type Sums } from "../../gomod/gosum.ts";
import { under } from "../goPackages.ts";
import type { GoProject } from "../goProject.ts";
import { type FileSet, moduleHashes } from "./fileSet.ts";
import type { ModuleAfter } from "./modulesAfter.ts";

/** All that the repository's files say of modules; they are facts, whichever file has them. */
export async function knownSums({ modules, tree }: GoProject): Promise<Sums> {
  const names = [...modules.map(({ dir }) => under(dir, "go.sum")), "go.work.sum"].filter((name) => tree.has(name));
  const texts = await Promise.all(
    names.map(async (name) => parseSums(name, (await tree.read(name)) ?? "", { skipMalformed: true })),
  );
  return merge(...texts);
}

/** What go.sum will say of a module of the split. */
export async function sumsOf(
  files: FileSet,
  { path, dir }: ModuleAfter,
  version: string,
  { tree }: GoProject,
): Promise<Sums> {
  const hashes = await moduleHashes(files, dir, { path, version }, tree);
  const mod = { path, version };
  const lines: readonly ModuleSums[] = [
    { mod, hashes: [hashes.zip] },
    { mod: goModOf(mod), hashes: [hashes.goMod] },
  ];
  return new Map(lines.map((line) => [keyOf(line.mod), line]));
}
