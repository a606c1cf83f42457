import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WantedFile } from "../build/init/filePlan.ts";
import type { RepositoryFacts } from "../delivery/pipeline/defaultJobs.ts";
import { type CiName, ciTargets } from "../delivery/pipeline/compile/targets.ts";
import { PipelineError } from "../delivery/pipeline/pipelineError.ts";
import { CommandError } from "./exitCode.ts";
import { readDefinition } from "./pipelineDefinition.ts";

/**
 * The CI configuration of a project as it will be: what `fairlead pipeline compile` will make once these settings are its
 * fairlead.yaml and the planned files are there.
 */
export async function ciFile(
  ci: CiName,
  project: string,
  settings: string,
  planned: Partial<RepositoryFacts>,
): Promise<WantedFile> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-init-"));
  try {
    const config = join(folder, "fairlead.yaml");
    await writeFile(config, settings);
    const surroundings = { env: process.env, cwd: project, forThisMachine: false };
    const { pipeline } = await readDefinition({ ...surroundings, config, project, planned });
    const { file, compile } = ciTargets[ci];
    return { path: file, text: compile(pipeline) };
  } catch (error) {
    if (error instanceof PipelineError) throw new CommandError(error.message, undefined, { cause: error });
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
