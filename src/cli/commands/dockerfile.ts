import { Command } from "commander";
import { renderDockerignore } from "../../build/dockerfile/dockerignore.ts";
import { renderDockerfile } from "../../build/dockerfile/render.ts";
import { addGoProjectOptions, type GoProjectOptions, planProject } from "../goProjectOptions.ts";
import { addFormatOptions, printJson, printWarnings } from "../print/format.ts";

const examples = `
Examples:
  fairlead dockerfile > Dockerfile
  fairlead dockerfile --dockerignore > .dockerignore
  fairlead dockerfile --main ./cmd/shop --main ./cmd/worker   both, by --target
  fairlead dockerfile ~/src/shop --private 'git.corp.example/*'
  fairlead dockerfile --json      with what was found and decided

No Go toolchain and no Docker are needed: the repository's files are read.
fairlead init writes the files and the rest of what a delivery needs. Why each
line is as it is: docs/init.md.

Exit status: 0 printed; 2 the repository can't be built into an image, or an
option doesn't fit it.`;

interface Options extends GoProjectOptions {
  readonly dockerignore?: boolean;
  readonly format: string;
}

export function command(): Command {
  const dockerfile = new Command("fairlead dockerfile")
    .description("Print a Dockerfile made for a Go repository.")
    .argument("[folder]", "the repository, which is the build context too", ".")
    .option("--dockerignore", "print its .dockerignore instead");
  return addFormatOptions(addGoProjectOptions(dockerfile)).addHelpText("after", examples).action(run);
}

async function run(folder: string, options: Options): Promise<void> {
  const { project, recipe } = await planProject(folder, options);
  const dockerfile = renderDockerfile(recipe);
  const dockerignore = renderDockerignore(project, recipe);
  if (options.format === "json") return printJson({ dockerfile, dockerignore, recipe });
  printWarnings(recipe.warnings);
  process.stdout.write(options.dockerignore === true ? dockerignore : dockerfile);
}
