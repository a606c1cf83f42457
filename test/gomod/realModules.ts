import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { seededRandom } from "../harness/seededRandom.ts";

/** Real modules as `path@version`; test/fixtures/modules/README.md says which. */
export const realModules: readonly string[] = readFileSync(
  resolve(import.meta.dirname, "../fixtures/modules/modules.txt"),
  "utf8",
)
  .trimEnd()
  .split("\n");

/** Some of them, of different paths, the same in each run for the same seed. */
export function someModules(count: number, seed: string): readonly string[] {
  const random = seededRandom(createHash("sha256").update(seed).digest().readUInt32LE());
  const shuffled = realModules.map((module) => ({ module, key: random() })).sort((a, b) => a.key - b.key);
  const byPath = new Map<string, string>();
  for (const { module } of shuffled) byPath.set(module.slice(0, module.indexOf("@")), module);
  return [...byPath.values()].slice(0, count);
}
