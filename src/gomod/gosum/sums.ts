/**
 * go.sum: hashes of modules that were seen before (https://go.dev/ref/mod#go-sum-files), one a line,
 *
 *     example.com/m v1.2.3 h1:…
 *     example.com/m v1.2.3/go.mod h1:…
 *
 * the former of a whole module, the latter of its go.mod file alone. A file may hold several hashes of one thing, of
 * algorithms yet to come. Go's code for it is cmd/go/internal/modfetch/fetch.go (readGoSum, tidyGoSum).
 */
import { ModuleError } from "../error.ts";
import { modSort } from "../gover/moduleVersion.ts";
import { compareBytewise, decodeUtf8, fields } from "../utf8.ts";
import type { ModuleVersion } from "../version.ts";

/** The hashes of one thing. */
export interface ModuleSums {
  /** The version has `/go.mod` behind it where the hashes are those of the go.mod file. */
  readonly mod: ModuleVersion;
  readonly hashes: readonly string[];
}

/** What go.sum files say, by {@link keyOf}. */
export type Sums = ReadonlyMap<string, ModuleSums>;

/** The key of a module's hashes. */
export function keyOf({ path, version }: ModuleVersion): string {
  return `${path} ${version}`;
}

/** What stands for the go.mod file of a module alone. */
export function goModOf({ path, version }: ModuleVersion): ModuleVersion {
  return { path, version: `${version}/go.mod` };
}

/** A module whose go.mod is empty; an old bug wrote such lines for what is no module. The go command drops them. */
const emptyGoModHash = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=";

/**
 * Reads a go.sum, go.work.sum or the like.
 *
 * @param filename For errors.
 * @param skipMalformed Skips what is no line of a go.sum, as `go mod tidy` does. Other commands refuse the file.
 * @throws ModuleError `invalidGoSum`: `malformed go.sum:\ngo.sum:3: wrong number of fields 2`.
 */
export function parse(
  filename: string,
  data: Uint8Array | string,
  { skipMalformed = false }: { skipMalformed?: boolean } = {},
): Sums {
  const sums = new Map<string, { mod: ModuleVersion; hashes: string[] }>();
  const text = typeof data === "string" ? data : decodeUtf8(data);
  for (const [i, line] of text.split("\n").entries()) {
    const words = fields(line);
    if (words.length === 0) continue;
    const [path, version, hash] = words;
    if (path === undefined || version === undefined || hash === undefined || words.length > 3) {
      if (skipMalformed) continue;
      throw new ModuleError(
        "invalidGoSum",
        `malformed go.sum:\n${filename}:${i + 1}: wrong number of fields ${words.length}`,
      );
    }
    if (hash === emptyGoModHash) continue;
    const mod = { path, version };
    const known = sums.get(keyOf(mod));
    if (known === undefined) sums.set(keyOf(mod), { mod, hashes: [hash] });
    else known.hashes.push(hash);
  }
  return sums;
}

/**
 * The text of a go.sum, as the go command writes it: by path, version and file, each line once.
 *
 * @param keep What to leave in; everything by default.
 */
export function format(sums: Sums, keep?: (mod: ModuleVersion) => boolean): string {
  const kept = [...sums.values()].filter(({ mod }) => keep === undefined || keep(mod));
  // Where versions compare as equal, Go's order is any.
  const known = kept.map(({ mod }) => mod).toSorted((a, b) => compareBytewise(a.version, b.version));
  return modSort(known)
    .flatMap((mod) => {
      const hashes = new Set(sums.get(keyOf(mod))?.hashes.toSorted(compareBytewise));
      return [...hashes].map((hash) => `${mod.path} ${mod.version} ${hash}\n`);
    })
    .join("");
}

/** All that the files say together, such as two sides of a merge. Go has none. See {@link conflicts}. */
export function merge(...files: readonly Sums[]): Sums {
  const merged = new Map<string, ModuleSums>();
  for (const [key, { mod, hashes }] of files.flatMap((file) => [...file])) {
    const known = merged.get(key)?.hashes ?? [];
    merged.set(key, { mod, hashes: [...new Set([...known, ...hashes])] });
  }
  return merged;
}

/** What has more than one `h1:` hash: one of them is of something else, and the go command may refuse either. Go has none. */
export function conflicts(sums: Sums): ModuleSums[] {
  return [...sums.values()].filter(({ hashes }) => new Set(hashes.filter(isKnownHash)).size > 1);
}

/** Hashes of other algorithms are kept, but tell nothing. */
export function isKnownHash(hash: string): boolean {
  return hash.startsWith("h1:");
}
