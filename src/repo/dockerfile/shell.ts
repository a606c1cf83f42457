// What a RUN does, as far as its words tell: parsed as a shell would, positions kept.

import { parse } from "unbash";
import * as z from "zod";

export interface ShellCommand {
  /** The program or builtin: `go`, `export`; empty for a command that only sets variables. */
  readonly name: string;
  readonly args: readonly ShellWord[];
  /** `NAME=value` before the command, or behind `export`. */
  readonly assignments: readonly { readonly name: string; readonly value: string }[];
  /** `> file`, `2>&1`. */
  readonly redirects: readonly ShellRedirect[];
  /** Another command reads what it prints. */
  readonly piped: boolean;
  /** Offsets in the file. */
  readonly start: number;
  readonly end: number;
}

export interface ShellRedirect {
  readonly operator: string;
  /** The file descriptor that is named; undefined: the operator's own. */
  readonly descriptor: number | undefined;
  readonly target: ShellWord;
}

export interface ShellWord {
  /** Without quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What is read of the parser's nodes. */
const word = z.object({ text: z.string(), value: z.string(), pos: z.number(), end: z.number() });
const assignment = z.object({ type: z.literal("Assignment"), name: z.string(), value: word.optional() });
const redirect = z.object({
  type: z.literal("Redirect"),
  operator: z.string(),
  descriptor: z.object({ value: z.number() }).optional(),
  target: word.optional(),
});
const pipeline = z.object({
  type: z.literal("Pipeline"),
  commands: z.array(z.unknown()),
  operators: z.array(z.string()),
});
const command = z.object({
  type: z.literal("Command"),
  pos: z.number(),
  end: z.number(),
  name: word.optional(),
  prefix: z.array(z.unknown()),
  suffix: z.array(z.unknown()),
});

/** Larger scripts are programs of their own. */
const scriptLimit = 64 * 1024;

/** The simple commands of a script in their order, those within `if`, loops and groups among them; none of what is no shell. */
export function shellCommands(script: string, offset: number): readonly ShellCommand[] {
  if (script.length > scriptLimit) return [];
  let tree: unknown;
  try {
    tree = parse(withoutComments(script));
  } catch {
    return [];
  }
  const found: ShellCommand[] = [];
  visit(tree, (node, piped) => {
    const read = command.safeParse(node);
    if (!read.success) return;
    const { name, prefix, suffix, pos, end } = read.data;
    const all = [...prefix, ...suffix];
    found.push({
      name: name?.value ?? "",
      args: all.flatMap((each) => {
        const parsed = word.safeParse(each);
        return parsed.success && !assignment.safeParse(each).success
          ? [{ text: parsed.data.value, start: parsed.data.pos + offset, end: parsed.data.end + offset }]
          : [];
      }),
      assignments: all.flatMap((each) => {
        const parsed = assignment.safeParse(each);
        return parsed.success ? [{ name: parsed.data.name, value: parsed.data.value?.value ?? "" }] : [];
      }),
      redirects: all.flatMap((each) => {
        const parsed = redirect.safeParse(each).data;
        if (parsed?.target === undefined) return [];
        const { operator, descriptor, target } = parsed;
        const place = { start: target.pos + offset, end: target.end + offset };
        return [{ operator, descriptor: descriptor?.value, target: { text: target.value, ...place } }];
      }),
      piped,
      start: pos + offset,
      end: end + offset,
    });
  });
  return found.sort((a, b) => a.start - b.start);
}

/** Docker drops comment lines before the shell sees them; a shell would end the command there. Lengths stay. */
function withoutComments(script: string): string {
  return script.replaceAll(
    /^[ \t]*#.*$/gm,
    (line) => `${" ".repeat(Math.max(0, line.length - 1))}${line === "" ? "" : "\\"}`,
  );
}

const depthLimit = 200;

function visit(node: unknown, seen: (node: object, piped: boolean) => void, piped = false, depth = 0): void {
  if (typeof node !== "object" || node === null || depth > depthLimit) return;
  seen(node, piped);
  const line = pipeline.safeParse(node).data;
  if (line !== undefined) {
    for (const [index, each] of line.commands.entries())
      visit(each, seen, piped || line.operators[index]?.startsWith("|") === true, depth + 1);
    return;
  }
  for (const [key, value] of Object.entries(node)) {
    // Words are the command's own; what they substitute is not looked at.
    if (key === "name" || key === "prefix" || key === "suffix" || key === "parts") continue;
    if (Array.isArray(value)) for (const each of value) visit(each, seen, piped, depth + 1);
    else visit(value, seen, piped, depth + 1);
  }
}

/** The value of an option: `-f app`, `-f=app`. */
export function wordAfter(words: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (names.includes(word)) return words[index + 1];
    const name = names.find((each) => word.startsWith(`${each}=`));
    if (name !== undefined) return word.slice(name.length + 1);
  }
  return undefined;
}
