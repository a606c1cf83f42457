import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What is costly and stays between runs: built peers, recorded modules. Safe to remove at any time. */
export function cacheFolder(...parts: readonly string[]): string {
  const folder = join(tmpdir(), "fairlead-bench", ...parts);
  mkdirSync(folder, { recursive: true });
  return folder;
}
