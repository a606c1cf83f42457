/**
 * Cuts a go.mod file into tokens: identifiers (anything printable but spaces and a few punctuation characters), quoted
 * strings, punctuation, newlines and comments. https://go.dev/ref/mod#go-mod-file-lexical
 *
 * The text comes from outside. All of it is read once, from left to right.
 */
import { quoteRune } from "../quote.ts";
import { isPrint } from "../unicode.ts";
import { isAscii } from "../utf8.ts";
import { ErrorList } from "./error.ts";
import type { Position } from "./position.ts";
import type { Comment } from "./syntax.ts";

/** Kinds of tokens; newlines and punctuation have their character's code. */
export const kinds = {
  eof: -1,
  /** A comment behind something, with the end of its line. */
  suffixComment: -2,
  identifier: -3,
  string: -4,
  /** A comment that is a line of its own, with that line's end. */
  comment: -5,
  newline: 0x0a,
  opening: 0x28,
  closing: 0x29,
} as const;

export interface Token {
  readonly kind: number;
  readonly pos: Position;
  readonly end: Position;
  readonly text: string;
}

/** Reports whether a token ends its line. */
export function endsLine(kind: number): boolean {
  return kind === kinds.newline || kind === kinds.suffixComment || kind === kinds.eof;
}

const slash = 0x2f;
const star = 0x2a;
const backslash = 0x5c;
const doubleQuote = 0x22;
const backQuote = 0x60;
const blockComment = "mod files must use // comments (not /* */ comments)";

export class Lexer {
  /** The token that {@link next} gives. Reading is one token ahead, and errors of the parser name the place behind it. */
  token: Token;
  /** All comments that stand behind something, in order. */
  readonly suffixComments: Comment[] = [];

  readonly #filename: string;
  readonly #text: string;
  readonly #ascii: boolean;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  /** How many UTF-16 units more than code points the line has so far. */
  #lineSurplus = 0;
  /** How many bytes more than UTF-16 units the text has so far. */
  #byteSurplus = 0;
  #lineHasToken = false;

  /** @param text As decodeUtf8 gives it: bytes that are no UTF-8 as lone surrogates. */
  constructor(filename: string, text: string) {
    this.#filename = filename;
    this.#text = text;
    this.#ascii = isAscii(text);
    this.token = this.#read();
  }

  next(): Token {
    const token = this.token;
    this.token = this.#read();
    return token;
  }

  /** An error at the place up to which the text has been read. */
  error(fault: string, pos: Position = this.#position()): ErrorList {
    return new ErrorList([{ filename: this.#filename, pos, verb: "", modPath: "", fault }]);
  }

  #position(): Position {
    return {
      line: this.#line,
      column: this.#at - this.#lineStart - this.#lineSurplus + 1,
      byte: this.#at + this.#byteSurplus,
    };
  }

  #read(): Token {
    const text = this.#text;
    let c = text.charCodeAt(this.#at);
    while (c === 0x20 || c === 0x09 || c === 0x0d) c = text.charCodeAt(++this.#at);
    if (c === slash) {
      const following = text.charCodeAt(this.#at + 1);
      if (following === slash) return this.#comment();
      if (following === star) throw this.error(blockComment);
    }
    const pos = this.#position();
    if (this.#at >= text.length) return { kind: kinds.eof, pos, end: pos, text: "" };
    switch (c) {
      case kinds.newline:
        this.#advance();
        this.#lineHasToken = false;
        return { kind: c, pos, end: this.#position(), text: "\n" };
      case 0x28: // ( ) [ ] { } ,
      case 0x29:
      case 0x5b:
      case 0x5d:
      case 0x7b:
      case 0x7d:
      case 0x2c:
        return this.#token(c, pos, this.#at++);
      case doubleQuote:
      case backQuote:
        return this.#string(c, pos);
      default:
        return this.#identifier(pos);
    }
  }

  #token(kind: number, pos: Position, start: number): Token {
    this.#lineHasToken = true;
    return { kind, pos, end: this.#position(), text: this.#text.slice(start, this.#at) };
  }

  #comment(): Token {
    const pos = this.#position();
    const start = this.#at;
    const newline = this.#text.indexOf("\n", start);
    const end = newline < 0 ? this.#text.length : newline + 1;
    if (this.#ascii) {
      this.#at = end;
      if (newline >= 0) this.#startLine();
    } else {
      while (this.#at < end) this.#advance();
    }
    let token = this.#text.slice(start, newline < 0 ? end : newline);
    if (newline >= 0 && token.endsWith("\r")) token = token.slice(0, -1);
    const suffix = this.#lineHasToken;
    this.#lineHasToken = false;
    if (suffix) this.suffixComments.push({ start: pos, token, suffix });
    return { kind: suffix ? kinds.suffixComment : kinds.comment, pos, end: this.#position(), text: token };
  }

  /** A newline ends a string as an error, unless a backslash precedes it: that is a fault of unquoting. */
  #string(quotation: number, pos: Position): Token {
    const text = this.#text;
    const start = this.#at++;
    for (;;) {
      if (this.#at >= text.length) throw this.error("unexpected EOF in string", pos);
      const c = text.charCodeAt(this.#at);
      if (c === kinds.newline) throw this.error("unexpected newline in string");
      this.#advance();
      if (c === quotation) return this.#token(kinds.string, pos, start);
      if (c === backslash && quotation === doubleQuote) {
        if (this.#at >= text.length) throw this.error("unexpected EOF in string", pos);
        this.#advance();
      }
    }
  }

  #identifier(pos: Position): Token {
    const text = this.#text;
    const start = this.#at;
    while (this.#at < text.length) {
      const c = text.charCodeAt(this.#at);
      if (c < 0x80) {
        if (!isIdentifierAscii(c)) break;
        if (c === slash) {
          const following = text.charCodeAt(this.#at + 1);
          if (following === slash) break;
          if (following === star) throw this.error(blockComment);
        }
        this.#at++;
      } else {
        if (!isPrint(runeAt(text, this.#at))) break;
        this.#advance();
      }
    }
    if (this.#at === start) throw this.error(`unexpected input character ${quoteRune(runeAt(text, start))}`);
    return this.#token(kinds.identifier, pos, start);
  }

  /** One code point on. */
  #advance(): void {
    const rune = this.#text.codePointAt(this.#at) ?? 0;
    this.#at++;
    if (rune < 0x80) {
      if (rune === kinds.newline) this.#startLine();
    } else if (rune > 0xffff) {
      // Two units are one code point of four bytes.
      this.#at++;
      this.#lineSurplus++;
      this.#byteSurplus += 2;
    } else if (!isBadByte(rune)) {
      this.#byteSurplus += rune < 0x800 ? 1 : 2;
    }
  }

  #startLine(): void {
    this.#line++;
    this.#lineStart = this.#at;
    this.#lineSurplus = 0;
  }
}

/** What Go's utf8.DecodeRune gives. */
function runeAt(text: string, at: number): number {
  const rune = text.codePointAt(at) ?? 0;
  return isBadByte(rune) ? 0xfffd : rune;
}

function isBadByte(rune: number): boolean {
  return rune >= 0xd800 && rune <= 0xdfff;
}

/** Printable, and none of `()[]{},`. */
function isIdentifierAscii(c: number): boolean {
  if (c <= 0x20 || c >= 0x7f) return false;
  return c !== 0x28 && c !== 0x29 && c !== 0x2c && c !== 0x5b && c !== 0x5d && c !== 0x7b && c !== 0x7d;
}
