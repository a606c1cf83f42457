import { createInterface } from "node:readline/promises";
import { posix, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { renderDockerfile } from "../../build/dockerfile/render.ts";
import { renderDockerignore } from "../../build/dockerfile/dockerignore.ts";
import { planFiles, type PlannedFile, toWrite, type WantedFile } from "../../build/init/filePlan.ts";
import { InitError, readPresent, writeFiles } from "../../build/init/projectFiles.ts";
import { renderSettingsFile } from "../../build/init/settingsFile.ts";
import type { HostSettings } from "../../config/environmentSettings.ts";
import type { CiName } from "../../delivery/pipeline/compile/targets.ts";
import type { ProjectTree } from "../../repo/projectTree.ts";
import { ciFile } from "../ciFile.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { addGoProjectOptions, type GoProjectOptions, planProject } from "../goProjectOptions.ts";
import { addFormatOptions, printJson, printWarnings } from "../print/format.ts";
import { formatFilePlan } from "../print/filePlan.ts";

const examples = `
Examples:
  fairlead init                        shows what it would write, then asks
  fairlead init --dry-run              shows it, and writes nothing
  fairlead init --yes --ci gitlab      in a script
  fairlead init --image registry.example/team/shop \\
      --host staging=deploy@staging1.example --host production=deploy@web1.example
  fairlead init --force                replaces files that are there and differ

It writes fairlead.yaml, Dockerfile, .dockerignore and a CI configuration, and
changes no file that is there unless --force says so. Each is shown as a diff
first. What the lines are for: docs/init.md.

Exit status: 0 written, or nothing to do; 1 you said no; 2 the repository can't
be built into an image, or an option doesn't fit it; 3 a file can't be written.`;

interface Options extends GoProjectOptions {
  readonly image?: string;
  readonly host?: Readonly<Record<string, readonly string[]>>;
  readonly ci?: "gitlab" | "github" | "none";
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly format: string;
}

export function command(): Command {
  const init = new Command("fairlead init")
    .description("Make the files that take a Go repository to running containers.")
    .argument("[folder]", "the repository", ".");
  addGoProjectOptions(init)
    .option("--image <repository>", "where images are pushed to, without a tag", image)
    .option("--host <environment=host>", "a host of an environment; may be repeated", host)
    .addOption(
      new Option("--ci <forge>", "whose CI to configure (else by the git remote)").choices([
        "gitlab",
        "github",
        "none",
      ]),
    )
    .option("--force", "replace files that are there and differ")
    .option("--dry-run", "show what would be written, and write nothing")
    .option("--yes", "write without asking");
  return addFormatOptions(init).addHelpText("after", examples).action(run);
}

async function run(folder: string, options: Options): Promise<void> {
  const root = resolve(folder);
  const { recipe, wanted, warnings } = await wantedFiles(root, options);
  const present = await outside(
    readPresent(
      root,
      wanted.map(({ path }) => path),
    ),
  );
  const plan = planFiles(wanted, present, { force: options.force === true });
  const files = toWrite(plan);
  const isJson = options.format === "json";
  if (!isJson) process.stdout.write(formatFilePlan(plan));
  printWarnings(isJson ? [] : warnings);
  const writes = files.length > 0 && options.dryRun !== true && (options.yes === true || (await agrees(files, isJson)));
  if (writes) await outside(writeFiles(root, files));
  if (isJson) {
    const shown = plan.map(({ path, state, diff }) => ({ path, state, diff }));
    return printJson({ written: writes, files: shown, warnings, recipe });
  }
  console.log(conclusion(plan, writes, options));
}

async function wantedFiles(root: string, options: Options) {
  const { project, recipe, loaded, forge } = await planProject(root, options);
  const { service, environments, build } = loaded.settings;
  // What people have said in a fairlead.yaml that is there outlasts --force.
  const said = Object.entries(environments).map(([name, { hosts }]) => [name, hosts.map(formatHost)] as const);
  const hosts = { ...Object.fromEntries(said), ...options.host };
  const settings = renderSettingsFile(recipe, { hosts, image: options.image ?? service.image });
  const wanted: WantedFile[] = [
    { path: "fairlead.yaml", text: settings, isTheirs: true },
    { path: posix.normalize(build.dockerfile), text: renderDockerfile(recipe) },
    { path: ".dockerignore", text: renderDockerignore(project, recipe) },
  ];
  const warnings = [...recipe.warnings];
  const ci = options.ci ?? forge?.kind ?? ciInUse(project.tree);
  if (ci === undefined)
    warnings.push("whose CI to configure is unknown without a remote: say --ci gitlab or --ci github");
  else if (ci !== "none") {
    const written = options.force === true ? undefined : await project.tree.read("fairlead.yaml");
    wanted.push(await ciFile(ci, root, written ?? settings, { dockerfile: build.dockerfile }));
  }
  return { recipe, wanted, warnings };
}

function ciInUse({ files }: ProjectTree): CiName | undefined {
  if (files.includes(".gitlab-ci.yml")) return "gitlab";
  return files.some((file) => file.startsWith(".github/workflows/")) ? "github" : undefined;
}

/** As fairlead.yaml takes it in short. */
function formatHost({ user, address, port }: HostSettings): string {
  const name = address.includes(":") ? `[${address}]` : address;
  return `${user === undefined ? "" : `${user}@`}${name}${port === undefined ? "" : `:${port}`}`;
}

/** Asks on a terminal; elsewhere nobody can answer, and files that nobody agreed to are not written. */
async function agrees(files: readonly PlannedFile[], isJson: boolean): Promise<boolean> {
  if (isJson || !process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CommandError("nobody can be asked here: --yes writes the files, --dry-run shows them", exitCode.usage);
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`Write ${files.map(({ path }) => path).join(", ")}? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}

function conclusion(plan: readonly PlannedFile[], wrote: boolean, { dryRun }: Options): string {
  const files = toWrite(plan);
  if (files.length === 0) return "Nothing to write.";
  if (dryRun === true) return "Nothing was written (--dry-run).";
  if (!wrote) {
    process.exitCode = exitCode.findings;
    return "Nothing was written.";
  }
  const next = files.some(({ path }) => path === "fairlead.yaml")
    ? "\nNext: say the hosts in fairlead.yaml, then fairlead config check and fairlead build."
    : "";
  return `Wrote ${files.map(({ path }) => path).join(", ")}.${next}`;
}

async function outside<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof InitError) throw new CommandError(error.message, exitCode.outside, { cause: error });
    throw error;
  }
}

function image(value: string): string {
  if (!/^[a-z0-9][a-z0-9.-]*(:\d{1,5})?(\/[a-z0-9._-]+)+$/.test(value)) {
    throw new InvalidArgumentError("it is a repository without a tag, such as registry.example/team/shop.");
  }
  return value;
}

function host(
  value: string,
  before: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  const found = /^([a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?)=([\w.@:[\]-]+)$/.exec(value);
  const [, environment, , address] = found ?? [];
  if (environment === undefined || address === undefined) {
    throw new InvalidArgumentError("write it as environment=user@host:port.");
  }
  return { ...before, [environment]: [...(before[environment] ?? []), address] };
}
