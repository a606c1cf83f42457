/**
 * Import specs in the order that gofmt gives them (go/ast, SortImports): in a group, those that stand on lines right behind each
 * other are sorted by path. A blank line or a comment between two of them begins a new run.
 */
import { stringValue, tokens } from "../../gomod/source/tokens.ts";
import { compareBytewise, encodeUtf8 } from "../../gomod/utf8.ts";

/** A line with one spec and nothing else but a comment behind it. Others are left as they are. */
const spec = /^[ \t]*(?:([\p{L}_][\p{L}\p{Nd}_]*|\.)[ \t]+)?("[^"\n]*"|`[^`\n]*`)[ \t]*(\/\/.*)?$/u;

/** The text with its imports in order; the text itself where they are, or where it is no Go. */
export function sortImports(source: string): string {
  const lines = source.split("\n");
  for (const [from, to] of groups(source)) {
    for (let start = from; start < to; start++) {
      let end = start;
      while (end < to && specOf(lines[end]) !== undefined) end++;
      lines.splice(start, end - start, ...sorted(lines.slice(start, end)));
      start = end;
    }
  }
  return lines.join("\n");
}

/** The lines between the brackets of each import group, from 0. */
function groups(source: string): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  const bytes = encodeUtf8(source);
  const lineAt = lineCounter(bytes);
  let state: "package" | "clause" | "header" | "import" | "group" = "package";
  let open = 0;
  for (const { kind, text, start } of tokens(bytes)) {
    if (kind === "comment" || text === ";") continue;
    if (state === "package") {
      if (text !== "package") return [];
      state = "clause";
    } else if (state === "clause") {
      state = "header";
    } else if (state === "header") {
      if (text !== "import") break;
      state = "import";
    } else if (state === "import") {
      if (text === "(") [state, open] = ["group", lineAt(start)];
      else if (kind === "string") state = "header";
    } else if (text === ")") {
      state = "header";
      found.push([open + 1, lineAt(start)]);
    }
  }
  return found;
}

/** The line of an offset, from 0; asked in order. */
function lineCounter(bytes: Uint8Array): (offset: number) => number {
  let [line, at] = [0, 0];
  return (offset) => {
    for (; at < offset; at++) if (bytes[at] === 0x0a) line++;
    return line;
  };
}

function specOf(line: string | undefined): readonly [string, string, string] | undefined {
  const [, name = "", path, comment = ""] = spec.exec((line ?? "").replace(/\r$/, "")) ?? [];
  return path === undefined ? undefined : [stringValue(path), name, comment];
}

function sorted(lines: readonly string[]): readonly string[] {
  const specs = lines.map((line) => ({ line, key: specOf(line) ?? ["", "", ""] }));
  return specs
    .sort(({ key: a }, { key: b }) => {
      for (const at of [0, 1, 2]) {
        const order = compareBytewise(a[at] ?? "", b[at] ?? "");
        if (order !== 0) return order;
      }
      return 0;
    })
    .map(({ line }) => line);
}
