/** Comments that speak to tools (https://go.dev/doc/comment#directives): `//go:embed static/*`. */
import { isSpace } from "../unicode.ts";
import { unquote } from "../unquote.ts";

/** A `//go:` comment before the package clause, such as `//go:debug httplaxcontentlength=1`. */
export interface Directive {
  /** All of it. */
  readonly text: string;
  /** In bytes. */
  readonly offset: number;
}

/**
 * The patterns of a `//go:embed` comment; empty where it is none, or can't be read: the compiler will say so better
 * (go/build/read.go, parseGoEmbed; go/ast, ParseDirective).
 *
 * @param comment A line comment, its `//` included, without carriage returns.
 */
export function embedPatterns(comment: string): readonly string[] {
  const mark = "//go:embed";
  if (!comment.startsWith(mark)) return [];
  const patterns: string[] = [];
  let at = mark.length;
  // `//go:embedded` is another directive.
  if (at < comment.length && !isSpace(comment.charCodeAt(at))) return [];
  for (;;) {
    while (at < comment.length && isSpace(comment.charCodeAt(at))) at++;
    if (at >= comment.length) return patterns;
    const end = argumentEnd(comment, at);
    const word = comment.slice(at, end);
    const isQuoted = word.startsWith('"') || word.startsWith("`");
    const pattern = isQuoted ? unquote(word) : word;
    const isEnded = end >= comment.length || isSpace(comment.charCodeAt(end));
    if (pattern === undefined || !isEnded) return [];
    patterns.push(pattern);
    at = end;
  }
}

/** Where the argument ends that begins at `start`: behind its closing quotation mark, or before a blank. */
function argumentEnd(text: string, start: number): number {
  const quotation = text.charAt(start);
  if (quotation === "`") {
    const close = text.indexOf("`", start + 1);
    return close < 0 ? text.length : close + 1;
  }
  for (let at = start + (quotation === '"' ? 1 : 0); at < text.length; at++) {
    if (quotation !== '"') {
      if (isSpace(text.charCodeAt(at))) return at;
    } else if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** Marks of other tools that stand in comments without a colon: for the compiler, gccgo and cgo. */
const oldMarks: readonly string[] = ["line ", "extern ", "export "];

/** Reports whether a line comment, without its `//`, is a directive and no text (go/ast, isDirective). */
export function isDirective(text: string): boolean {
  return oldMarks.some((mark) => text.startsWith(mark)) || /^[a-z0-9]+:[a-z0-9]/.test(text);
}
