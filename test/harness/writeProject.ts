import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { TempDir } from "./tempDir.ts";

/** A folder of these files. */
export async function writeProject(files: Readonly<Record<string, string>>): Promise<TempDir> {
  const folder = await TempDir.create("project");
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(folder.join(path)), { recursive: true });
    await writeFile(folder.join(path), text);
  }
  return folder;
}
