// Why a command or a build failed, in a few lines, where it is known. It is told beside the failure and never instead of it.

import type { BuildLog } from "../build/log/buildLog.ts";
import type { ErrorText } from "../doctor/explain/errorText.ts";
import { explain, type Explanation } from "../doctor/explain/explain.ts";
import { readProject } from "../doctor/explain/project.ts";
import { symptoms } from "../doctor/explain/symptoms.ts";
import { GoProjectError } from "../repo/goProjectError.ts";
import { readProjectTree } from "../repo/projectTree.ts";
import { ErrorTextReader, textOfBuild } from "./readErrorText.ts";

/** undefined: nothing in it is known, or the folder can't be read. */
async function explainFailure(text: ErrorText, dir: string): Promise<Explanation | undefined> {
  try {
    const project = readProject(await readProjectTree(dir));
    return (await explain(text, project, symptoms)).explanations[0];
  } catch (error) {
    if (error instanceof GoProjectError) return undefined;
    throw error;
  }
}

export function explainBuild(log: BuildLog, dir: string): Promise<Explanation | undefined> {
  return log.failure === undefined ? Promise.resolve(undefined) : explainFailure(textOfBuild(log), dir);
}

export function explainOutput(output: string, dir: string): Promise<Explanation | undefined> {
  const reader = new ErrorTextReader();
  reader.push(output);
  return explainFailure(reader.end(), dir);
}
