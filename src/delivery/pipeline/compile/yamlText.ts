import { stringify } from "yaml";
import type { Job, Pipeline } from "../job.ts";

/** The line that makes a file ours: it is compared and written anew, and any other file is left alone. */
export function sourceLine(target: string, origin: Pipeline["origin"]): string {
  const source =
    origin === "default" ? "the default pipeline (fairlead.yaml names no jobs)" : "pipeline.jobs in fairlead.yaml";
  return `# Made by \`fairlead pipeline compile --to ${target}\` from ${source}; change that, not this.`;
}

/** Whether a file was compiled, by whatever version. */
export function isCompiled(text: string): boolean {
  return text.startsWith("# Made by `fairlead pipeline compile --to ");
}

/** A block of YAML that parsers of 1.1 (GitLab's) and 1.2 read alike. */
export function yamlBlock(value: object, indent = 0): string {
  // 1.1 quotes `on`, `yes`, `1:30`: keys of ours are never such words but for GitHub's `on`, which it knows unquoted.
  const text = stringify(value, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false }).replaceAll(
    /^"on":/gm,
    "on:",
  );
  return text.replaceAll(/^(?=.)/gm, " ".repeat(indent));
}

/** Comment lines, wrapped. */
export function comment(text: string, indent = 0): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 100) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => `${" ".repeat(indent)}# ${line}\n`).join("");
}

/** Absent members are left out. */
export function present(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

export function minutes(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 60_000));
}

/** What is said of a job in front of it. */
export function jobComment(job: Job): string {
  const texts = [...(job.purpose === undefined ? [] : [job.purpose]), ...(job.approval ? ["waits for a person"] : [])];
  return texts.length === 0 ? "" : `${job.name}: ${texts.join("; ")}.`;
}
