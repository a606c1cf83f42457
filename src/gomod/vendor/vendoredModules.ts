/** What `go mod vendor` and `go work vendor` write to modules.txt (cmd/go/internal/modcmd/vendor.go, RunVendor). */
import { ModuleError } from "../error.ts";
import { modSort } from "../gover/moduleVersion.ts";
import { compare, max } from "../gover/version.ts";
import { compareBytewise } from "../utf8.ts";
import type { ModuleVersion } from "../version.ts";
import type { VendoredModule } from "./modulesTxt.ts";
import { findReplacement, type MainModules } from "./replacement.ts";
import { clean } from "./slashPath.ts";

/** A module of the build, as the build list has it, and which of its packages are imported. */
export interface BuildModule {
  readonly mod: ModuleVersion;
  /** The go line of its go.mod, or of its replacement's; empty if there is none. */
  readonly goVersion: string;
  /** Import paths. */
  readonly packages: readonly string[];
}

/**
 * The modules to list: those with packages, those that are required explicitly, and last, replacements of others. What is
 * noted of them depends on the main module's go version: explicit requirements and unused replacements from 1.14 on, go
 * versions from 1.17 on.
 *
 * @param modules The build list, or the part of it that has packages or is required.
 * @throws ModuleError `invalidModFile` if something is replaced by a folder within `vendor`.
 */
export function vendoredModules(modules: readonly BuildModule[], build: MainModules): VendoredModule[] {
  const goVersion = mainGoVersion(build);
  const hasGoLine = build.work !== undefined || build.mains.some(({ file }) => file.go !== undefined);
  const isFull = hasGoLine && compare(goVersion, "1.14") >= 0;
  const withGoVersions = compare(goVersion, "1.17") >= 0;
  const explicit = new Map<string, ModuleVersion>();
  if (isFull) {
    for (const { mod } of build.mains.flatMap(({ file }) => file.require)) explicit.set(keyOf(mod), mod);
  }
  const byName = new Map(modules.map((each) => [keyOf(each.mod), each]));
  const listed = new Map(explicit);
  for (const { mod, packages } of modules) if (packages.length > 0) listed.set(keyOf(mod), mod);

  const list: VendoredModule[] = modSort([...listed.values()]).map((mod) => {
    const module = byName.get(keyOf(mod));
    return {
      mod,
      replacement: checked(findReplacement(mod, build)?.canonical),
      explicit: explicit.has(keyOf(mod)),
      goVersion: withGoVersions ? (module?.goVersion ?? "") : "",
      packages: (module?.packages ?? []).toSorted(compareBytewise),
    };
  });
  if (!isFull) return list;
  const written = new Set(list.map(({ mod }) => keyOf(mod)));
  const lines = [...(build.work?.file.replace ?? []), ...build.mains.flatMap(({ file }) => file.replace)];
  for (const { old } of lines) {
    if (written.has(keyOf(old))) continue;
    written.add(keyOf(old));
    const replacement = checked(findReplacement(old, build)?.canonical);
    if (replacement !== undefined) {
      list.push({ mod: old, replacement, explicit: false, goVersion: "", packages: [] });
    }
  }
  return list;
}

/** A go.work file's go version, or a go.mod file's. */
function mainGoVersion({ mains, work }: MainModules): string {
  if (work !== undefined) return work.file.go?.version ?? "1.18";
  return mains.map(({ file }) => file.go?.version ?? "1.16").reduce(max, "");
}

function checked(replacement: ModuleVersion | undefined): ModuleVersion | undefined {
  if (replacement !== undefined && /^vendor(?:\/|$)/.test(clean(replacement.path))) {
    throw new ModuleError("invalidModFile", `replacement path ${replacement.path} inside vendor directory`);
  }
  return replacement;
}

function keyOf({ path, version }: ModuleVersion): string {
  return `${path} ${version}`;
}
