// Vendored files beside the module zips that they were copied from: what `go mod verify` never looks at (golang/go#27348).

import { posix } from "node:path";
import * as gosum from "../gomod/gosum.ts";
import { ModuleError } from "../gomod/error.ts";
import { mayBeBuilt, readSourceFile } from "../gomod/source.ts";
import * as vendor from "../gomod/vendor.ts";
import type { OpenedModuleZip } from "../storage/moduleZip.ts";
import type { GoModule } from "./goModules.ts";
import type { ModuleCache } from "./moduleCache.ts";
import type { ProjectTree } from "./projectTree.ts";

export interface VendorDrift {
  /** From the project's root: `vendor/rsc.io/quote/quote.go`. */
  readonly file: string;
  /** The path that go.mod requires. */
  readonly required: string;
  /** What stands for it: itself, or its replacement. */
  readonly module: string;
  readonly version: string;
  readonly kind: "changed" | "extra" | "missing";
  /** What lies there; undefined for what is missing. */
  readonly vendored: string | undefined;
  /** What the module has; undefined for what it does not have. */
  readonly original: string | undefined;
}

/** More of them than anybody reads one by one. */
const mostDrifts = 200;
/** Of all zips together, unpacked: kubernetes' vendor folder has 60 MB. */
const mostBytes = 512 << 20;

/**
 * The vendored files that are not what go.sum promises. A module whose zip is not in the cache, or not the one of go.sum, is
 * passed over: nothing can be said of it.
 */
export async function vendorDrifts(
  tree: ProjectTree,
  modules: readonly GoModule[],
  cache: ModuleCache,
): Promise<readonly VendorDrift[]> {
  const found: VendorDrift[] = [];
  const budget = { bytes: mostBytes };
  for (const { dir, hasVendor, hasSum } of modules) {
    if (!hasVendor || !hasSum) continue;
    const folder = posix.join(dir, "vendor");
    const sums = readSums(await tree.read(posix.join(dir, "go.sum")));
    const listed = vendor.parse((await tree.read(`${folder}/modules.txt`)) ?? "").modules;
    const files = filesByModule(tree.files, folder, listed);
    for (const each of listed) {
      const own = files.get(each.mod.path) ?? [];
      const real = each.replacement ?? each.mod;
      // A folder has no version, and no sum.
      const sum = real.version === "" ? undefined : sums.get(gosum.keyOf(real))?.hashes;
      if (own.length === 0 || sum === undefined) continue;
      const zipSum = await cache.zipSum(real.path, real.version);
      if (zipSum === undefined || !sum.includes(zipSum)) continue;
      using zip = cache.openZip(real.path, real.version);
      if (zip === undefined) continue;
      for await (const drift of driftsOf(tree, folder, each, own, zip, budget)) {
        found.push({ ...drift, required: each.mod.path, module: real.path, version: real.version });
        if (found.length >= mostDrifts) return found;
      }
    }
  }
  return found;
}

async function* driftsOf(
  tree: ProjectTree,
  folder: string,
  { mod, packages }: vendor.VendoredModule,
  files: readonly string[],
  zip: OpenedModuleZip,
  budget: { bytes: number },
): AsyncGenerator<Pick<VendorDrift, "file" | "kind" | "vendored" | "original">> {
  const root = `${folder}/${mod.path}/`;
  for (const file of files) {
    const name = file.slice(root.length);
    const vendored = await tree.read(file);
    if (vendored === undefined || (budget.bytes -= vendored.length) < 0) continue;
    if (!zip.names.has(name)) {
      yield { file, kind: "extra", vendored, original: undefined };
      continue;
    }
    const original = Buffer.from(zip.read(name)).toString("utf8");
    if (original !== vendored) yield { file, kind: "changed", vendored, original };
  }
  const there = new Set(files);
  const folders = new Set(packages.map((path) => path.slice(mod.path.length + 1)));
  for (const name of zip.names) {
    const dir = posix.dirname(name).replace(/^\.$/, "");
    const file = `${root}${name}`;
    if (!folders.has(dir) || !name.endsWith(".go") || name.endsWith("_test.go") || there.has(file)) continue;
    const content = zip.read(name);
    // As `go mod vendor` takes them: whatever tags a build may have, but for `ignore`.
    if (!mayBeBuilt(readSourceFile(content).constraint)) continue;
    yield { file, kind: "missing", vendored: undefined, original: Buffer.from(content).toString("utf8") };
  }
}

/** The vendored files of each module: of the one whose path is the longest that leads to it. */
function filesByModule(
  all: readonly string[],
  folder: string,
  modules: readonly vendor.VendoredModule[],
): ReadonlyMap<string, readonly string[]> {
  const paths = new Set(modules.map(({ mod }) => mod.path));
  const found = new Map<string, string[]>();
  for (const file of all) {
    if (!file.startsWith(`${folder}/`)) continue;
    let path = posix.dirname(file.slice(folder.length + 1));
    while (path !== "." && !paths.has(path)) path = posix.dirname(path);
    if (path === ".") continue;
    const own = found.get(path);
    if (own === undefined) found.set(path, [file]);
    else own.push(file);
  }
  return found;
}

function readSums(text: string | undefined): gosum.Sums {
  try {
    return gosum.parse("go.sum", text ?? "", { skipMalformed: true });
  } catch (error) {
    if (error instanceof ModuleError) return new Map();
    throw error;
  }
}
