// A Dockerfile as a graph of stages: what each instruction says once variables are filled in, with its place in the file.

import {
  type Copy,
  DockerfileParser,
  type From,
  type Instruction as Parsed,
  JSONInstruction,
  type PropertyInstruction,
} from "dockerfile-ast";
import { type BaseImage, readBaseImage } from "./baseImage.ts";
import { type ShellCommand, shellCommands } from "./shell.ts";
import { expand, type Variables } from "./variables.ts";

export interface Place {
  /** Offsets in the file's text. */
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
}

export interface Instruction extends Place {
  /** In capitals. */
  readonly keyword: string;
  /** As written, without keyword and flags. */
  readonly text: string;
  /** The place of `text`. */
  readonly textStart: number;
  readonly flags: readonly {
    readonly name: string;
    readonly value: string;
    readonly start: number;
    readonly end: number;
  }[];
  /** The exec form's words; undefined for the shell form. */
  readonly exec: readonly string[] | undefined;
  /** Of a RUN, and of CMD and ENTRYPOINT in the shell form. */
  readonly commands: readonly ShellCommand[];
  /** Of COPY and ADD, variables filled in: what comes from where. */
  readonly copy: CopyFacts | undefined;
  /** Of ENV and ARG. */
  readonly properties: readonly {
    readonly name: string;
    readonly value: string | undefined;
    readonly start: number;
    readonly end: number;
  }[];
  /** What the stage's environment is when it runs: ENV, and ARG where it is declared. */
  readonly variables: Variables;
  /** Absolute, as WORKDIR leaves it. */
  readonly workdir: string;
}

export interface CopyFacts {
  /** The stage or image that `--from` names; undefined: the build's context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly destination: string;
}

export interface Stage {
  readonly index: number;
  readonly name: string | undefined;
  /** The stage that it goes on from; undefined for an image of its own. */
  readonly parent: Stage | undefined;
  /** Of the first stage in the line: what the file system begins as. */
  readonly base: BaseImage;
  readonly from: Instruction;
  /** Without FROM. */
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** From the project's root. */
  readonly file: string;
  readonly text: string;
  readonly stages: readonly Stage[];
  /** ARG before the first FROM. */
  readonly globals: readonly Instruction[];
  /** The stage that is built unless another is asked for. */
  readonly last: Stage | undefined;
  /** The stages that the last one is made of, itself among them: others may be for tests, or for nobody. */
  readonly reached: ReadonlySet<Stage>;
}

/** @param target The stage that is built; undefined for the last one. */
export function parseDockerfile(file: string, text: string, target?: string): Dockerfile {
  const starts = lineStarts(text);
  const offset = ({ line, character }: { line: number; character: number }): number => (starts[line] ?? 0) + character;
  const stages: Stage[] = [];
  const globals: Instruction[] = [];
  const outer = new Map<string, string>();
  /** How each stage ends, for those that go on from it. */
  const ends = new Map<Stage, State>();
  let state = initial;
  let current: { readonly stage: Stage; readonly instructions: Instruction[] } | undefined;
  for (const parsed of DockerfileParser.parse(text).getInstructions()) {
    const instruction = read(parsed, text, offset, state);
    if (instruction.keyword === "FROM") {
      current = begin(parsed, instruction, stages, outer);
      stages.push(current.stage);
      state = (current.stage.parent && ends.get(current.stage.parent)) ?? initial;
      ends.set(current.stage, state);
      continue;
    }
    if (current === undefined) {
      globals.push(instruction);
      for (const { name, value } of instruction.properties)
        if (value !== undefined) outer.set(name, expand(value, outer));
      continue;
    }
    current.instructions.push(instruction);
    state = after(instruction, state, outer);
    ends.set(current.stage, state);
  }
  const last = (target === undefined ? undefined : stageNamed(target, stages)) ?? stages.at(-1);
  return { file, text, stages, globals, last, reached: reachedFrom(last, stages) };
}

const initial: State = { variables: new Map(), workdir: "/" };

interface State {
  readonly variables: Variables;
  readonly workdir: string;
}

function begin(
  parsed: Parsed,
  from: Instruction,
  stages: readonly Stage[],
  globals: Variables,
): { readonly stage: Stage; readonly instructions: Instruction[] } {
  const statement: Partial<Pick<From, "getImage" | "getBuildStage">> & Parsed = parsed;
  const written = statement.getImage?.() ?? from.text.split(/\s/)[0] ?? "";
  const reference = expand(written, globals);
  const name = statement.getBuildStage?.()?.toLowerCase() ?? undefined;
  const parent = stages.find((stage) => stage.name !== undefined && stage.name === reference.toLowerCase());
  const instructions: Instruction[] = [];
  const base = parent?.base ?? readBaseImage(reference);
  return { stage: { index: stages.length, name, parent, base, from, instructions }, instructions };
}

function after({ keyword, properties, text, variables }: Instruction, state: State, globals: Variables): State {
  if (keyword === "WORKDIR") {
    const path = expand(text.trim(), variables);
    return { ...state, workdir: path.startsWith("/") ? path : `${state.workdir.replace(/\/$/, "")}/${path}` };
  }
  if (keyword !== "ENV" && keyword !== "ARG") return state;
  const next = new Map(state.variables);
  for (const { name, value } of properties) {
    // ENV goes before ARG of the same name; a global ARG's value counts only once it is declared again.
    const known = value === undefined ? globals.get(name) : expand(value, state.variables);
    if (known !== undefined && (keyword === "ENV" || !next.has(name))) next.set(name, known);
  }
  return { ...state, variables: next };
}

function read(
  parsed: Parsed,
  text: string,
  offset: (position: { line: number; character: number }) => number,
  { variables, workdir }: State,
): Instruction {
  const range = parsed.getRange();
  const keyword = parsed.getKeyword().toUpperCase();
  const start = offset(range.start);
  const end = offset(range.end);
  const flagged: Parsed & Partial<Pick<JSONInstruction, "getFlags">> = parsed;
  const flags = (flagged.getFlags?.() ?? []).map((flag) => ({
    name: flag.getName(),
    value: expand(flag.getValue() ?? "", variables),
    start: offset(flag.getRange().start),
    end: offset(flag.getRange().end),
  }));
  const keywordEnd = start + parsed.getInstruction().length;
  const textStart = skipBlanks(
    text,
    flags.reduce((far, flag) => Math.max(far, flag.end), keywordEnd),
  );
  const body = text.slice(textStart, end);
  const strings = parsed instanceof JSONInstruction ? parsed.getJSONStrings() : [];
  const exec = strings.length > 0 ? strings.map((each) => each.getJSONValue()) : undefined;
  const isShell = keyword === "RUN" || keyword === "CMD" || keyword === "ENTRYPOINT";
  const words = parsed
    .getArguments()
    .map((argument) => expand(argument.getValue(), variables))
    .filter((word) => !word.startsWith("--"));
  return {
    keyword,
    start,
    end,
    line: range.start.line + 1,
    text: body,
    textStart,
    flags,
    exec,
    commands: isShell && exec === undefined ? scriptCommands(body, textStart) : [],
    copy: keyword === "COPY" || keyword === "ADD" ? copyOf(parsed, exec ?? words, variables) : undefined,
    properties: keyword === "ENV" || keyword === "ARG" ? propertiesOf(parsed, offset) : [],
    variables,
    workdir,
  };
}

/** A heredoc's content is the script; what stands behind `<<` is not. */
function scriptCommands(body: string, textStart: number): readonly ShellCommand[] {
  const word = /^<<-?["']?(\w+)["']?[ \t]*\r?\n/.exec(body);
  if (word === null) return shellCommands(body, textStart);
  const content = body.slice(word[0].length).replace(new RegExp(`^[ \\t]*${word[1] ?? ""}[ \\t]*$[\\s\\S]*`, "m"), "");
  return shellCommands(content, textStart + word[0].length);
}

function copyOf(parsed: Parsed, words: readonly string[], variables: Variables): CopyFacts {
  const copy: Parsed & Partial<Pick<Copy, "getFromFlag">> = parsed;
  const from = copy.getFromFlag?.()?.getValue();
  return {
    from: from === undefined || from === null ? undefined : expand(from, variables),
    sources: words.slice(0, -1),
    destination: words.at(-1) ?? "",
  };
}

function propertiesOf(
  parsed: Parsed,
  offset: (position: { line: number; character: number }) => number,
): Instruction["properties"] {
  const owner: Parsed & Partial<Pick<PropertyInstruction, "getProperties">> = parsed;
  // The parser knows one name of an ARG, and BuildKit takes as many as there are: each by its words.
  if (parsed.getKeyword() === "ARG") {
    return parsed.getArguments().map((argument) => {
      const [range, word] = [argument.getRange(), argument.getValue()];
      const equals = word.indexOf("=");
      const value = equals < 0 ? undefined : word.slice(equals + 1).replace(/^(["'])(.*)\1$/s, "$2");
      return {
        name: equals < 0 ? word : word.slice(0, equals),
        value,
        start: offset(range.start),
        end: offset(range.end),
      };
    });
  }
  return (owner.getProperties?.() ?? []).map((property) => {
    const range = property.getRange();
    return {
      name: property.getName(),
      value: property.getValue() ?? undefined,
      start: offset(range.start),
      end: offset(range.end),
    };
  });
}

/** Whoever the last stage goes on from or copies from, and so on. */
function reachedFrom(last: Stage | undefined, stages: readonly Stage[]): ReadonlySet<Stage> {
  const reached = new Set<Stage>();
  const pending = last === undefined ? [] : [last];
  for (let stage = pending.pop(); stage !== undefined; stage = pending.pop()) {
    if (reached.has(stage)) continue;
    reached.add(stage);
    if (stage.parent !== undefined) pending.push(stage.parent);
    for (const { copy, flags } of stage.instructions) {
      const mounts = flags
        .filter(({ name }) => name === "mount")
        .flatMap(({ value }) => /(?:^|,)from=([^,]+)/.exec(value)?.[1] ?? []);
      for (const name of [...(copy?.from === undefined ? [] : [copy.from]), ...mounts]) {
        const other = stageNamed(name, stages);
        if (other !== undefined) pending.push(other);
      }
    }
  }
  return reached;
}

/** By name or number. */
export function stageNamed(name: string, stages: readonly Stage[]): Stage | undefined {
  return (
    stages.find((stage) => stage.name === name.toLowerCase()) ?? (/^\d+$/.test(name) ? stages[Number(name)] : undefined)
  );
}

function skipBlanks(text: string, at: number): number {
  const blanks = /^(?:[ \t]|\\\r?\n)*/.exec(text.slice(at))?.[0].length ?? 0;
  return at + blanks;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** A stage, the one that it goes on from, and so on. */
export function lineage(stage: Stage): readonly Stage[] {
  return stage.parent === undefined ? [stage] : [stage, ...lineage(stage.parent)];
}
