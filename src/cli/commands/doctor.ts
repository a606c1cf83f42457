import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { Command, Option } from "commander";
import type { DoctorSettings } from "../../config/doctorSettings.ts";
import { type LoadedSettings, loadSettings } from "../../config/load.ts";
import { suggest } from "../../config/suggest.ts";
import { diagnose, isAtLeast } from "../../doctor/diagnose.ts";
import { type FactOptions, type Facts, factsOf, readFacts } from "../../doctor/facts.ts";
import type { Finding, Severity } from "../../doctor/finding.ts";
import { applyFixes } from "../../doctor/fixes.ts";
import { codeQuality, fingerprint, githubCommands, markdown } from "../../doctor/report/ci.ts";
import { unknownNames } from "../../doctor/policy.ts";
import { sarif } from "../../doctor/report/sarif.ts";
import { rules } from "../../doctor/rules.ts";
import { GitError } from "../../repo/gitCommand.ts";
import { readGitTree } from "../../repo/gitTree.ts";
import { GoProjectError } from "../../repo/goProjectError.ts";
import { localHost } from "../../repo/goHost.ts";
import { freeBytes, readMachine } from "../../repo/machine.ts";
import { placeInProject } from "../../repo/placeInProject.ts";
import { readProjectTree, withFile } from "../../repo/projectTree.ts";
import { unifiedDiff } from "../../repo/unifiedDiff.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { ownVersion } from "../ownVersion.ts";
import { formatFindings } from "../print/findings.ts";
import { printText } from "../print/printText.ts";
import { printJson, printWarnings } from "../print/format.ts";

const examples = `
Examples:
  fairlead doctor
  fairlead doctor --fix --diff            what would be mended, as a diff; nothing is written
  fairlead doctor --fix
  fairlead doctor --rule docker/golang-older-than-go-mod --json
  fairlead doctor --format sarif > fairlead.sarif
  fairlead doctor --baseline .fairlead-baseline --write-baseline     begin in an old repository
  fairlead doctor --revision v1.2.3       that revision, without checking it out
  fairlead doctor --image app:1.2.3       with the image that was built of it
  fairlead doctor --probe                 asks the network, too: module sources, tokens
  fairlead doctor --stdin-filename build/Dockerfile --json - < buffer     for an editor

A finding is left be by a comment before its line:  # fairlead ignore=RULE the reason
docs/doctor.md lists the rules.

Exit status: 0 nothing of that level was found; 1 something was; 2 wrong usage, or no
such folder.`;

interface Flags {
  readonly format: string;
  readonly json?: boolean;
  readonly rule?: readonly string[];
  readonly failOn?: Severity;
  readonly fix?: boolean;
  readonly diff?: boolean;
  readonly unsafe?: boolean;
  readonly baseline?: string;
  readonly writeBaseline?: boolean;
  readonly revision?: string;
  readonly probe?: boolean;
  readonly image?: string;
  readonly stdinFilename?: string;
}

export function command(): Command {
  return new Command("fairlead doctor")
    .description("Read the repository, find what will hurt its build, say why, and mend it.")
    .argument("[folder]", "the project; - reads the text of one file", ".")
    .addOption(
      new Option("--format <format>", "how to print")
        .choices(["pretty", "json", "sarif", "github", "gitlab", "markdown"])
        .default("pretty"),
    )
    .addOption(new Option("--json", "short for --format json").implies({ format: "json" }))
    .option("--rule <id...>", "only these rules; docker/* is a family")
    .addOption(
      new Option(
        "--fail-on <level>",
        "end with status 1 from this level on (default: doctor.failOn, or warning)",
      ).choices(["error", "warning", "advice"]),
    )
    .option("--fix", "mend what can be mended safely")
    .option("--diff", "show what would be mended, and write nothing")
    .option("--unsafe", "with --fix or --diff: also what changes the meaning of the build")
    .option("--baseline <file>", "leave out the findings that this file lists (default: doctor.baseline)")
    .option("--write-baseline", "write today's findings into it")
    .addOption(new Option("--revision <commit>", "look at a revision in git instead of the work tree").conflicts("fix"))
    .addOption(
      new Option("--probe", "ask the module sources and registries that are set up here, too").conflicts("revision"),
    )
    .addOption(new Option("--image <reference>", "look into the image that was built of it, too").conflicts("revision"))
    .addOption(
      new Option(
        "--stdin-filename <file>",
        "with - : what the text on standard input is called; only it is told about",
      ).conflicts(["revision", "writeBaseline"]),
    )
    .addHelpText("after", examples)
    .action(run);
}

async function run(folder: string, flags: Flags): Promise<void> {
  if (folder === "-" || flags.stdinFilename !== undefined) return runOnText(folder, flags);
  const root = resolve(folder);
  const policy = readPolicy(root);
  const facts = await read(root, flags);
  const chosen = chosenRules(flags.rule);
  const all = diagnose(facts, rules, chosen, policy);
  const baseline = flags.baseline ?? (policy.baseline === undefined ? undefined : resolve(root, policy.baseline));
  if (flags.writeBaseline === true) return writeBaseline(baseline, all);
  const known = baseline === undefined ? new Set<string>() : await readBaseline(baseline);
  const findings = all.filter((finding) => !known.has(fingerprint(finding)));
  if (flags.fix === true || flags.diff === true) await mend(root, facts, findings, flags);
  else print(findings, facts, flags);
  const left =
    flags.fix === true && flags.diff !== true
      ? diagnose(await read(root, flags), rules, chosen, policy).filter((finding) => !known.has(fingerprint(finding)))
      : findings;
  const failOn = flags.failOn ?? policy.failOn;
  if (left.some(({ severity }) => isAtLeast(severity, failOn))) process.exitCode = exitCode.findings;
}

/** What fairlead.yaml says of the doctor. */
function readPolicy(root: string): DoctorSettings {
  const { settings, warnings } = settingsOf(root);
  printWarnings(warnings);
  const [unknown] = unknownNames(settings.doctor, rules);
  if (unknown === undefined) return settings.doctor;
  throw new CommandError(`fairlead.yaml's doctor section names ${unknown}, ${noSuchRule(unknown)}`);
}

function settingsOf(root: string): LoadedSettings {
  return loadSettings({ env: process.env, flags: {}, cwd: root, needs: ["doctor"] });
}

function noSuchRule(id: string): string {
  const meant = suggest(
    id,
    rules.map((rule) => rule.id),
  );
  return `and there is no such rule; ${meant === undefined ? "docs/doctor.md lists them" : `did you mean ${meant}?`}`;
}

async function read(root: string, { revision, probe, image }: Flags): Promise<Facts> {
  try {
    if (revision === undefined)
      return await readFacts(root, { ...(await ofThisMachine(root, probe === true)), ...(await ofImage(image)) });
    await using tree = await readGitTree(root, revision);
    return await factsOf(tree);
  } catch (error) {
    if (error instanceof GoProjectError || error instanceof GitError)
      throw new CommandError(error.message, exitCode.usage, { cause: error });
    throw error;
  }
}

async function ofImage(reference: string | undefined): Promise<FactOptions> {
  if (reference === undefined) return {};
  // Loaded for whoever asks for it alone: it is a third of the time that looking at a Dockerfile takes.
  const [{ withImage }, { LayerWatch }, { imageFactsOf }] = await Promise.all([
    import("../openedImage.ts"),
    import("../../image/report/layerReport.ts"),
    import("../../doctor/imageFacts.ts"),
  ]);
  const observer = new LayerWatch();
  return withImage(reference, { observer }, (image) => ({ image: imageFactsOf(reference, image, observer) }));
}

/** What belongs to the machine that builds: its settings, and, where it is wanted, what the network says of them. */
async function ofThisMachine(root: string, probe: boolean): Promise<FactOptions> {
  const host = { ...localHost(process.env), freeBytes };
  const machine = await readMachine(host);
  if (!probe) return { machine };
  const [{ httpAsk }, { probeMachine }] = await Promise.all([
    import("../../repo/httpAsk.ts"),
    import("../../repo/machineProbes.ts"),
  ]);
  const ask = httpAsk({ connectMs: 5000, firstByteMs: 20_000 });
  return {
    machine,
    probe: async (_, go, text) => {
      const own = machine.npmrc === undefined ? undefined : await host.readText(machine.npmrc.file);
      const npmrcs = [await host.readText(join(root, ".npmrc")), own].flatMap((each) => each ?? []);
      process.stderr.write("fairlead doctor: asking module sources and registries …\n");
      return probeMachine(machine, go, [text("package.json") ?? ""], npmrcs, { host, ask });
    },
  };
}

/** An editor's buffer, seen in its project. `--fix` gives the mended text back. */
async function runOnText(folder: string, flags: Flags): Promise<void> {
  if (folder !== "-" || flags.stdinFilename === undefined)
    throw new CommandError("the text of one file is read with both: --stdin-filename FILE and - as the folder");
  const { root, file } = placeInProject(flags.stdinFilename, process.cwd());
  const facts = await factsOf(withFile(await readProjectTree(root), file, await textOf(process.stdin)));
  const policy = readPolicy(root);
  const all = diagnose(facts, rules, chosenRules(flags.rule), policy);
  const findings = all.filter((finding) => finding.file === file);
  if (flags.fix === true) {
    const { files } = applyFixes(findings, facts.text, flags.unsafe === true);
    process.stdout.write(files.find((each) => each.file === file)?.after ?? facts.text(file) ?? "");
  } else print(findings, facts, flags);
  const failOn = flags.failOn ?? policy.failOn;
  if (findings.some(({ severity }) => isAtLeast(severity, failOn))) process.exitCode = exitCode.findings;
}

function chosenRules(ids: readonly string[] | undefined): typeof rules {
  if (ids === undefined) return rules;
  const isOf = (id: string, name: string): boolean =>
    id === name || (name.endsWith("/*") && id.startsWith(name.slice(0, -1)));
  const unknown = ids.find((name) => !rules.some(({ id }) => isOf(id, name)));
  if (unknown !== undefined) throw new CommandError(`--rule names ${unknown}, ${noSuchRule(unknown)}`);
  return rules.filter(({ id }) => ids.some((name) => isOf(id, name)));
}

function print(findings: readonly Finding[], facts: Facts, { format }: Flags): void {
  switch (format) {
    case "json":
      return printJson({ findings });
    case "sarif":
      return void process.stdout.write(`${JSON.stringify(sarif(findings, rules, ownVersion()), null, 2)}\n`);
    case "gitlab":
      return void process.stdout.write(`${JSON.stringify(codeQuality(findings), null, 2)}\n`);
    case "github":
      return void process.stdout.write(githubCommands(findings));
    case "markdown":
      return void process.stdout.write(markdown(findings));
    default:
      printText(formatFindings(findings, facts.text, process.stdout.columns ?? 100));
  }
}

async function mend(root: string, facts: Facts, findings: readonly Finding[], { diff, unsafe }: Flags): Promise<void> {
  const { files, postponed } = applyFixes(findings, facts.text, unsafe === true);
  for (const { file, before, after, titles } of files) {
    process.stdout.write(shownDiff(file, before, after));
    if (diff === true) continue;
    await writeFile(join(root, file), after);
    process.stderr.write(`fairlead doctor: mended ${file}: ${titles.join("; ")}\n`);
  }
  if (files.length === 0) process.stderr.write("fairlead doctor: there is nothing to mend by itself\n");
  if (postponed.length > 0)
    process.stderr.write(`fairlead doctor: ${postponed.length} more touch the same lines: run it again for them\n`);
}

/** Nobody reads the difference of a coverage report of megabytes. */
function shownDiff(file: string, before: string, after: string): string {
  if (before.length < 1 << 20) return unifiedDiff(file, before, after);
  const lines = before.split("\n");
  const changed = after.split("\n").filter((line, index) => line !== lines[index]).length;
  return `--- a/${file}\n+++ b/${file}\n(${changed} lines change, too many to be shown)\n`;
}

async function readBaseline(file: string): Promise<ReadonlySet<string>> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new CommandError(`the baseline can't be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  return new Set(text.split("\n").map((line) => line.split(/\s/)[0] ?? ""));
}

/** A fingerprint a line, and what it stands for, so that the file can be read. */
async function writeBaseline(file: string | undefined, findings: readonly Finding[]): Promise<void> {
  if (file === undefined)
    throw new CommandError("--write-baseline needs --baseline FILE, or doctor.baseline in fairlead.yaml");
  const lines = findings.map((finding) => `${fingerprint(finding)}  ${finding.rule} ${finding.file}\n`);
  await writeFile(file, [...new Set(lines)].toSorted().join(""));
  process.stderr.write(`fairlead doctor: ${findings.length} findings written to ${file}\n`);
}
