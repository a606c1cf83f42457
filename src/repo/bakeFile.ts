// The targets of a bake file, in HCL or JSON, as far as they say where they are built.
// https://docs.docker.com/build/bake/reference/

import { entriesOf, nodeAt, readYamlTree, textOf } from "./ci/yamlTree.ts";

export interface BakeTarget {
  readonly name: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string;
  readonly contexts: readonly (readonly [string, string])[];
  /** Offsets in the file. */
  readonly start: number;
  readonly end: number;
}

export function readBakeTargets(file: string, text: string): readonly BakeTarget[] {
  return file.endsWith(".json") ? jsonTargets(file, text) : hclTargets(text);
}

/** JSON is YAML, whose reader knows places. */
function jsonTargets(file: string, text: string): readonly BakeTarget[] {
  return entriesOf(nodeAt(readYamlTree(file, text, "1.2").root, "target")).flatMap(([name, { value }]) => {
    if (value.kind !== "map") return [];
    const word = (key: string): string => textOf(nodeAt(value, key));
    return [
      {
        name,
        context: word("context") || ".",
        dockerfile: word("dockerfile"),
        target: word("target"),
        contexts: entriesOf(nodeAt(value, "contexts")).map(([key, each]) => [key, textOf(each.value)] as const),
        start: value.start,
        end: value.end,
      },
    ];
  });
}

/** `target "name" { … }`. Only strings that stand alone are read: an expression has no value before bake runs. */
function hclTargets(text: string): readonly BakeTarget[] {
  const plain = withoutComments(text);
  return [...plain.matchAll(/^[ \t]*target\s+"([^"\n]+)"\s*\{/gm)].map((match) => {
    const start = match.index;
    const open = start + match[0].length;
    const end = closing(plain, open);
    const body = plain.slice(open, end);
    // What is in a block within the block is not the target's own.
    const inner = body.replaceAll(/\{[^{}]*\}/g, "{}");
    const word = (key: string): string =>
      new RegExp(`^[ \\t]*${key}[ \\t]*=[ \\t]*"([^"\\n]*)"[ \\t]*$`, "m").exec(inner)?.[1] ?? "";
    const contexts = /^[ \t]*contexts[ \t]*=[ \t]*\{([^{}]*)\}/m.exec(body)?.[1] ?? "";
    const isOpen = /^[ \t]*(context|dockerfile)[ \t]*=(?![ \t]*"[^"\n]*"[ \t]*$)/m.test(inner);
    return {
      name: match[1] ?? "",
      // As an expression it is left open, like a variable.
      context: isOpen ? "$" : word("context") || ".",
      dockerfile: word("dockerfile"),
      target: word("target"),
      contexts: [...contexts.matchAll(/"?([\w.-]+)"?\s*=\s*"([^"\n]*)"/g)].map(
        (each) => [each[1] ?? "", each[2] ?? ""] as const,
      ),
      start,
      end: Math.min(end + 1, text.length),
    };
  });
}

/** Blanks in the place of comments, so that offsets stay. */
function withoutComments(text: string): string {
  return text.replaceAll(/"(?:[^"\\\n]|\\.)*"|(#|\/\/)[^\n]*|\/\*[^]*?\*\//g, (all) =>
    all.startsWith('"') ? all : all.replaceAll(/[^\n]/g, " "),
  );
}

/** The offset of the brace that closes a block whose content begins at `from`; the text's end if none does. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (const { 0: found, index } of text.slice(from).matchAll(/"(?:[^"\\\n]|\\.)*"|[{}]/g)) {
    if (found === "{") depth++;
    else if (found === "}" && --depth === 0) return from + index;
  }
  return text.length;
}
