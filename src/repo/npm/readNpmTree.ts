import type { ProjectTree } from "../projectTree.ts";
import { isNpmFile, type NpmProject, readNpmProjects } from "./npmProject.ts";

/** The npm projects of a tree, of which nothing else is read. */
export async function readNpmTree({ files, read }: ProjectTree): Promise<readonly NpmProject[]> {
  const names = files.filter(isNpmFile);
  const texts = new Map(await Promise.all(names.map(async (file) => [file, (await read(file)) ?? ""] as const)));
  return readNpmProjects(files, (file) => texts.get(file));
}
