// A Dockerfile's instructions with their lines, as far as explanations ask for them.

import type { FailedBuild } from "./errorText.ts";

export interface Dockerfile {
  readonly file: string;
  readonly instructions: readonly Instruction[];
  readonly stages: readonly Stage[];
}

export interface Instruction {
  /** Where it begins, from 1. */
  readonly line: number;
  /** Upper case. */
  readonly keyword: string;
  /** What follows the keyword, continued lines joined, flags among it. */
  readonly rest: string;
  /** Its first line as it is written. */
  readonly text: string;
  /** Index of its stage; -1 before the first FROM. */
  readonly stage: number;
}

export interface Stage {
  readonly index: number;
  readonly name: string | undefined;
  /** The image, or an earlier stage's name. */
  readonly base: string;
  readonly from: Instruction;
}

/** https://docs.docker.com/reference/dockerfile/: continuation, comments between, the escape directive, heredocs. */
export function readDockerfile(file: string, text: string): Dockerfile {
  const lines = text.split(/\r?\n/);
  const escape = /^#\s*escape\s*=\s*`/im.test(lines.slice(0, 5).join("\n")) ? "`" : "\\";
  const instructions: Instruction[] = [];
  const stages: Stage[] = [];
  for (let at = 0; at < lines.length; at++) {
    const first = (lines[at] ?? "").trim();
    if (first === "" || first.startsWith("#")) continue;
    const line = at + 1;
    let joined = first;
    while (joined.endsWith(escape) && at + 1 < lines.length) {
      const next = (lines[++at] ?? "").trim();
      if (next.startsWith("#") || next === "") continue;
      joined = `${joined.slice(0, -1)}${next}`;
    }
    const [, keyword = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(joined) ?? [];
    const heredocs = /^(RUN|COPY|ADD)$/i.test(keyword) ? [...joined.matchAll(/<<-?\s*(["']?)([A-Za-z_]\w*)\1/g)] : [];
    for (const [, , end] of heredocs) {
      while (at + 1 < lines.length && (lines[at + 1] ?? "").trim() !== end) at++;
      at++;
    }
    const instruction = { line, keyword: keyword.toUpperCase(), rest, text: first, stage: stages.length - 1 };
    if (instruction.keyword === "FROM") {
      const [base = "", as, name] = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
      const from = { ...instruction, stage: stages.length };
      stages.push({ index: stages.length, base, name: as?.toUpperCase() === "AS" ? name : undefined, from });
      instructions.push(from);
    } else instructions.push(instruction);
  }
  return { file, instructions, stages };
}

/** The words after the flags: `COPY --from=a x y` has x and y. JSON's array form too. */
export function operands({ rest }: Instruction): readonly string[] {
  const bare = rest.replace(/^(?:--\S+\s+)+/, "");
  if (bare.startsWith("[")) {
    try {
      const parsed: unknown = JSON.parse(bare);
      if (Array.isArray(parsed)) return parsed.filter((each) => typeof each === "string");
    } catch {
      // Docker reads it as words then, too.
    }
  }
  return bare.split(/\s+/).filter((word) => word !== "");
}

/** The value of `--name=`. */
export function flag({ rest }: Instruction, name: string): string | undefined {
  return new RegExp(`(?:^|\\s)--${name}=(\\S+)`).exec(rest)?.[1];
}

/** The image that a stage is built on, through the stages that it builds on. */
export function baseImage({ stages }: Dockerfile, stage: Stage): Stage {
  let at = stage;
  for (const _ of stages) {
    const earlier = stages.find(({ name, index }) => index < at.index && name?.toLowerCase() === at.base.toLowerCase());
    if (earlier === undefined) return at;
    at = earlier;
  }
  return at;
}

/** The instruction that a build's log names, in whatever spelling. */
export function instructionLike(
  instructions: readonly Instruction[],
  { instruction }: FailedBuild,
): Instruction | undefined {
  if (instruction === undefined) return undefined;
  const squeezed = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
  const wanted = squeezed(instruction);
  return instructions.find(({ keyword, rest }) => squeezed(`${keyword} ${rest}`) === wanted);
}
