// What speaks for a cause, found in the project's files.

import {
  baseImage,
  type Dockerfile,
  flag,
  type Instruction,
  instructionLike,
  operands,
  type Stage,
} from "./dockerfile.ts";
import { hiddenBy } from "./ignored.ts";
import { hasFolder, type Project } from "./project.ts";
import { matchPath } from "../../gomod/pattern.ts";
import type { Case, Evidence, Found } from "./symptom.ts";

export function found(...evidence: readonly (Evidence | undefined)[]): Found | undefined {
  const some = evidence.flatMap((each) => each ?? []);
  return some.length === 0 ? undefined : { evidence: some };
}

/** A file or folder itself. */
export function thing(file: string, says: string): Evidence {
  return { file, line: undefined, text: "", says };
}

/** The first line of a file that the expression matches. */
export async function lineOf(
  project: Project,
  file: string,
  expression: RegExp,
  says: string,
): Promise<Evidence | undefined> {
  const lines = await project.lines(file);
  const index = lines.findIndex((line) => expression.test(line));
  return index < 0 ? undefined : { file, line: index + 1, text: (lines[index] ?? "").trim(), says };
}

export function at(dockerfile: Dockerfile, { line, text }: Instruction, says: string): Evidence {
  return { file: dockerfile.file, line, text, says };
}

/** A line of .dockerignore that hides the path, with the line that takes it back. */
export async function ignored({ project }: Case, path: string): Promise<Found | undefined> {
  if (path === "") return undefined;
  const hidden = await hiddenBy(project, path);
  return hidden === undefined
    ? undefined
    : { evidence: [hidden.evidence], change: hidden.change, fields: { hidden: path, ignore: hidden.evidence.file } };
}

/**
 * A path of the project that no COPY before the failing instruction takes: the COPY that stands nearest. Without a build's
 * log it is the first RUN of a go command that is asked.
 */
export async function notCopied({ project, build }: Case, path: string): Promise<Found | undefined> {
  if (path === "" || !(project.tree.has(path) || hasFolder(project, path))) return undefined;
  for (const dockerfile of await project.dockerfiles()) {
    const { instructions } = dockerfile;
    const failed = build === undefined ? undefined : instructionLike(instructions, build);
    const run =
      failed ?? instructions.find(({ keyword, rest }) => keyword === "RUN" && /\b(?:go|npm|make)\s/.test(rest));
    if (run === undefined) continue;
    const copies = instructions.filter((each) => {
      return /^(?:COPY|ADD)$/.test(each.keyword) && each.stage === run.stage && each.line < run.line;
    });
    const fromContext = copies.filter((each) => flag(each, "from") === undefined);
    const nearest = fromContext.at(-1);
    if (nearest === undefined || copies.some((each) => takes(each, path))) continue;
    const copy = at(dockerfile, nearest, `takes what it names, and ${path} is not among it`);
    return { evidence: [copy, at(dockerfile, run, "runs without it")], fields: { notCopied: path } };
  }
  return undefined;
}

/** Whether a COPY takes the path from the build context. A whole stage's files may hold anything. */
function takes(instruction: Instruction, path: string): boolean {
  if (flag(instruction, "from") !== undefined) return false;
  const parts = path.split("/");
  return operands(instruction)
    .slice(0, -1)
    .some((source) => {
      const clean = source.replace(/^(?:\.?\/)+|\/+$/g, "");
      if (clean === "" || clean === "." || clean.includes("$")) return true;
      return matchPath(clean, parts.slice(0, clean.split("/").length).join("/")) === true;
    });
}

/** The stages that the Dockerfiles build on images whose name matches. */
export async function stagesOn(project: Project, image: RegExp): Promise<readonly Evidence[]> {
  const found: Evidence[] = [];
  for (const dockerfile of await project.dockerfiles()) {
    for (const { base, from } of dockerfile.stages) {
      if (image.test(base)) found.push(at(dockerfile, from, "the image"));
    }
  }
  return found;
}

/** The last stage of the first Dockerfile, and what it really is built on: what runs. */
export async function finalStage(
  project: Project,
): Promise<{ readonly dockerfile: Dockerfile; readonly stage: Stage; readonly base: string } | undefined> {
  for (const dockerfile of await project.dockerfiles()) {
    const stage = dockerfile.stages.at(-1);
    if (stage !== undefined) return { dockerfile, stage, base: baseImage(dockerfile, stage).base };
  }
  return undefined;
}

export const isBare = (image: string): boolean => /^scratch$|distroless\/(?:static|base|cc)/.test(image);

/** The instruction of the final stage that starts the program. */
export async function startOf(
  project: Project,
): Promise<
  { readonly dockerfile: Dockerfile; readonly start: Instruction; readonly words: readonly string[] } | undefined
> {
  const last = await finalStage(project);
  if (last === undefined) return undefined;
  const own = last.dockerfile.instructions.filter(({ stage }) => stage === last.stage.index);
  const start =
    own.findLast(({ keyword }) => keyword === "ENTRYPOINT") ?? own.findLast(({ keyword }) => keyword === "CMD");
  return start === undefined ? undefined : { dockerfile: last.dockerfile, start, words: operands(start) };
}

/** Instructions of all Dockerfiles that a test holds for, as evidence. */
export async function instructions(
  project: Project,
  holds: (each: Instruction, dockerfile: Dockerfile) => boolean,
  says: string,
): Promise<readonly Evidence[]> {
  const all: Evidence[] = [];
  for (const dockerfile of await project.dockerfiles()) {
    for (const each of dockerfile.instructions) if (holds(each, dockerfile)) all.push(at(dockerfile, each, says));
  }
  return all;
}
