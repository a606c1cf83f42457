// The pipeline of the project here, read in two ways: by name (for plan, compile and lint, which need no values, and must
// come out the same on every machine), and with the values of the jobs that are to run.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { loadSettings, type LoadedSettings } from "../config/load.ts";
import { mask } from "../config/redact.ts";
import type { JobSettings } from "../config/pipelineSettings.ts";
import type { Settings } from "../config/settings.ts";
import { defaultPipeline, type RepositoryFacts } from "../delivery/pipeline/defaultJobs.ts";
import { buildPipeline } from "../delivery/pipeline/graph.ts";
import type { Job, Pipeline } from "../delivery/pipeline/job.ts";
import { marked, markedEnvironment, partsOf } from "../delivery/pipeline/compile/ciVariable.ts";
import { machineFacts, repositoryFacts } from "./pipelineFacts.ts";

export interface Definition {
  /** The project's folder: where fairlead.yaml lies, else the working directory. */
  readonly project: string;
  readonly settings: Settings;
  /** Variables without a default stand in it as marks (ciVariable.ts). */
  readonly pipeline: Pipeline;
  readonly warnings: readonly string[];
}

export interface DefinitionOptions {
  readonly config: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Whether the default pipeline may go by what this machine has. */
  readonly forThisMachine: boolean;
  /** The project's folder, where the file lies elsewhere: settings that are not written yet. */
  readonly project?: string;
  /** What the repository will have, besides what it has. */
  readonly planned?: Partial<RepositoryFacts>;
}

/** @throws ConfigError, PipelineError */
export async function readDefinition(options: DefinitionOptions): Promise<Definition> {
  const { config, env, cwd } = options;
  const plain = { file: config, flags: {}, cwd, needs: [] };
  // Read once for the file's name alone: FAIRLEAD_CONFIG may say it.
  const { file } = loadSettings({ ...plain, env });
  const marks = file === undefined ? {} : markedEnvironment(readFileSync(file, "utf8"));
  const home = Object.fromEntries(["HOME", "XDG_DATA_HOME"].map((name) => [name, env[name]]));
  const named = loadSettings({ ...plain, file, env: { ...home, ...marks }, needs: ["pipeline"] });
  const project = options.project ?? (file === undefined ? resolve(cwd) : dirname(file));
  const { settings } = named;
  const written = Object.entries(settings.pipeline.jobs);
  const pipeline =
    written.length > 0
      ? buildPipeline(written.map(([name, job]) => asWritten(name, job, named)))
      : defaultPipeline(
          { ...(await repositoryFacts(project, settings)), ...options.planned },
          options.forThisMachine ? await machineFacts(env) : undefined,
        );
  return { project, settings, pipeline, warnings: named.warnings };
}

function asWritten(name: string, job: JobSettings, loaded: LoadedSettings): Job {
  const path = `pipeline.jobs.${name}`;
  const services = Object.entries(job.services).map(([key, service]) => {
    return [key, { ...service, env: namedOnly(service.env, `${path}.services.${key}.env`, loaded) }] as const;
  });
  return {
    ...job,
    name,
    env: namedOnly(job.env, `${path}.env`, loaded),
    services: Object.fromEntries(services),
    purpose: undefined,
    ciImage: undefined,
  };
}

/** A secret that stands in the file, or in a file of its own, is known by its variable's name. */
function namedOnly(env: Job["env"], path: string, { sources }: LoadedSettings): Job["env"] {
  const named = Object.entries(env).map(([name, value]) => {
    const isSecret = sources.get(`${path}.${name}`)?.shown === mask;
    return [name, isSecret && partsOf(value).every((part) => "text" in part) ? marked(name) : value] as const;
  });
  return Object.fromEntries(named);
}
/**
 * The jobs named, with the values of their variables, and the data folder.
 *
 * @throws ConfigError when one of their variables is not set
 */
export function withValues(
  { pipeline }: Definition,
  names: readonly string[],
  { config, env, cwd }: DefinitionOptions,
  data: string | undefined,
): { readonly jobs: readonly Job[]; readonly settings: Settings } {
  const asks = pipeline.jobs.some(({ name, approval }) => approval && names.includes(name));
  const needs = [...names.map((name) => `pipeline.jobs.${name}`), ...(asks ? ["approval", "notify"] : [])];
  const { settings } = loadSettings({ file: config, env, flags: { data }, cwd, needs });
  const jobs = pipeline.jobs.map((job) => ({ ...job, ...settings.pipeline.jobs[job.name], name: job.name }));
  return { jobs, settings };
}
