import { lstatSync } from "node:fs";
import { join } from "node:path";

/**
 * The bytes of each file; those that are gone by now are left out.
 *
 * Without promises on purpose: a promise and a turn of the thread pool for each file cost more than the call.
 */
export function fileSizes(root: string, files: readonly string[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const file of files) {
    const found = lstatSync(join(root, file), { throwIfNoEntry: false });
    if (found !== undefined) sizes.set(file, found.size);
  }
  return sizes;
}
