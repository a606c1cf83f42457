import { resolve } from "node:path";
import { Command } from "commander";
import { GoProjectError } from "../../repo/goProjectError.ts";
import { rangesOf } from "../../repo/npm/ranges.ts";
import { readNpmTree } from "../../repo/npm/readNpmTree.ts";
import { readProjectTree } from "../../repo/projectTree.ts";
import { CommandError } from "../exitCode.ts";
import { addFormatOptions, printJson } from "../print/format.ts";
import { formatRanges } from "../print/ranges.ts";

const examples = `
Examples:
  fairlead ranges
  fairlead ranges web
  fairlead ranges --json | jq '.packages[].ranges[] | select(.letsBreakingIn)'

Nothing is asked of a registry and no npm is started: package.json and its lock file
(npm's, Yarn's or pnpm's) are read. What is wrong with them \`fairlead doctor --rule
'npm/*'\` says, and mends.

Exit status: 0 shown; 2 no such folder.`;

interface Options {
  readonly format: string;
}

export function command(): Command {
  const ranges = new Command("fairlead ranges")
    .description(
      "Say what each range of package.json lets in, what the lock file holds, and what an upgrade would meet.",
    )
    .argument("[folder]", "the repository", ".");
  return addFormatOptions(ranges).addHelpText("after", examples).action(run);
}

async function run(folder: string, { format }: Options): Promise<void> {
  try {
    const projects = await readNpmTree(await readProjectTree(resolve(folder)));
    if (format !== "json") return void process.stdout.write(formatRanges(projects, process.stdout.columns ?? 100));
    printJson({
      packages: projects.map((project) => ({
        file: project.manifest.file,
        lockFile: project.held?.lock.file,
        ranges: rangesOf(project).map(({ dependency: { name, spec, group }, ...use }) => ({
          name,
          spec,
          group,
          ...use,
        })),
      })),
    });
  } catch (error) {
    if (error instanceof GoProjectError) throw new CommandError(error.message, undefined, { cause: error });
    throw error;
  }
}
