/**
 * The syntax tree of a go.mod or go.work file: tokens, comments and where they stand, whatever they mean. With `format` it
 * gives the file back, in standard form.
 *
 * The tree is made to be edited, as x/mod's is: the typed directives in file.ts point to their `Line`, edits change lines
 * and mark them removed, and `cleanup` takes the removed ones out. Comments and their lists are never changed, only
 * replaced.
 */
import { noPosition, type Position } from "./position.ts";

/** One `//` comment. In a line's `before`, an empty token stands for a blank line. */
export interface Comment {
  readonly start: Position;
  /** With its `//`, without the newline. */
  readonly token: string;
  /** It stands behind something on its line. */
  readonly suffix: boolean;
}

/** The comments of a piece of syntax. */
export interface Comments {
  /** Whole lines above it. */
  before: readonly Comment[];
  /** Behind it, on its last line. */
  suffix: readonly Comment[];
  /** Whole lines below; only top-level statements can have them, and no parser makes them. */
  after: readonly Comment[];
}

/** A whole file. */
export interface FileSyntax extends Comments {
  readonly kind: "file";
  /** As it was given to the parser; it appears in errors. */
  readonly name: string;
  stmt: Statement[];
}

/** What stands at the top level of a file. */
export type Statement = CommentBlock | Line | LineBlock;

/** Comments that belong to no directive, as a blank line follows them. They are its `before`. */
export interface CommentBlock extends Comments {
  readonly kind: "commentBlock";
  readonly start: Position;
}

/** One line of tokens: `require example.com/m v1.2.3`, or within a block, `example.com/m v1.2.3`. */
export interface Line extends Comments {
  readonly kind: "line";
  start: Position;
  /** Behind the last token, but not behind parentheses at the end. */
  end: Position;
  /** Quoted ones with their quotes. */
  token: string[];
  inBlock: boolean;
  /** An edit has dropped it; `cleanup` takes it out. Go's tree has a nil token list then. */
  removed: boolean;
}

/** A block: `require (`, lines, `)`. */
export interface LineBlock extends Comments {
  readonly kind: "lineBlock";
  readonly start: Position;
  /** What stands before the parenthesis; the verb, in a valid file. */
  readonly token: readonly string[];
  readonly lparen: Parenthesis;
  line: Line[];
  readonly rparen: Parenthesis;
}

/** It can have comments: behind the opening one, and above and behind the closing one. */
export interface Parenthesis extends Comments {
  readonly kind: "parenthesis";
  pos: Position;
}

/** The lists that have nothing in them are one and the same. */
const none: readonly Comment[] = [];

/** A file without a statement. */
export function newFileSyntax(name: string): FileSyntax {
  return { kind: "file", name, stmt: [], before: none, suffix: none, after: none };
}

/** A comment as an edit adds it. */
export function newComment(token: string, suffix: boolean = false): Comment {
  return { start: noPosition, token, suffix };
}

export function newCommentBlock(start: Position, before: readonly Comment[]): CommentBlock {
  return { kind: "commentBlock", start, before, suffix: none, after: none };
}

export function newLine(
  token: string[],
  inBlock: boolean,
  start: Position = noPosition,
  end: Position = noPosition,
): Line {
  return { kind: "line", start, end, token, inBlock, removed: false, before: none, suffix: none, after: none };
}

export function newLineBlock(
  token: readonly string[],
  start: Position = noPosition,
  opening: Position = noPosition,
): LineBlock {
  return {
    kind: "lineBlock",
    start,
    token,
    lparen: newParenthesis(opening),
    line: [],
    rparen: newParenthesis(noPosition),
    before: none,
    suffix: none,
    after: none,
  };
}

function newParenthesis(pos: Position): Parenthesis {
  return { kind: "parenthesis", pos, before: none, suffix: none, after: none };
}

/** Where a piece of syntax begins and ends, its comments aside. */
export function span(x: FileSyntax | Statement | Parenthesis): { readonly start: Position; readonly end: Position } {
  switch (x.kind) {
    case "commentBlock":
      return { start: x.start, end: x.start };
    case "line":
      return { start: x.start, end: x.end };
    case "lineBlock":
      return { start: x.start, end: behindParenthesis(x.rparen.pos) };
    case "parenthesis":
      return { start: x.pos, end: behindParenthesis(x.pos) };
    case "file": {
      const first = x.stmt[0];
      const last = x.stmt.at(-1);
      if (first === undefined || last === undefined) return { start: noPosition, end: noPosition };
      return { start: span(first).start, end: span(last).end };
    }
  }
}

function behindParenthesis(pos: Position): Position {
  return { line: pos.line, column: pos.column + 1, byte: pos.byte + 1 };
}
