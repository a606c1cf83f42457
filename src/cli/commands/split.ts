import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { splitPathVersion } from "../../gomod/major.ts";
import { moduleCacheOf } from "../../repo/dependencySource.ts";
import { GitError } from "../../repo/gitCommand.ts";
import { allTags } from "../../repo/gitRefs.ts";
import { type GitState, readGitState } from "../../repo/gitState.ts";
import { readGitTree } from "../../repo/gitTree.ts";
import type { GoModule } from "../../repo/goModules.ts";
import { type GoProject, readGoProject } from "../../repo/goProject.ts";
import { GoProjectError } from "../../repo/goProjectError.ts";
import { moduleCacheAt } from "../../repo/moduleCache.ts";
import { namedPackages } from "../../repo/split/chosenPackages.ts";
import type { SplitForm } from "../../repo/split/newModules.ts";
import { planSplit, type SplitPlan } from "../../repo/split/planSplit.ts";
import { SplitError } from "../../repo/split/splitError.ts";
import { unneededRequirements, worthSplitting } from "../../repo/split/unneeded.ts";
import { writeSplit } from "../../repo/split/writeSplit.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { addFormatOptions, printJson, printWarnings } from "../print/format.ts";
import { formatSplit, formatUses, formatWritten, splitDiff } from "../print/split.ts";
import { splitJson, usesJson } from "../print/splitJson.ts";

const examples = `
Examples:
  fairlead split                                   who gets what they don't need, and what to cut
  fairlead split ~/src/mono --packages money,retry
  fairlead split --packages 'store/...' --into modules
  fairlead split --group git.corp.example/team --diff
  fairlead split --group git.corp.example/team --write ~/src/apart

Without --packages it takes what the repository's other modules import of the one
that costs them most. What those packages need of their module comes along; what
several of them need becomes a module that they share. Each name is one module;
FOLDER/... takes all packages below into one.

--write makes the repositories, each with a commit and its tags, and a go.work
that holds them together until they are pushed. The old repository is only read.
Package sources are looked up in the module cache: go mod download first.

Exit status: 0 shown or written; 2 it can't be split so, or wrong usage; 3 a file
or git failed.`;

interface Options {
  readonly packages?: string;
  readonly into: SplitForm;
  readonly group?: string;
  readonly write?: string;
  readonly diff?: boolean;
  readonly format: string;
}

export function command(): Command {
  const split = new Command("fairlead split")
    .description("Cut packages out of a module whose users need only these: the plan, and the repositories.")
    .argument("[folder]", "the repository", ".")
    .option("--packages <list>", "folders or import paths, with commas between: each becomes one module")
    .addOption(
      new Option("--into <form>", "repositories of their own, or modules in folders of this one")
        .choices(["repositories", "modules"])
        .default("repositories"),
    )
    .option("--group <path>", "the path above the new repositories (else that above the old one)")
    .option("--write <folder>", "make the repositories there; the folder must be empty or new")
    .option("--diff", "show every change of the old repository and every new go.mod");
  return addFormatOptions(split).addHelpText("after", examples).action(run);
}

async function run(folder: string, options: Options): Promise<void> {
  await orReason(async () => {
    const dir = resolve(folder);
    const [project, state] = await Promise.all([readGoProject(dir), readGitState(dir)]);
    if (state !== undefined) checkRepository(dir, state, options.write !== undefined);
    const uses = unneededRequirements(project);
    const names = options.packages?.split(",").filter((name) => name !== "");
    const chosen = names === undefined ? worthSplitting(project) : namedPackages(project, names);
    if (chosen === undefined) {
      if (options.write !== undefined)
        throw new CommandError("nothing to cut by itself: name packages with --packages", exitCode.usage);
      if (options.format === "json") return printJson({ uses: usesJson(uses), plan: null });
      process.stdout.write(formatUses(uses, project));
      return;
    }
    const cacheFolder = moduleCacheOf(process.env);
    const plan = await planSplit(project, chosen, {
      into: options.into,
      group: options.group ?? groupOf(chosen.module),
      tags: state === undefined ? [] : await allTags(dir),
      cache: cacheFolder === undefined ? undefined : moduleCacheAt(cacheFolder),
      ...(await trackedFiles(dir, state)),
    });
    printWarnings(plan.warnings);
    await show(plan, project, options, state !== undefined);
  });
}

async function show(plan: SplitPlan, project: GoProject, options: Options, isInGit: boolean): Promise<void> {
  const { write, diff = false, format } = options;
  const uses = unneededRequirements(project).filter(({ module }) => module === plan.module);
  const target = write === undefined ? undefined : resolve(write);
  const written = target === undefined ? undefined : await writeSplit(plan, project, target, isInGit);
  if (format === "json") return printJson({ uses: usesJson(uses), plan: splitJson(plan, written) });
  process.stdout.write(formatUses(uses, project));
  if (diff) process.stdout.write(splitDiff(plan));
  process.stdout.write(formatSplit(plan, written === undefined));
  if (written !== undefined && target !== undefined) process.stdout.write(formatWritten(plan, written, target));
}

/** Tags begin at the repository's root. And a clone has what was committed, which must be what was looked at. */
function checkRepository(dir: string, { root, dirty, changes }: GitState, isWritten: boolean): void {
  if (realpathSync(dir) !== realpathSync(root))
    throw new CommandError(`${dir} is a folder of the repository ${root}: give that one`, exitCode.usage);
  if (isWritten && dirty)
    throw new CommandError(
      `${dir} has changes that are not committed (${changes.slice(0, 3).join(", ")}): commit or stash them, as the new repositories are made of the commit`,
      exitCode.usage,
    );
}

async function trackedFiles(
  dir: string,
  state: GitState | undefined,
): Promise<{ readonly isTracked?: (file: string) => boolean }> {
  if (state === undefined || state.dirty) return {};
  await using tree = await readGitTree(dir, "HEAD");
  const { has } = tree;
  return { isTracked: has };
}

/** The path above the repository's own: `git.corp.example/team` of `git.corp.example/team/mono`. */
function groupOf(module: GoModule): string {
  const prefix = splitPathVersion(module.path)?.prefix ?? module.path;
  const repository = prefix.endsWith(`/${module.dir}`) ? prefix.slice(0, -module.dir.length - 1) : prefix;
  const above = repository.slice(0, Math.max(0, repository.lastIndexOf("/")));
  return above === "" ? repository : above;
}

async function orReason(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof SplitError && error.code !== "unwritable")
      throw new CommandError(error.message, exitCode.usage, { cause: error });
    if (error instanceof SplitError || error instanceof GitError)
      throw new CommandError(error.message, exitCode.outside, { cause: error });
    if (error instanceof GoProjectError) throw new CommandError(error.message, exitCode.usage, { cause: error });
    throw error;
  }
}
