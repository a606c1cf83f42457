/**
 * Whether vendor/modules.txt fits go.mod, or go.work and its modules: the go command refuses to build from a vendor folder
 * that doesn't (cmd/go/internal/modload/vendor.go, checkVendorConsistency). https://go.dev/ref/mod#go-mod-vendor
 */
import { compare } from "../gover/version.ts";
import type { ModuleVersion } from "../version.ts";
import type { ModulesTxt, VendoredModule } from "./modulesTxt.ts";
import { findReplacement, isSame, type MainModules } from "./replacement.ts";

/** One thing that doesn't fit. */
export interface Inconsistency {
  readonly mod: ModuleVersion;
  /** In the go command's words: `is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt`. */
  readonly fault: string;
}

/**
 * What in a modules.txt does not fit, in the order in which the go command lists it. For a go.mod file of a go version
 * before 1.14, much may be missing.
 */
export function checkConsistency(vendored: ModulesTxt, build: MainModules): Inconsistency[] {
  const [main] = build.mains;
  const isOld = build.work === undefined && compare(main?.file.go?.version ?? "", "1.14") < 0;
  const byName = new Map(vendored.modules.map((each) => [describe(each.mod), each]));
  // The last is the highest.
  const selected = new Map(vendored.selected.map(({ path, version }) => [path, version]));
  return [
    ...checkRequired(byName, selected, build, isOld),
    ...checkReplaced(byName, selected, build, isOld),
    ...checkExplicit(byName, vendored, build),
    ...checkMarked(vendored, build),
  ];
}

function checkRequired(
  byName: ReadonlyMap<string, VendoredModule>,
  selected: ReadonlyMap<string, string>,
  { mains }: MainModules,
  isOld: boolean,
): Inconsistency[] {
  const found: Inconsistency[] = [];
  for (const { mod } of mains.flatMap(({ file }) => file.require)) {
    if (byName.get(describe(mod))?.explicit === true) continue;
    const version = selected.get(mod.path);
    if (!isOld) {
      found.push({
        mod,
        fault: "is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt",
      });
    } else if (version !== undefined && version !== mod.version) {
      found.push({
        mod,
        fault: `is explicitly required in go.mod, but vendor/modules.txt indicates ${mod.path}@${version}`,
      });
    }
  }
  return found;
}

/** All replacements count, also those of modules that are not in the build: they may decide which versions are. */
function checkReplaced(
  byName: ReadonlyMap<string, VendoredModule>,
  selected: ReadonlyMap<string, string>,
  build: MainModules,
  isOld: boolean,
): Inconsistency[] {
  const found: Inconsistency[] = [];
  const seen = new Set<string>();
  const lines = [...build.mains.flatMap(({ file }) => file.replace), ...(build.work?.file.replace ?? [])];
  for (const { old } of lines) {
    if (seen.has(describe(old))) continue;
    seen.add(describe(old));
    const written = findReplacement(old, build);
    const marked = byName.get(describe(old))?.replacement;
    if (marked === undefined) {
      if (written === undefined) continue;
      if (isOld && (old.version === "" || selected.get(old.path) !== old.version)) continue;
      found.push({
        mod: old,
        fault: `is replaced in ${written.filename}, but not marked as replaced in vendor/modules.txt`,
      });
    } else if (written === undefined || !isSame(marked, written.canonical)) {
      const by = written === undefined ? "" : describe(written.written);
      found.push({
        mod: old,
        fault: `is replaced by ${by} in ${written?.filename ?? ""}, but marked as replaced by ${describe(marked)} in vendor/modules.txt`,
      });
    }
  }
  return found;
}

function checkExplicit(
  byName: ReadonlyMap<string, VendoredModule>,
  vendored: ModulesTxt,
  { mains, work }: MainModules,
): Inconsistency[] {
  const required = new Set(mains.flatMap(({ file }) => file.require.map(({ mod }) => describe(mod))));
  const where = work === undefined ? "go.mod" : "a go.mod";
  return vendored.selected
    .filter((mod) => byName.get(describe(mod))?.explicit === true && !required.has(describe(mod)))
    .map((mod) => ({
      mod,
      fault: `is marked as explicit in vendor/modules.txt, but not explicitly required in ${where}`,
    }));
}

function checkMarked(vendored: ModulesTxt, build: MainModules): Inconsistency[] {
  const where = build.work === undefined ? "go.mod" : "the workspace";
  return vendored.replaced
    .filter((mod) => findReplacement(mod, build) === undefined)
    .map((mod) => ({ mod, fault: `is marked as replaced in vendor/modules.txt, but not replaced in ${where}` }));
}

/**
 * The go command's message about inconsistencies, without its `go: `.
 *
 * @param dir The folder that `vendor` is in, as it is to be shown.
 */
export function inconsistentVendoring(
  dir: string,
  inconsistencies: readonly Inconsistency[],
  { work }: Pick<MainModules, "work"> = {},
): string {
  const list = inconsistencies.map(({ mod, fault }) => `\n\t${describe(mod)}: ${fault}`).join("");
  const command = work === undefined ? "mod" : "work";
  return `inconsistent vendoring in ${dir}:${list}\n\n\tTo ignore the vendor directory, use -mod=readonly or -mod=mod.\n\tTo sync the vendor directory, run:\n\t\tgo ${command} vendor`;
}

function describe({ path, version }: ModuleVersion): string {
  return version === "" ? path : `${path}@${version}`;
}
