import { join } from "node:path";
import { readBoundedBytes } from "../projectTree.ts";

/** The addresses of files that the lock file of an npm project names; a broken lock file is for npm to complain about. */
export async function lockedTarballs(folder: string): Promise<readonly string[]> {
  for (const name of ["npm-shrinkwrap.json", "package-lock.json"]) {
    const bytes = await readBoundedBytes(join(folder, name), 64 << 20);
    if (bytes === undefined) continue;
    const found = new Set<string>();
    try {
      JSON.parse(bytes.toString("utf8"), (key: string, value: unknown) => {
        if (key === "resolved" && typeof value === "string" && /^https?:/.test(value)) found.add(value);
        return value;
      });
    } catch {
      return [];
    }
    return [...found];
  }
  return [];
}
