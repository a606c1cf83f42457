/**
 * A file's text in standard form, byte for byte as x/mod's Format: one space between tokens, tabs in blocks, one blank line
 * between statements, comments where they stood.
 */
import { encodeUtf8, trimSpace } from "../utf8.ts";
import type { File, WorkFile } from "./file.ts";
import type { Comment, FileSyntax, LineBlock, Statement } from "./syntax.ts";

/** The text of a file, edits included. Bytes of comments that are no UTF-8 are lone surrogates; see {@link formatBytes}. */
export function format(file: File | WorkFile | FileSyntax): string {
  const syntax = file.kind === "file" ? file : file.syntax;
  const printer = new Printer();
  for (const comment of syntax.before) printer.comment(comment);
  for (const [i, statement] of syntax.stmt.entries()) {
    printStatement(printer, statement);
    for (const comment of statement.after) printer.comment(comment);
    if (i + 1 < syntax.stmt.length) printer.newline();
  }
  return printer.text();
}

/** As {@link format}, in bytes: what to write to the file. Format of golang.org/x/mod/modfile gives these. */
export function formatBytes(file: File | WorkFile | FileSyntax): Uint8Array<ArrayBuffer> {
  return encodeUtf8(format(file));
}

function printStatement(printer: Printer, statement: Statement): void {
  printer.above(statement.before);
  if (statement.kind === "line") printer.tokens(statement.token);
  else if (statement.kind === "lineBlock") printBlock(printer, statement);
  printer.behind(statement.suffix);
  if (statement.kind !== "commentBlock") printer.newline();
}

function printBlock(printer: Printer, block: LineBlock): void {
  printer.tokens(block.token);
  printer.print(" ");
  printer.above(block.lparen.before);
  printer.print("(");
  printer.behind(block.lparen.suffix);
  printer.indent(1);
  for (const line of block.line) {
    printer.newline();
    printer.above(line.before);
    printer.tokens(line.token);
    printer.behind(line.suffix);
  }
  printer.indent(-1);
  printer.newline();
  printer.above(block.rparen.before);
  printer.print(")");
  printer.behind(block.rparen.suffix);
}

/**
 * What has been printed so far. Tokens and comments that edits have put in may hold newlines; the rules about blank lines
 * look at the text, as Go's do, so they hold for these too.
 */
class Printer {
  /** Ended lines, newlines included. */
  readonly #done: string[] = [];
  /** Whether what is done ends with a blank line, or with the top of the file. */
  #blank = true;
  #current = "";
  #margin = 0;
  #pending: Comment[] = [];

  print(text: string): void {
    this.#current += text;
  }

  indent(by: number): void {
    this.#margin += by;
  }

  tokens(tokens: readonly string[]): void {
    let separator = "";
    for (const token of tokens) {
      const closes = token === "," || token === ")" || token === "]" || token === "}";
      this.#current += closes ? token : separator + token;
      separator = token === "(" || token === "[" || token === "{" ? "" : " ";
    }
  }

  /** A comment on a line of its own. */
  comment(comment: Comment): void {
    this.#current += trimSpace(comment.token);
    this.newline();
  }

  /** Whole-line comments above what comes next. */
  above(comments: readonly Comment[]): void {
    if (comments.length === 0) return;
    this.#trim();
    if (this.#current !== "" && !this.#current.endsWith("\n")) this.#endLine();
    this.#current += "\t".repeat(this.#margin);
    for (const comment of comments) this.comment(comment);
  }

  /** Comments to come behind what is on this line once it ends. */
  behind(comments: readonly Comment[]): void {
    if (comments.length > 0) this.#pending.push(...comments);
  }

  /** Ends the line, unless that would make a second blank one or one at the top. */
  newline(): void {
    if (this.#pending.length > 0) {
      this.#current += " ";
      for (const [i, comment] of this.#pending.entries()) {
        if (i > 0) {
          this.#trim();
          this.#endLine();
          this.#current = "\t".repeat(this.#margin);
        }
        this.#current += trimSpace(comment.token);
      }
      this.#pending = [];
    }
    this.#trim();
    if (!this.#isBlank()) this.#endLine();
    this.#current += "\t".repeat(this.#margin);
  }

  text(): string {
    const text = this.#done.join("") + this.#current;
    let end = text.length;
    while (end > 0 && text[end - 1] === "\n" && (end === 1 || text[end - 2] === "\n")) end--;
    return text.slice(0, end);
  }

  #trim(): void {
    let end = this.#current.length;
    while (end > 0 && (this.#current[end - 1] === " " || this.#current[end - 1] === "\t")) end--;
    this.#current = this.#current.slice(0, end);
  }

  #isBlank(): boolean {
    if (this.#current === "") return this.#blank;
    return this.#current.endsWith("\n\n") || (this.#current === "\n" && this.#done.length > 0);
  }

  #endLine(): void {
    this.#current += "\n";
    this.#blank = this.#isBlank();
    this.#done.push(this.#current);
    this.#current = "";
  }
}
