/**
 * vendor/modules.txt, which says which module each vendored package is from (https://go.dev/ref/mod#vendoring):
 *
 *     # example.com/m v1.2.3 => example.com/fork v1.2.4
 *     ## explicit; go 1.21
 *     example.com/m/pkg
 *
 * It is generated, but people and tools do edit it, and what the go command can't read it skips. So does this. Go reads it in
 * cmd/go/internal/modload/vendor.go (readVendorList) and writes it in cmd/go/internal/modcmd/vendor.go.
 */
import { ModuleError } from "../error.ts";
import { checkImportPath } from "../path.ts";
import { modCompare } from "../gover/moduleVersion.ts";
import * as semver from "../semver.ts";
import { fields, trimSpace } from "../utf8.ts";
import type { ModuleVersion } from "../version.ts";

/** What a modules.txt says of a module. */
export interface VendoredModule {
  /** `version` is empty for the replacement of all versions of a module that is not in the build. */
  readonly mod: ModuleVersion;
  /** As in go.mod: a folder has no version. */
  readonly replacement: ModuleVersion | undefined;
  /** A main module's go.mod requires it. */
  readonly explicit: boolean;
  /** The go line of its go.mod, or empty. */
  readonly goVersion: string;
  /** Import paths, in the order of the file. */
  readonly packages: readonly string[];
}

/** A modules.txt. */
export interface ModulesTxt {
  /** It was made by `go work vendor`. */
  readonly workspace: boolean;
  /** In the order of the file; several mentions of one are put together. */
  readonly modules: readonly VendoredModule[];
  /** Which module a vendored package is from; the last mention holds. */
  readonly moduleOfPackage: ReadonlyMap<string, ModuleVersion>;
  /** The modules that have packages here, as the go command takes them in: a higher version found later comes after. */
  readonly selected: readonly ModuleVersion[];
  /** The modules whose mentions have a replacement, in order. */
  readonly replaced: readonly ModuleVersion[];
}

interface Entry {
  readonly mod: ModuleVersion;
  replacement: ModuleVersion | undefined;
  explicit: boolean;
  goVersion: string;
  readonly packages: string[];
}

/** Reads a modules.txt. There are no errors: what means nothing is skipped, as the go command skips it. */
export function parse(text: string): ModulesTxt {
  const entries = new Map<string, Entry>();
  const replaced: ModuleVersion[] = [];
  const selected: ModuleVersion[] = [];
  const moduleOfPackage = new Map<string, ModuleVersion>();
  const highest = new Map<string, string>();
  let current: Entry | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("# ")) {
      current = readModuleLine(fields(line), entries, replaced, current);
    } else if (current === undefined || current.mod.path === "") {
      // Nothing that this could belong to.
    } else if (line.startsWith("## ")) {
      readAnnotations(line, current);
    } else {
      const [path, more] = fields(line);
      if (path === undefined || more !== undefined || !isImportPath(path)) continue;
      current.packages.push(path);
      const { mod } = current;
      moduleOfPackage.set(path, mod);
      const before = highest.get(mod.path);
      if (before === undefined || modCompare(mod.path, before, mod.version) < 0) {
        selected.push(mod);
        highest.set(mod.path, mod.version);
      }
    }
  }
  const modules = [...entries.values()];
  return { workspace: isForWorkspace(text), modules, moduleOfPackage, selected, replaced };
}

function readModuleLine(
  words: readonly string[],
  entries: Map<string, Entry>,
  replaced: ModuleVersion[],
  current: Entry | undefined,
): Entry | undefined {
  const [, path = "", version, ...rest] = words;
  if (version === undefined) return current;
  const isVersion = semver.isValid(version);
  if (!isVersion && version !== "=>") return undefined;
  const mod = { path, version: isVersion ? version : "" };
  const [arrow, newPath, newVersion, more] = isVersion ? rest : [version, ...rest];
  const key = `${mod.path} ${mod.version}`;
  const entry = entries.get(key) ?? { mod, replacement: undefined, explicit: false, goVersion: "", packages: [] };
  entries.set(key, entry);
  if (arrow !== "=>" || newPath === undefined || more !== undefined) return entry;
  if (newVersion !== undefined && !semver.isValid(newVersion)) return entry;
  entry.replacement = { path: newPath, version: newVersion ?? "" };
  replaced.push(mod);
  return entry;
}

/** Annotations on several lines add up. Others than these are kept for the future. */
function readAnnotations(line: string, entry: Entry): void {
  for (const each of line.slice("## ".length).split(";")) {
    const annotation = trimSpace(each);
    if (annotation === "explicit") entry.explicit = true;
    if (annotation.startsWith("go ")) entry.goVersion = annotation.slice("go ".length);
  }
}

function isForWorkspace(text: string): boolean {
  // The go command looks at the first 512 bytes.
  const [line = ""] = text.slice(0, 512).split("\n", 1);
  return line.startsWith("## ") && line.slice("## ".length).split(";").map(trimSpace).includes("workspace");
}

function isImportPath(path: string): boolean {
  try {
    checkImportPath(path);
    return true;
  } catch (error) {
    if (error instanceof ModuleError) return false;
    throw error;
  }
}

/**
 * The text of a modules.txt, byte for byte as `go mod vendor` writes it.
 *
 * @param modules As {@link vendoredModules} orders them.
 */
export function format(
  modules: readonly VendoredModule[],
  { workspace = false }: { workspace?: boolean } = {},
): string {
  const lines = workspace ? ["## workspace"] : [];
  for (const { mod, replacement, explicit, goVersion, packages } of modules) {
    lines.push(moduleLine(mod, replacement));
    const annotations = [...(explicit ? ["explicit"] : []), ...(goVersion === "" ? [] : [`go ${goVersion}`])];
    if (annotations.length > 0) lines.push(`## ${annotations.join("; ")}`);
    lines.push(...packages);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function moduleLine(mod: ModuleVersion, replacement: ModuleVersion | undefined): string {
  const words = ["#", mod.path, mod.version];
  if (replacement !== undefined) words.push("=>", replacement.path, replacement.version);
  return words.filter((word) => word !== "").join(" ");
}
