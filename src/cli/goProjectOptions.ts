import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { dockerfileChoices } from "../build/init/choices.ts";
import { DockerfileError } from "../build/dockerfile/dockerfileError.ts";
import { type DockerfileRecipe, dockerfileRecipe } from "../build/dockerfile/recipe.ts";
import { ConfigError } from "../config/configError.ts";
import { type LoadedSettings, loadSettings } from "../config/load.ts";
import { type Forge, forgeOf } from "../repo/forge.ts";
import { GitError } from "../repo/gitCommand.ts";
import { readGitState } from "../repo/gitState.ts";
import { type GoProject, readGoProject } from "../repo/goProject.ts";
import { GoProjectError } from "../repo/goProjectError.ts";
import { CommandError, exitCode } from "./exitCode.ts";

/** The options of commands that make files for a Go project. */
export interface GoProjectOptions {
  readonly name?: string;
  readonly main?: readonly string[];
  readonly port?: number;
  readonly go?: string;
  readonly cgo?: boolean;
  readonly private?: readonly string[];
}

export function addGoProjectOptions(command: Command): Command {
  return command
    .option("--name <name>", "the service's name (else the module path's last element)", serviceLabel)
    .option(
      "--main <package>",
      "a program for the image, such as ./cmd/shop; the first one given is the default",
      collect,
    )
    .option("--port <port>", "what the program listens on (else the constant in its source)", port)
    .option("--go <version>", "the Go version of the build image (else what go.mod needs, or a maintained one)")
    .option("--cgo", "build with cgo, whatever the source says")
    .option("--no-cgo", "build without cgo, whatever the source says")
    .option("--private <pattern>", "modules that need credentials, as GOPRIVATE has them; may be repeated", collect);
}

/** The project and what its Dockerfile has to do; and what that was decided from. */
export interface ProjectPlan {
  readonly project: GoProject;
  readonly recipe: DockerfileRecipe;
  readonly loaded: LoadedSettings;
  readonly forge: Forge | undefined;
}

export async function planProject(folder: string, options: GoProjectOptions): Promise<ProjectPlan> {
  try {
    const dir = resolve(folder);
    const loaded = loadSettings({ env: process.env, flags: {}, cwd: dir, needs: ["service"] });
    const [project, state] = await Promise.all([readGoProject(dir), readGitState(dir)]);
    const forge = forgeOf(state?.remotes ?? []);
    const { name, main: programs, port, go, cgo, private: privatePatterns } = options;
    const asked = { name, programs, port, go, cgo, privatePatterns };
    const choices = dockerfileChoices(project, asked, loaded.settings.service, forge);
    return { project, recipe: dockerfileRecipe(project, choices), loaded, forge };
  } catch (error) {
    const isExpected = [ConfigError, GoProjectError, DockerfileError, GitError].some((kind) => error instanceof kind);
    if (!isExpected || !(error instanceof Error)) throw error;
    throw new CommandError(error.message, exitCode.usage, { cause: error });
  }
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function port(value: string): number {
  const number = Number(value);
  if (!/^\d{1,5}$/.test(value) || number < 1 || number > 65_535) {
    throw new InvalidArgumentError("a port is a number from 1 to 65535.");
  }
  return number;
}

function serviceLabel(value: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value)) {
    throw new InvalidArgumentError("a service's name is of lower-case letters, digits and hyphens.");
  }
  return value;
}
