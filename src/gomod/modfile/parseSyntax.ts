/**
 * From tokens to the tree in syntax.ts. The grammar knows lines and blocks of lines, no directives.
 * https://go.dev/ref/mod#go-mod-file-grammar
 */
import { decodeUtf8, fromByteString, toByteString } from "../utf8.ts";
import { endsLine, kinds, Lexer, type Token } from "./lexer.ts";
import { noPosition, type Position } from "./position.ts";
import {
  type Comment,
  type Comments,
  type FileSyntax,
  type Line,
  type LineBlock,
  newComment,
  newCommentBlock,
  newFileSyntax,
  newLine,
  newLineBlock,
  type Parenthesis,
  span,
  type Statement,
} from "./syntax.ts";

/**
 * Parses a go.mod or go.work file, whatever its directives mean (golang.org/x/mod/modfile, parse in read.go).
 *
 * @param data Bytes, or text; see utf8.ts for what becomes of bytes that are no UTF-8. They survive in comments.
 * @throws ErrorList with the first error: the syntax can't be followed behind it.
 */
export function parseSyntax(filename: string, data: Uint8Array | string): FileSyntax {
  const lexer = new Lexer(filename, textOf(data));
  const file = newFileSyntax(filename);
  readStatements(lexer, file);
  assignSuffixComments(file, lexer.suffixComments);
  return file;
}

/** Text whose lone surrogates all stand for bytes. */
function textOf(data: Uint8Array | string): string {
  if (typeof data !== "string") return decodeUtf8(data);
  return data.isWellFormed() ? data : fromByteString(toByteString(data));
}

function readStatements(lexer: Lexer, file: FileSyntax): void {
  let above: Comment[] = [];
  const endCommentBlock = (): void => {
    const [first] = above;
    if (first !== undefined) file.stmt.push(newCommentBlock(first.start, above));
    above = [];
  };
  for (;;) {
    switch (lexer.token.kind) {
      case kinds.newline:
        lexer.next();
        endCommentBlock();
        break;
      case kinds.comment:
        above.push(wholeLine(lexer.next()));
        break;
      case kinds.eof:
        endCommentBlock();
        return;
      default: {
        const statement = readStatement(lexer, file.name);
        if (above.length > 0) statement.before = above;
        above = [];
        file.stmt.push(statement);
      }
    }
  }
}

function wholeLine(token: Token): Comment {
  return { start: token.pos, token: token.text, suffix: false };
}

function readStatement(lexer: Lexer, filename: string): Statement {
  const first = lexer.next();
  const tokens = [first.text];
  let end = first.end;
  for (;;) {
    const token = lexer.next();
    if (endsLine(token.kind)) return newLine(tokens, false, first.pos, end);
    if (token.kind !== kinds.opening) {
      tokens.push(token.text);
      end = token.end;
      continue;
    }
    if (endsLine(lexer.token.kind)) return readBlock(lexer, filename, newLineBlock(tokens, first.pos, token.pos));
    tokens.push(token.text);
    if (lexer.token.kind === kinds.closing) {
      const closing = lexer.next();
      if (endsLine(lexer.token.kind)) {
        lexer.next();
        const block = newLineBlock(tokens.slice(0, -1), first.pos, token.pos);
        block.rparen.pos = closing.pos;
        return block;
      }
      tokens.push(closing.text);
    }
  }
}

function readBlock(lexer: Lexer, filename: string, block: LineBlock): LineBlock {
  let above: Comment[] = [];
  for (;;) {
    switch (lexer.token.kind) {
      case kinds.suffixComment:
        lexer.next();
        break;
      case kinds.newline: {
        // Blank lines are kept, as one, between what stands in a block.
        lexer.next();
        const last = above.at(-1);
        if (last === undefined ? block.line.length > 0 : last.token !== "") above.push(newComment(""));
        break;
      }
      case kinds.comment:
        above.push(wholeLine(lexer.next()));
        break;
      case kinds.eof: {
        const { line, column } = block.start;
        throw lexer.error(`syntax error (unterminated block started at ${filename}:${line}:${column})`);
      }
      case kinds.closing: {
        const closing = lexer.next();
        if (above.length === 1 && above[0]?.token === "") above = [];
        if (above.length > 0) block.rparen.before = above;
        block.rparen.pos = closing.pos;
        if (!endsLine(lexer.token.kind)) throw lexer.error("syntax error (expected newline after closing paren)");
        lexer.next();
        return block;
      }
      default: {
        const line = readLine(lexer);
        if (above.length > 0) line.before = above;
        above = [];
        block.line.push(line);
      }
    }
  }
}

function readLine(lexer: Lexer): Line {
  const first = lexer.next();
  const tokens = [first.text];
  let end = first.end;
  for (;;) {
    const token = lexer.next();
    if (endsLine(token.kind)) return newLine(tokens, true, first.pos, end);
    tokens.push(token.text);
    end = token.end;
  }
}

/**
 * Gives each comment behind something to what it stands behind: from the end of the file, the first piece of syntax that
 * ends before the comment and is on one line. (One is on two if a quoted string has an escaped newline; the comment then
 * goes to what precedes.) Those without any go to the top of the file.
 */
function assignSuffixComments(file: FileSyntax, comments: readonly Comment[]): void {
  let left = comments.length;
  const assign = (x: Comments, start: Position, end: Position): void => {
    if (start.line !== end.line) return;
    const all = left;
    while (left > 0 && end.byte <= (comments[left - 1]?.start ?? noPosition).byte) left--;
    if (left < all) x.suffix = comments.slice(left, all);
  };
  const assignTo = (x: Statement | Parenthesis): void => {
    const { start, end } = span(x);
    assign(x, start, end);
  };
  for (let i = file.stmt.length - 1; i >= 0; i--) {
    const statement = file.stmt[i];
    if (statement === undefined) continue;
    assignTo(statement);
    if (statement.kind !== "lineBlock") continue;
    assignTo(statement.rparen);
    for (let j = statement.line.length - 1; j >= 0; j--) {
      const line = statement.line[j];
      if (line !== undefined) assign(line, line.start, line.end);
    }
    assignTo(statement.lparen);
  }
  if (left > 0) file.before = comments.slice(0, left);
}
