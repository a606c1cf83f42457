// A build that is started in a folder, moved up to the root of the repository: for what lies beside that folder.

import { posix } from "node:path";
import type { DockerBuild } from "../repo/dockerBuilds.ts";
import type { Instruction } from "../repo/dockerfile/dockerfile.ts";
import type { DockerfileFacts, Facts } from "./facts.ts";
import type { Edit } from "./finding.ts";
import { mounts } from "./goInDocker.ts";

/**
 * The edits that let a Dockerfile be built from the repository's root, as far as the repository says how it is built; undefined
 * where it does not, or where more than paths would change.
 */
export function fromTheRoot(
  { file, stages, context, builds }: DockerfileFacts,
  facts: Facts,
): readonly Edit[] | undefined {
  const instructions = stages.flatMap((stage) => stage.instructions);
  // An ignore file of the folder counts no longer, and a bind mount's path would be another.
  if (builds.length === 0 || context.ignoreFile !== undefined || facts.has(".dockerignore")) return undefined;
  if (instructions.some(({ flags }) => mounts(flags).some((mount) => (mount.get("type") ?? "bind") === "bind")))
    return undefined;
  const edits = [
    ...builds.map((build) => buildEdit(build, facts.text(build.place.file) ?? "", file)),
    ...instructions.map((instruction) => sourceEdits(instruction, facts.text(file) ?? "", file, context.folder)),
  ];
  return edits.every((each) => each !== undefined) ? edits.flat() : undefined;
}

/** `build: ./app`, a map of context and dockerfile, or the command's last word. */
function buildEdit({ by, place, context }: DockerBuild, text: string, dockerfile: string): readonly Edit[] | undefined {
  const written = text.slice(place.start, place.end);
  const { file, start, end } = place;
  if (by === "ci") {
    const last = /(?<=\s)\S+$/.exec(written);
    if (last === null || /\s(-f|--file)[ =]/.test(written)) return undefined;
    return [{ file, start: start + last.index, end, text: `-f ${dockerfile} .` }];
  }
  if (by !== "compose" || written.startsWith("{")) return undefined;
  const root = posix.relative(posix.dirname(file), ".") || ".";
  if (!/[\n:]/.test(written)) {
    const line = text.slice(text.lastIndexOf("\n", start) + 1, start);
    const indent = " ".repeat(line.length - line.trimStart().length);
    const blanks = line.length - line.trimEnd().length;
    return [
      { file, start: start - blanks, end, text: `\n${indent}  context: ${root}\n${indent}  dockerfile: ${dockerfile}` },
    ];
  }
  const own = /^([ \t]*context:[ \t]*)(\S+)[ \t]*$/m.exec(written);
  if (own === null || /^[ \t]*dockerfile:/m.test(written)) return undefined;
  const at = start + own.index + (own[1]?.length ?? 0);
  const column = start - (text.lastIndexOf("\n", start) + 1);
  const line = `${root}\n${" ".repeat(column)}dockerfile: ${posix.join(context, posix.relative(context, dockerfile))}`;
  return [{ file, start: at, end: at + (own[2]?.length ?? 0), text: line }];
}

/** Each source of a COPY, seen from the root. */
function sourceEdits(
  { copy, textStart, end }: Instruction,
  text: string,
  file: string,
  folder: string,
): readonly Edit[] | undefined {
  if (copy === undefined || copy.from !== undefined) return [];
  const edits: Edit[] = [];
  let from = textStart;
  for (const source of copy.sources) {
    const at = text.indexOf(source, from);
    if (at < 0 || at >= end) return undefined;
    from = at + source.length;
    edits.push({ file, start: at, end: from, text: posix.join(folder, source) });
  }
  return edits;
}
