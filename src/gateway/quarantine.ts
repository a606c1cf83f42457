// Zips that were not what they should be, kept for somebody to look at.

import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** The oldest go first: names begin with the time. */
const kept = 20;

/** Moves the file at `path` there; `key` says what it pretended to be. Resolves to its new place. */
export async function quarantine(folder: string, path: string, key: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const time = new Date().toISOString().replaceAll(/[-:.]/g, "");
  const place = join(folder, `${time}-${key.replaceAll("/", "_").slice(-180)}`);
  await rename(path, place);
  const names = (await readdir(folder)).toSorted();
  for (const name of names.slice(0, -kept)) await rm(join(folder, name), { force: true });
  return place;
}
