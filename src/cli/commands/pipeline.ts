import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Command, Option } from "commander";
import type { PipelineEvent } from "../../config/pipelineSettings.ts";
import { checkCiFile } from "../../delivery/pipeline/compile/checkCiFile.ts";
import { type CiName, ciTargets } from "../../delivery/pipeline/compile/targets.ts";
import { isCompiled } from "../../delivery/pipeline/compile/yamlText.ts";
import { definitionDigest } from "../../delivery/pipeline/definitionDigest.ts";
import { pipelineEvents } from "../../delivery/pipeline/job.ts";
import { PipelineError } from "../../delivery/pipeline/pipelineError.ts";
import { planPipeline } from "../../delivery/pipeline/plan.ts";
import { runPipeline } from "../../delivery/pipeline/run.ts";
import type { RunEvent } from "../../delivery/pipeline/runEvent.ts";
import { GoProjectError } from "../../repo/goProjectError.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { withOwnProgram } from "../ownProgram.ts";
import { approver } from "../pipelineApproval.ts";
import { readDefinition, withValues } from "../pipelineDefinition.ts";
import { addFormatOptions, printJson, printWarnings } from "../print/format.ts";
import { formatCiReports } from "../print/ciReport.ts";
import { LiveTree } from "../print/liveTree.ts";
import { formatPlan, planJson } from "../print/pipelinePlan.ts";
import { formatRunEnd, formatTree, RunView } from "../print/pipelineRun.ts";

const examples = `
Examples:
  fairlead pipeline run                      what a commit runs; goes on where it was interrupted
  fairlead pipeline run --only unit,lint     some jobs alone
  fairlead pipeline run --event merge --json events, one a line
  fairlead pipeline plan                     what would run for a commit, and why
  fairlead pipeline plan --event tag         and for a release
  fairlead pipeline compile --to gitlab      write .gitlab-ci.yml
  fairlead pipeline lint                     do the CI's files still say the same?

The jobs stand under pipeline.jobs in fairlead.yaml; without any, a default pipeline
is made from the repository. docs/pipeline.md has the whole story.

Exit status: 0 done; 1 a job failed, or the CI's files differ; 2 usage or
configuration; 3 the outside world failed; 130 or 143 cancelled by a signal.`;

interface Selection {
  readonly config?: string;
  readonly event: PipelineEvent;
  readonly only: readonly string[];
  readonly from: readonly string[];
  readonly format: string;
}

export function command(): Command {
  const pipeline = new Command("fairlead pipeline").description(
    "Run the project's checks, builds and deploys here, and write the same for CI.",
  );
  const run = addSelection(pipeline.command("run").description("run the jobs"))
    .option("--fresh", "take nothing over from a run that ended early")
    .option("--data <folder>", "where runs are kept (default ~/.local/share/fairlead)");
  addFormatOptions(run).addHelpText("after", examples).action(runJobs);
  const plan = pipeline.command("plan").description("show what would run and why, and what would not");
  addFormatOptions(addSelection(plan)).addHelpText("after", examples).action(showPlan);
  addConfig(pipeline.command("compile").description("write the pipeline as the CI's own configuration"))
    .addOption(new Option("--to <ci>", "whose").choices(["gitlab", "github"]).makeOptionMandatory())
    .option("--stdout", "print it instead of writing the file")
    .option("--force", "replace a file that Fairlead did not make")
    .addHelpText("after", examples)
    .action(compile);
  const lint = pipeline
    .command("lint")
    .description("compare the CI's files with the pipeline, and look for undefined needs");
  addFormatOptions(addConfig(lint)).addHelpText("after", examples).action(lintFiles);
  return pipeline.addHelpText("after", examples);
}

function addSelection(command: Command): Command {
  const list = (value: string, before: readonly string[]): string[] => [...before, ...value.split(",")];
  return addConfig(command)
    .addOption(new Option("--event <event>", "what happened").choices(pipelineEvents).default("commit"))
    .option("--only <jobs>", "these jobs alone, what they need taken as done", list, [])
    .option("--from <jobs>", "these jobs and what depends on them", list, []);
}

function addConfig(command: Command): Command {
  return command.option("--config <file>", "the configuration file (else FAIRLEAD_CONFIG, else ./fairlead.yaml)");
}

async function runJobs(options: Selection & { readonly fresh?: boolean; readonly data?: string }): Promise<void> {
  await translated(async () => {
    const from = { ...surroundings(options), forThisMachine: true };
    const definition = await readDefinition(from);
    const plan = planPipeline(definition.pipeline, options);
    const names = plan.jobs.filter(({ runs }) => runs).map(({ job }) => job.name);
    const { jobs, settings } = withValues(definition, names, from, options.data);
    const told = toldToStop();
    const view = new RunView();
    printWarnings(definition.warnings);
    const json = options.format === "json";
    const tree =
      !json && process.stderr.isTTY
        ? new LiveTree(process.stderr, (now, width) => formatTree(view, now, width))
        : undefined;
    const onEvent = (event: RunEvent): void => {
      const line = view.take(event);
      if (json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...event })}\n`);
      else if (tree === undefined && line !== undefined) process.stderr.write(`${line}\n`);
    };
    const end = await runPipeline({
      plan,
      jobs: new Map(jobs.map((job) => [job.name, job])),
      definitions: new Map(definition.pipeline.jobs.map((job) => [job.name, definitionDigest(job)])),
      project: definition.project,
      dataFolder: settings.gateway.data,
      parallel: settings.pipeline.parallel,
      env: await withOwnProgram(process.env, settings.gateway.data),
      engine: { command: "docker", env: process.env },
      approve: approver(settings, definition.project),
      fresh: options.fresh === true,
      signal: told.signal,
      onEvent,
    }).finally(() => tree?.[Symbol.dispose]());
    if (!json) process.stdout.write(formatRunEnd(view));
    if (end === "failed") process.exitCode = exitCode.findings;
    if (end === "cancelled") process.exitCode = told.status();
  });
}

/** The first signal cancels, and everything is ended and written down; the second ends at once. */
function toldToStop(): { readonly signal: AbortSignal; readonly status: () => number } {
  const abort = new AbortController();
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
  let status = 130;
  for (const [name, number] of Object.entries(numbers)) {
    process.on(name, () => {
      status = 128 + number;
      if (abort.signal.aborted) process.exit(status);
      abort.abort();
    });
  }
  return { signal: abort.signal, status: () => status };
}

async function showPlan(options: Selection): Promise<void> {
  await translated(async () => {
    const { pipeline, warnings } = await readDefinition({ ...surroundings(options), forThisMachine: true });
    const plan = planPipeline(pipeline, options);
    if (options.format === "json") return printJson(planJson(plan));
    printWarnings(warnings);
    process.stdout.write(formatPlan(plan));
  });
}

async function compile(options: {
  readonly config?: string;
  readonly to: CiName;
  readonly stdout?: boolean;
  readonly force?: boolean;
}): Promise<void> {
  await translated(async () => {
    const { pipeline, project, warnings } = await readDefinition({ ...surroundings(options), forThisMachine: false });
    printWarnings(warnings);
    const { file, compile } = ciTargets[options.to];
    const text = compile(pipeline);
    if (options.stdout === true) return void process.stdout.write(text);
    const path = join(project, file);
    const before = await readIfThere(path);
    if (before === text) return console.error(`fairlead pipeline: ${file} is up to date`);
    if (before !== undefined && !isCompiled(before) && options.force !== true) {
      throw new CommandError(
        `${file} is there and was not made by Fairlead; --force replaces it, --stdout only prints`,
      );
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    console.error(
      `fairlead pipeline: ${before === undefined ? "wrote" : "replaced"} ${file}, ${pipeline.jobs.length} jobs`,
    );
  });
}

async function lintFiles(options: { readonly config?: string; readonly format: string }): Promise<void> {
  await translated(async () => {
    const { pipeline, project, warnings } = await readDefinition({ ...surroundings(options), forThisMachine: false });
    const reports = (
      await Promise.all(
        Object.values(ciTargets).map(async ({ file, compile, problems }) => {
          const text = await readIfThere(join(project, file));
          return text === undefined ? [] : [checkCiFile(file, text, () => compile(pipeline), problems)];
        }),
      )
    ).flat();
    if (reports.some(({ problems, diff }) => problems.length > 0 || diff !== "")) process.exitCode = exitCode.findings;
    if (options.format === "json") return printJson({ files: reports });
    printWarnings(warnings);
    process.stdout.write(formatCiReports(reports, pipeline.jobs.length));
  });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new CommandError(`${path} can't be read: ${String(error)}`, exitCode.outside, { cause: error });
  }
}

function surroundings({ config }: { readonly config?: string }): {
  config: string | undefined;
  env: NodeJS.ProcessEnv;
  cwd: string;
} {
  return { config, env: process.env, cwd: process.cwd() };
}

async function translated(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof GoProjectError) throw new CommandError(error.message, exitCode.usage, { cause: error });
    if (error instanceof PipelineError) {
      const outside = error.code === "busy" || error.code === "engine" || error.code === "state";
      throw new CommandError(error.message, outside ? exitCode.outside : exitCode.usage, { cause: error });
    }
    throw error;
  }
}
