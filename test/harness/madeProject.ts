import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { resolveGoEnvironment } from "../../src/repo/goEnvironment.ts";
import { type GoProject, readGoProject } from "../../src/repo/goProject.ts";
import { TempDir } from "./tempDir.ts";

/** A folder with these files, for facts about it or for a build. */
export async function makeProject(files: Readonly<Record<string, string>>): Promise<TempDir> {
  const folder = await TempDir.create("project");
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), text);
  }
  return folder;
}

/** The facts of a folder with these files, on a machine without a Go command, a module cache or settings but these. */
export async function readMadeProject(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
  moduleCache: string | null = null,
): Promise<GoProject> {
  await using folder = await makeProject(files);
  const sources = { environment, userFile: undefined, gorootFile: undefined, builtIn: undefined, hasGo: false };
  // Awaited here: the folder is gone afterwards.
  return await readGoProject(folder.path, { settings: resolveGoEnvironment(sources).variable, moduleCache });
}
