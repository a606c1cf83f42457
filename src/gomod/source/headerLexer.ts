/**
 * The tokens of a Go file up to its first declaration, as strictly as go/scanner reads them: semicolons are inserted at the
 * ends of lines (https://go.dev/ref/spec#Semicolons), comments are kept with their lines, and what is wrong is noted once.
 *
 * Every byte is looked at once. The text is anybody's.
 */
import { isDigit, isLetter } from "../unicode.ts";
import {
  backQuote,
  backslash,
  byteAt,
  carriageReturn,
  closing,
  codePointAt,
  dot,
  doubleQuote,
  formFeed,
  isDecimal,
  newline,
  opening,
  semicolon,
  slash,
  space,
  star,
  startsWithWord,
  tab,
  textBetween,
} from "./bytes.ts";
import { isKeyword } from "./keyword.ts";
import { lineDirectiveFault } from "./lineDirective.ts";

export type HeaderToken = "name" | "string" | "." | "(" | ")" | "}" | ";" | "other" | "end";

/** A comment: its place, and the lines on which it begins and ends. */
export interface CommentPlace {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly endLine: number;
}

/** What is wrong, where; the first such thing only. */
export interface SourceFault {
  /** In bytes. */
  readonly offset: number;
  readonly message: string;
}

export class HeaderLexer {
  readonly bytes: Uint8Array;
  kind: HeaderToken = "end";
  /** Of the token. */
  start = 0;
  end = 0;
  line = 1;
  /** The comments between the token before and this one. */
  comments: CommentPlace[] = [];
  fault: SourceFault | undefined;

  #at = 0;
  /** The line of `#at`. */
  #line = 1;
  #lineStart = 0;
  #insertsSemicolon = false;
  /** Of a semicolon that a comment over several lines has brought. */
  #semicolonAt: { readonly offset: number; readonly line: number } | undefined;
  #previousLine = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    // Spec, Source code representation: a byte order mark may stand first.
    if (startsWithBom(bytes)) this.#at = 3;
    this.#check();
  }

  note(offset: number, message: string): void {
    this.fault ??= { offset, message };
  }

  next(): void {
    this.#previousLine = this.line;
    if (this.comments.length > 0) this.comments = [];
    for (;;) {
      if (this.#semicolonAt !== undefined) {
        const { offset, line } = this.#semicolonAt;
        this.#semicolonAt = undefined;
        return this.#token(";", offset, offset, line, false);
      }
      this.#skipBlanks();
      if (byteAt(this.bytes, this.#at) !== slash || !this.#takeComment()) return this.#takeToken();
    }
  }

  /**
   * The comments that belong to the token: those that end on the line before it, with no blank line between them (go/parser's
   * lead comment).
   */
  leadComments(): readonly CommentPlace[] {
    let first = 0;
    // What begins on the line of the token before belongs to that one.
    if (this.comments[0]?.line === this.#previousLine) {
      let endLine = this.#previousLine;
      for (; first < this.comments.length; first++) {
        const comment = this.comments[first];
        if (comment === undefined || comment.line > endLine) break;
        endLine = comment.endLine;
      }
    }
    const last = this.comments.at(-1);
    if (last === undefined || first >= this.comments.length || last.endLine + 1 !== this.line) return [];
    let from = this.comments.length - 1;
    for (; from > first; from--) {
      const [before, here] = [this.comments[from - 1], this.comments[from]];
      if (before === undefined || here === undefined || here.line > before.endLine + 1) break;
    }
    return this.comments.slice(from);
  }

  #token(kind: HeaderToken, start: number, end: number, line: number, insertsSemicolon: boolean): void {
    this.kind = kind;
    this.start = start;
    this.end = end;
    this.line = line;
    this.#insertsSemicolon = insertsSemicolon;
  }

  #newline(): void {
    this.#line++;
    this.#lineStart = this.#at;
  }

  #skipBlanks(): void {
    for (;;) {
      const byte = byteAt(this.bytes, this.#at);
      if (byte === newline && !this.#insertsSemicolon) {
        this.#at++;
        this.#newline();
      } else if (byte === space || byte === tab || byte === carriageReturn) this.#at++;
      else if (byte === formFeed) {
        // A blank to whoever looks for the end of the imports, an error to the parser.
        this.note(this.#at++, "illegal character U+000C");
      } else break;
    }
    this.#check();
  }

  #takeToken(): void {
    const start = this.#at;
    const line = this.#line;
    const byte = byteAt(this.bytes, start);
    if (start >= this.bytes.length) {
      if (this.#insertsSemicolon) return this.#token(";", start, start, line, false);
      return this.#token("end", start, start, line, false);
    }
    const take = (kind: HeaderToken, insertsSemicolon: boolean): void => {
      this.#at = start + 1;
      this.#check();
      this.#token(kind, start, start + 1, line, insertsSemicolon);
    };
    switch (byte) {
      case newline:
        this.#at++;
        this.#newline();
        return this.#token(";", start, start, line, false);
      case semicolon:
        return take(";", false);
      case opening:
        return take("(", false);
      case closing:
        return take(")", true);
      case 0x7d:
        return take("}", true);
      case backQuote:
      case doubleQuote:
        this.#takeString(byte);
        this.#check();
        return this.#token("string", start, this.#at, line, true);
      case dot:
        if (this.#isPeriod(start)) return take(".", false);
    }
    this.#takeName();
    if (this.#at > start) {
      this.#check();
      const isName = !isKeyword(textBetween(this.bytes, start, this.#at));
      return this.#token("name", start, this.#at, line, isName);
    }
    // Nothing that could stand here; what it is doesn't matter.
    this.#at = start + 1;
    if (byte === slash) this.#check();
    this.#token("other", start, start + 1, line, false);
  }

  /** And not the beginning of a number or of `...`. */
  #isPeriod(at: number): boolean {
    const after = byteAt(this.bytes, at + 1);
    return !isDecimal(after) && !(after === dot && byteAt(this.bytes, at + 2) === dot);
  }

  #takeName(): void {
    const from = this.#at;
    for (let byte = byteAt(this.bytes, this.#at); ; byte = byteAt(this.bytes, this.#at)) {
      if ((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f) this.#at++;
      else if (isDecimal(byte) && this.#at > from) this.#at++;
      else if (byte >= 0x80) {
        const { codePoint, width } = codePointAt(this.bytes, this.#at);
        if (!isLetter(codePoint) && !(this.#at > from && isDigit(codePoint))) return;
        this.#at += width;
      } else return;
    }
  }

  #takeString(quotation: number): void {
    const start = this.#at++;
    for (;;) {
      const byte = byteAt(this.bytes, this.#at);
      if (this.#at >= this.bytes.length || (byte === newline && quotation === doubleQuote)) {
        return this.note(start, `${quotation === backQuote ? "raw string" : "string"} literal not terminated`);
      }
      this.#at += this.#check();
      if (byte === quotation) return;
      if (byte === newline) this.#newline();
      // Whatever is escaped, but never the end of a line.
      if (byte === backslash && quotation === doubleQuote && byteAt(this.bytes, this.#at) !== newline) {
        this.#at = Math.min(this.#at + this.#check(), this.bytes.length);
      }
    }
  }

  /** Takes a comment; false, and nothing, where the slash begins none. */
  #takeComment(): boolean {
    const start = this.#at;
    const line = this.#line;
    const mark = byteAt(this.bytes, start + 1);
    if (mark !== slash && mark !== star) return false;
    const isAtLineStart = start === this.#lineStart;
    this.#at += 2;
    let firstNewline: { readonly offset: number; readonly line: number } | undefined;
    for (let last = 0; ;) {
      const byte = byteAt(this.bytes, this.#at);
      if (this.#at >= this.bytes.length) {
        if (mark === star) this.note(start, "comment not terminated");
        break;
      }
      if (byte === newline && mark === slash) break;
      this.#at += this.#check();
      if (byte === newline) {
        firstNewline ??= { offset: this.#at - 1, line: this.#line };
        this.#newline();
      }
      if (mark === star && byte === slash && last === star) break;
      last = byte;
    }
    this.#check();
    if ((mark === star || isAtLineStart) && startsWithWord(this.bytes, start + 2, "line ")) {
      const message = lineDirectiveFault(this.bytes.subarray(start, this.#at));
      if (message !== undefined) this.note(start, message);
    }
    this.comments.push({ start, end: this.#at, line, endLine: this.#line });
    if (this.#insertsSemicolon && firstNewline !== undefined) {
      this.#semicolonAt = firstNewline;
      this.#insertsSemicolon = false;
    }
    return true;
  }

  /** go/scanner looks at each character when it comes to it, be it within a token or behind. The character's width. */
  #check(): number {
    const byte = byteAt(this.bytes, this.#at);
    if ((byte !== 0 && byte < 0x80) || this.#at >= this.bytes.length) return 1;
    if (byte === 0) this.note(this.#at, "illegal character NUL");
    const { codePoint, width } = codePointAt(this.bytes, this.#at);
    if (codePoint < 0) this.note(this.#at, "illegal UTF-8 encoding");
    else if (codePoint === 0xfeff) this.note(this.#at, "illegal byte order mark");
    return width;
  }
}

export function startsWithBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
