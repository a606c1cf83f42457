import { type Project, readProject } from "../doctor/explain/project.ts";
import { GoProjectError } from "../repo/goProjectError.ts";
import { readProjectTree } from "../repo/projectTree.ts";
import { CommandError, exitCode } from "./exitCode.ts";

/** The project that an error is explained in: its files by name, read when they are asked for. */
export async function explainedProject(dir: string): Promise<Project> {
  try {
    return readProject(await readProjectTree(dir));
  } catch (error) {
    if (error instanceof GoProjectError) throw new CommandError(error.message, exitCode.usage, { cause: error });
    throw error;
  }
}
