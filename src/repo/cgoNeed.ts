/**
 * Whether a program can be built without cgo, by following its imports through the project, vendor/ and the module cache.
 *
 * A package needs cgo if, without it, no file of it is left, or files that were left out (`import "C"`) have nothing in their
 * place: no file says `!cgo`, and they themselves do not say `cgo`, which people write where cgo is a choice. What can't be
 * looked at (nobody has downloaded it) is judged by a short list of modules that are known to need it.
 */
import { constraintHolds } from "../gomod/source/constraint.ts";
import { mentionsNoCgo } from "./goSource/noCgo.ts";
import { isBuilt } from "./goSource/goFile.ts";
import { imageTags, type GoPackage } from "./goPackages.ts";
import type { DependencySource, GoHeaders } from "./dependencySource.ts";

export interface CgoNeed {
  /** The packages that need it; none: the program can be static. */
  readonly because: readonly CgoPackage[];
  /** Import paths whose source is not on this machine, so that nobody could look. */
  readonly unread: readonly string[];
}

export interface CgoPackage {
  readonly importPath: string;
  /** Libraries it is linked with, as `-l` names them: `sqlite3`; without those of libc. */
  readonly libraries: readonly string[];
  /** As pkg-config names them: `libgit2`. */
  readonly pkgConfig: readonly string[];
}

/** A dependency graph of thousands of packages is Kubernetes; more is not looked at. */
const maxPackages = 8000;

/** They build without cgo, or it isn't known, and don't work then. By import path, subpackages included. */
const knownToNeed = [
  "github.com/confluentinc/confluent-kafka-go",
  "github.com/davidbyttow/govips",
  "github.com/duckdb/duckdb-go",
  "github.com/google/gopacket/pcap",
  "github.com/gopacket/gopacket/pcap",
  "github.com/h2non/bimg",
  "github.com/libgit2/git2go",
  "github.com/linxGnu/grocksdb",
  "github.com/marcboeker/go-duckdb",
  // Its file for builds without cgo is a stub whose every call fails.
  "github.com/mattn/go-sqlite3",
  "github.com/mutecomm/go-sqlcipher",
  "github.com/DataDog/zstd",
  "github.com/valyala/gozstd",
  "gocv.io/x/gocv",
  "gopkg.in/gographics/imagick.v3",
  // The standard library's.
  "plugin",
  "runtime/cgo",
];

interface Source {
  readonly importPath: string;
  readonly headers: GoHeaders;
}

/**
 * @param own The project's packages by import path.
 * @param roots The import paths of the programs.
 */
export async function cgoNeed(
  roots: readonly string[],
  own: ReadonlyMap<string, GoPackage>,
  dependencies: DependencySource,
): Promise<CgoNeed> {
  const withoutCgo = { ...imageTags, cgo: false };
  const because: CgoPackage[] = [];
  const unread: string[] = [];
  const seen = new Set<string>(roots);
  const queue = [...roots];
  for (let path = queue.shift(); path !== undefined && seen.size <= maxPackages; path = queue.shift()) {
    if (path === "C" || path === "unsafe") continue;
    const source = await sourceOf(path, own, dependencies);
    const isKnown = knownToNeed.some((known) => path === known || path.startsWith(`${known}/`));
    if (source === undefined) {
      if (isKnown) because.push({ importPath: path, libraries: [], pkgConfig: [] });
      else if (!isStandard(path)) unread.push(path);
      continue;
    }
    if (isKnown || needsCgo(source)) because.push({ importPath: path, ...linked(source) });
    for (const [name, header] of source.headers) {
      if (!isBuilt(name, header, withoutCgo)) continue;
      for (const { path: imported } of header.imports) {
        if (seen.has(imported)) continue;
        seen.add(imported);
        queue.push(imported);
      }
    }
  }
  return { because, unread };
}

async function sourceOf(
  importPath: string,
  own: ReadonlyMap<string, GoPackage>,
  dependencies: DependencySource,
): Promise<Source | undefined> {
  const ours = own.get(importPath);
  if (ours !== undefined) {
    return { importPath, headers: new Map([...ours.allFiles].map(([name, { header }]) => [name, header])) };
  }
  if (isStandard(importPath)) return undefined;
  const headers = await dependencies.read(importPath);
  return headers === undefined ? undefined : { importPath, headers };
}

/** cmd/go: an import path without a dot in its first element is of the standard library, unless a module is named so. */
export function isStandard(importPath: string): boolean {
  const dot = importPath.indexOf(".");
  const slash = importPath.indexOf("/");
  return dot < 0 || (slash >= 0 && slash < dot);
}

function needsCgo({ headers }: Source): boolean {
  const withoutCgo = { ...imageTags, cgo: false };
  const built = [...headers].filter(([name, header]) => isBuilt(name, header, imageTags));
  const usingC = built.filter(([, { usesCgo }]) => usesCgo);
  if (usingC.length === 0) return false;
  const left = [...headers].filter(([name, header]) => isBuilt(name, header, withoutCgo));
  if (left.length === 0) return true;
  const hasReplacement = left.some(([, { constraint }]) => constraint !== undefined && mentionsNoCgo(constraint));
  const isChoice = usingC.every(([, { constraint }]) => {
    return (
      constraint !== undefined && constraintHolds(constraint, imageTags) && !constraintHolds(constraint, withoutCgo)
    );
  });
  return !hasReplacement && !isChoice;
}

/** What every C program is linked with, or gcc brings. */
const ofLibc: ReadonlySet<string> = new Set([
  "c",
  "m",
  "pthread",
  "dl",
  "rt",
  "resolv",
  "util",
  "crypt",
  "gcc",
  "gcc_s",
  "stdc++",
]);

/** The `#cgo` lines that hold for linux/amd64 (https://pkg.go.dev/cmd/cgo). */
function linked({ headers }: Source): Pick<CgoPackage, "libraries" | "pkgConfig"> {
  const preambles = [...headers]
    .filter(([name, header]) => isBuilt(name, header, imageTags))
    .flatMap(([, { imports }]) => imports.map(({ preamble }) => preamble));
  const libraries = new Set<string>();
  const pkgConfig = new Set<string>();
  for (const [, conditions = "", name, value = ""] of preambles.join("\n").matchAll(cgoLine)) {
    if (!cgoConditionHolds(conditions)) continue;
    const words = value.split(/\s+/).filter((word) => word !== "");
    if (name === "pkg-config")
      words.filter((word) => /^[\w.+-]+$/.test(word) && !word.startsWith("-")).forEach((word) => pkgConfig.add(word));
    else
      for (const word of words)
        if (/^-l[\w.+-]+$/.test(word) && !ofLibc.has(word.slice(2))) libraries.add(word.slice(2));
  }
  return { libraries: [...libraries], pkgConfig: [...pkgConfig] };
}

const cgoLine = /^[ \t]*#cgo[ \t]+([^:\n]*?)[ \t]*\b(LDFLAGS|pkg-config)[ \t]*:([^\n]*)$/gm;

/** `linux,amd64 darwin`: blanks are "or", commas "and"; empty holds always. */
function cgoConditionHolds(conditions: string): boolean {
  const options = conditions.split(/\s+/).filter((option) => option !== "");
  const holds = (tag: string): boolean => {
    const value = ["linux", "amd64", "cgo", "gc", "unix"].includes(tag.replace(/^!/, ""));
    return tag.startsWith("!") ? !value : value;
  };
  return options.length === 0 || options.some((option) => option.split(",").every(holds));
}
