import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** The files of a data folder's cache, as `<module>/@v/<version>.zip` and so on, sorted; sumdb answers left out. */
export async function cachedFiles(data: string): Promise<string[]> {
  return (await filesBelow(join(data, "modules"))).filter((file) => !file.startsWith("sumdb/"));
}

/** The bytes of a file of the cache. */
export function readCached(data: string, file: string): Promise<Buffer> {
  return readFile(join(data, "modules", file));
}

/** Files that are, or were left, half written. */
export function partFiles(data: string): Promise<string[]> {
  return filesBelow(join(data, "parts"));
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
