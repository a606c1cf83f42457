// What rules ask about CI files: their steps, what a command sees, and edits that keep the YAML around a script valid.

import { posix } from "node:path";
import type { CiJob, CiStep } from "../repo/ci/ciFile.ts";
import { itemsOf, nodeAt, textOf, type YamlPlace, type YamlScalar } from "../repo/ci/yamlTree.ts";
import type { ShellCommand, ShellWord } from "../repo/dockerfile/shell.ts";
import type { Facts } from "./facts.ts";
import type { Edit, Evidence, Fix } from "./finding.ts";
import { lineText, positionOf } from "./places.ts";

/** A command of a script, and the scalar it stands in. */
export interface CiCommand {
  readonly step: CiStep;
  readonly script: YamlScalar;
  readonly command: ShellCommand;
}

/** Jobs that may run: one that is switched off by `if: false` does nothing wrong. */
export function jobsOf({ ci }: Facts): readonly CiJob[] {
  return ci.flatMap(({ jobs }) =>
    jobs.filter(({ node }) => !/^(false|\$\{\{\s*false\s*\}\})$/.test(textOf(nodeAt(node, "if")))),
  );
}

export function jobCommands({ steps }: CiJob): readonly CiCommand[] {
  return steps.flatMap((step) =>
    step.script === undefined
      ? []
      : step.commands.map((command) => ({ step, script: step.script ?? never(), command })),
  );
}

function never(): never {
  throw new Error("a step without a script has no commands");
}

export function ciCommands(facts: Facts): readonly CiCommand[] {
  return jobsOf(facts).flatMap(jobCommands);
}

/** Whether it is that program with these first words: `is(command, "docker", "login")`. */
export function runs({ name, args }: ShellCommand, program: string, ...words: readonly string[]): boolean {
  return (name === program || name.endsWith(`/${program}`)) && words.every((word, index) => args[index]?.text === word);
}

/** The place of a command or of a word of it. */
export function placeIn(script: YamlScalar, { start, end }: { start: number; end: number }): YamlPlace {
  return { file: script.file, start, end };
}

/** The place of a node alone, as a problem has it. */
export function placeOf({ file, start, end }: YamlPlace): YamlPlace {
  return { file, start, end };
}

/** The names of the jobs that must be there for this one. */
export function neededJobs({ node, vendor }: CiJob): readonly YamlScalar[] {
  const keywords = vendor === "gitlab" ? ["needs", "dependencies"] : ["needs"];
  return keywords
    .flatMap((keyword) => itemsOf(nodeAt(node, keyword)))
    .flatMap((item) => {
      if (item.kind === "scalar") return [item];
      if (nodeAt(item, "project") !== undefined || nodeAt(item, "pipeline") !== undefined) return [];
      const job = nodeAt(item, "job");
      return job?.kind === "scalar" && textOf(nodeAt(item, "optional")) !== "true" ? [job] : [];
    });
}

/** As it is written in the file, quotes and all. */
export function written(facts: Facts, { file, start, end }: YamlPlace): string {
  return (facts.text(file) ?? "").slice(start, end);
}

export function seenAt(facts: Facts, { file, start }: YamlPlace): Evidence {
  const text = facts.text(file) ?? "";
  const { line } = positionOf(text, start);
  return { file, line, text: lineText(text, line).trim() };
}

/**
 * The folder that a command runs in, from the repository's root, which is ""; undefined where a variable, a clone or the way back
 * leaves it open.
 */
export function folderOf({ step, command }: CiCommand): string | undefined {
  const { vendor, steps } = step.job;
  const before = vendor === "github" ? [step] : steps.slice(0, steps.indexOf(step) + 1);
  let folder = normalFolder(step.folder);
  for (const each of before.flatMap(({ commands }) => commands)) {
    if (each === command) break;
    if (each.name === "popd") return undefined;
    if (each.name !== "cd" && each.name !== "pushd") continue;
    const target = each.args[0]?.text ?? "/";
    folder =
      folder === undefined || target.startsWith("-") ? undefined : normalFolder(posix.join(folder, target), target);
  }
  return folder;
}

function normalFolder(path: string, written = path): string | undefined {
  const normal = posix.normalize(path).replace(/^\.(\/|$)|\/$/g, "");
  return /[$~*`]/.test(written) || written.startsWith("/") || normal.startsWith("..") ? undefined : normal;
}

/** What a command finds in its environment: its own assignment, an earlier export of the job, the files' variables. */
export function valueFor({ step, command }: CiCommand, name: string): string | undefined {
  const own = command.assignments.find((each) => each.name === name)?.value;
  if (own !== undefined) return own;
  let value = step.variables.get(name)?.text;
  for (const other of step.job.steps) {
    // Each run of GitHub's is a shell of its own.
    if (step.job.vendor === "github" && other !== step) continue;
    for (const each of other.commands) {
      if (other === step && each.start >= command.start) break;
      if (each.name !== "export" && each.name !== "") continue;
      value = each.assignments.find((one) => one.name === name)?.value ?? value;
    }
    if (other === step) break;
  }
  return value;
}

/** A change within a script; undefined where the YAML around it would read it as something else. */
export function scriptEdit(
  facts: Facts,
  script: YamlScalar,
  { start, end }: { readonly start: number; readonly end: number },
  text: string,
): Edit | undefined {
  const source = facts.text(script.file) ?? "";
  const quote = source[script.start];
  if (script.style === "quoted") {
    const inner = quote === '"' ? JSON.stringify(text).slice(1, -1) : text.replaceAll("'", "''");
    return { file: script.file, start, end, text: inner };
  }
  if (script.style === "plain") {
    const line = source.slice(script.start, start) + text + source.slice(end, script.end);
    if (/:\s|:$|\s#|^[-?:,[\]{}#&*!|>'"%@`]/.test(line)) return undefined;
  }
  return { file: script.file, start, end, text };
}

/** A fix of one edit, or none. */
export function fixOf(safe: boolean, title: string, ...edits: readonly (Edit | undefined)[]): { fix?: Fix } {
  const made = edits.flatMap((edit) => edit ?? []);
  return made.length === edits.length && made.length > 0 ? { fix: { safe, title, edits: made } } : {};
}

/** Another line of script behind a command. */
export function lineAfter(facts: Facts, { script, command }: CiCommand, line: string): Edit | undefined {
  const { file } = script;
  const text = facts.text(file) ?? "";
  const startOfLine = text.lastIndexOf("\n", command.start - 1) + 1;
  const endOf = (at: number): number => {
    const end = text.indexOf("\n", at);
    const stop = end < 0 ? text.length : end;
    return text[stop - 1] === "\r" ? stop - 1 : stop;
  };
  if (script.style === "block") {
    if (text[script.start] === ">") return undefined;
    const indent = /^[ \t]*/.exec(text.slice(startOfLine))?.[0] ?? "";
    const at = endOf(command.end - 1);
    return { file, start: at, end: at, text: `\n${indent}${line}` };
  }
  const before = text.slice(startOfLine, script.start);
  const at = endOf(script.end - 1);
  if (/^\s*- (&\w+ )?$/.test(before))
    return { file, start: at, end: at, text: `\n${before.replace(/&\w+ $/, "")}${quoted(line)}` };
  // `run: one line` becomes a block of two.
  const key = /^(\s*(?:- )?)run: $/.exec(before);
  if (key === null || script.style !== "plain" || script.text.includes("\n")) return undefined;
  const indent = `${" ".repeat((key[1] ?? "").length)}  `;
  return { file, start: script.start, end: script.end, text: `|\n${indent}${script.text}\n${indent}${line}` };
}

/** A line of script as a YAML scalar. */
function quoted(line: string): string {
  return /:\s|:$|\s#|^[-?:,[\]{}#&*!|>'"%@`]/.test(line) ? `'${line.replaceAll("'", "''")}'` : line;
}

/** Whether a variable in a word is left open to the shell's splitting: outside of quotes. */
export function splits(word: string): boolean {
  let quote = "";
  for (let index = 0; index < word.length; index++) {
    const each = word[index] ?? "";
    if (each === "\\" && quote !== "'") index++;
    else if (quote === "" && (each === '"' || each === "'")) quote = each;
    else if (each === quote) quote = "";
    else if (each === "$" && quote === "" && /[\w{(]/.test(word[index + 1] ?? "")) return true;
  }
  return false;
}

/** Words of a name that mean a secret: `DEPLOY_TOKEN` is one; `TOKEN_FILE`, `PUBLIC_KEY` and `PUBLIC_READ_TOKEN` are not. */
export function isSecretName(name: string): boolean {
  return /^(?!(.*_)?PUBLIC_|(OLD)?PWD$)(.*_)?(PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|SSH_KEY|DEPLOY_KEY|CREDENTIALS?)$/i.test(
    name,
  );
}

/** The names of variables in a text of shell or of GitHub's expressions. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{?(\w+)|\$\{\{\s*(?:secrets|env|vars)\.(\w+)/g)].flatMap(
    (match) => match[1] ?? match[2] ?? [],
  );
}

/** The words that are no flags, after the first ones. */
export function operands(args: readonly ShellWord[], after: number): readonly ShellWord[] {
  return args.slice(after).filter(({ text }) => !text.startsWith("-"));
}
