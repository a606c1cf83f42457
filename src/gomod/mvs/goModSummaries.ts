/**
 * What the go.mod of a module says about its requirements, with the main modules' replacements and exclusions applied
 * (cmd/go/internal/modload, goModSummary). The modules `go` and `toolchain` stand for the go command itself: their
 * requirements follow from their names.
 */
import { compare, explicitIndirectVersion, goStrictVersion, isToolchain } from "../gover.ts";
import { type File, parseLax } from "../modfile.ts";
import type { ModuleVersion } from "../version.ts";
import { ModuleVersionError } from "./buildListError.ts";
import { type MainModules, replacementOf } from "./mainModules.ts";
import { isSame, keyOf } from "./reqs.ts";

/** Where go.mod files come from: a proxy, a module cache, folders. */
export interface GoModSource {
  /**
   * The go.mod of a module version; where the version is empty, of the folder `path`, as the replace directive has it. Asked
   * once for each. Rejects or throws if it can't be had; the error's message is shown. A hostile source may name ever more
   * modules: who asks one should stop answering at some number.
   */
  goMod(module: ModuleVersion): Uint8Array | string | Promise<Uint8Array | string>;
}

/**
 * How much of the graph counts behind a module. Since Go 1.17 a go.mod lists all that its packages need, so only its own
 * requirements count; what those require in turn is pruned. https://go.dev/ref/mod#graph-pruning
 */
export type Pruning = "pruned" | "unpruned";

/** The requirements of one module. */
export interface GoModSummary {
  readonly pruning: Pruning;
  readonly require: readonly ModuleVersion[];
}

/** Gives the summary of any module that is not the main one. @throws ModuleVersionError (rejects). */
export type Summaries = (module: ModuleVersion) => Promise<GoModSummary>;

export function pruningOf(goVersion: string): Pruning {
  return compare(goVersion, explicitIndirectVersion) < 0 ? "unpruned" : "pruned";
}

/** Whether a go line is a requirement, on `go`. */
function isStrict(goVersion: string): boolean {
  return compare(goVersion, goStrictVersion) >= 0;
}

/** Summaries out of a source, each asked for once. */
export function summariesFrom(source: GoModSource, mains: MainModules): Summaries {
  const known = new Map<string, Promise<GoModSummary & { readonly path: string }>>();
  const raw = (module: ModuleVersion): Promise<GoModSummary & { readonly path: string }> => {
    const key = keyOf(module);
    const cached = known.get(key) ?? read(source, module);
    known.set(key, cached);
    return cached;
  };
  return async (module) => {
    if (isToolchain(module.path)) return toolchainSummary(module);
    const main = module.version === "" ? mains.files.get(module.path) : undefined;
    const summary = main === undefined ? await readActual(raw, mains, module) : summarize(main);
    const isExcluded = summary.require.some((requirement) => mains.excluded.has(keyOf(requirement)));
    if (!isExcluded) return summary;
    return { ...summary, require: summary.require.filter((requirement) => !mains.excluded.has(keyOf(requirement))) };
  };
}

/** Go 1.21.3 needs the toolchain go1.21.3. */
function toolchainSummary({ path, version }: ModuleVersion): GoModSummary {
  const needsToolchain = path === "go" && isStrict(version);
  return { pruning: "pruned", require: needsToolchain ? [{ path: "toolchain", version: `go${version}` }] : [] };
}

async function readActual(
  raw: (module: ModuleVersion) => Promise<GoModSummary & { readonly path: string }>,
  mains: MainModules,
  module: ModuleVersion,
): Promise<GoModSummary> {
  const actual = replacementOf(mains, module);
  const summary = await raw(actual);
  // What a folder's go.mod calls itself never counted.
  if (actual.version === "") return summary;
  if (summary.path === "") throw new ModuleVersionError(actual, "parsing go.mod: missing module line");
  if (summary.path !== module.path && summary.path !== actual.path) {
    throw new ModuleVersionError(
      actual,
      `parsing go.mod:\n\tmodule declares its path as: ${summary.path}\n\t        but was required as: ${module.path}`,
    );
  }
  return summary;
}

async function read(source: GoModSource, module: ModuleVersion): Promise<GoModSummary & { readonly path: string }> {
  let data: Uint8Array | string;
  try {
    data = await source.goMod(module);
  } catch (error) {
    const isNamed = error instanceof ModuleVersionError && isSame(error.module, module);
    throw isNamed ? error : new ModuleVersionError(module, error);
  }
  const name = module.version === "" ? `${module.path}/go.mod` : "go.mod";
  try {
    return summarize(parseLax(name, data));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new ModuleVersionError(module, new Error(`parsing ${name}: ${text}`, { cause: error }));
  }
}

function summarize(file: File): GoModSummary & { readonly path: string } {
  const goVersion = file.go?.version;
  const require = file.require.map(({ mod }) => mod);
  if (goVersion !== undefined && isStrict(goVersion)) require.push({ path: "go", version: goVersion });
  return {
    path: file.module?.mod.path ?? "",
    pruning: goVersion === undefined ? "unpruned" : pruningOf(goVersion),
    require,
  };
}
