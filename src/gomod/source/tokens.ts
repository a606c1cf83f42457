/**
 * The tokens of a whole Go file (https://go.dev/ref/spec#Lexical_elements; a loose go/scanner), for those who look for more than its header:
 * comments, strings and names are told apart exactly, since `func main` in a raw string means nothing. Numbers are read
 * loosely, and no semicolons are inserted.
 *
 * The text is anybody's: nothing is read twice, and what is no Go ends the tokens in silence.
 */
import { isDigit, isLetter } from "../unicode.ts";
import { unquote } from "../unquote.ts";
import {
  backQuote,
  byteAt,
  codePointAt,
  dot,
  doubleQuote,
  indexOfByte,
  isDecimal,
  isNameByte,
  newline,
  singleQuote,
  slash,
  star,
  textBetween,
} from "./bytes.ts";
import { blockEnd, quotedEnd } from "./embed.ts";

export type TokenKind = "name" | "string" | "rune" | "number" | "comment" | "operator";

export interface Token {
  readonly kind: TokenKind;
  /** As it stands in the source, quotation marks and comment marks included. */
  readonly text: string;
  /** Offset in bytes. */
  readonly start: number;
}

/** The tokens in order, keywords among the names. */
export function* tokens(bytes: Uint8Array): Generator<Token, void> {
  for (let at = 0; at < bytes.length;) {
    if (isBlank(bytes, at)) {
      at += byteAt(bytes, at) === 0xef ? 3 : 1;
      continue;
    }
    const kind = kindAt(bytes, at);
    const end = endOf(bytes, at, kind);
    if (end === undefined) return;
    yield { kind, text: textBetween(bytes, at, end), start: at };
    at = end;
  }
}

/** What a string token stands for (strconv.Unquote); empty where it is malformed. */
export function stringValue(text: string): string {
  return (unquote(text) ?? "").toWellFormed();
}

/** A byte order mark is passed over wherever it stands. */
function isBlank(bytes: Uint8Array, at: number): boolean {
  const byte = byteAt(bytes, at);
  return byte === 0x20 || byte === 0x09 || byte === newline || byte === 0x0d || (byte === 0xef && isMark(bytes, at));
}

function isMark(bytes: Uint8Array, at: number): boolean {
  return codePointAt(bytes, at).codePoint === 0xfeff;
}

function kindAt(bytes: Uint8Array, at: number): TokenKind {
  const first = byteAt(bytes, at);
  const second = byteAt(bytes, at + 1);
  if (first === slash && (second === slash || second === star)) return "comment";
  if (first === backQuote || first === doubleQuote) return "string";
  if (first === singleQuote) return "rune";
  if (isDecimal(first) || (first === dot && isDecimal(second))) return "number";
  return nameEnd(bytes, at) > at ? "name" : "operator";
}

/** undefined where the token has no end. */
function endOf(bytes: Uint8Array, start: number, kind: TokenKind): number | undefined {
  switch (kind) {
    case "name":
      return nameEnd(bytes, start);
    case "number":
      return numberEnd(bytes, start);
    case "operator":
      return operatorEnd(bytes, start);
    case "comment": {
      if (byteAt(bytes, start + 1) === slash) return indexOfByte(bytes, newline, start);
      const end = blockEnd(bytes, start);
      return isClosedBlock(bytes, start, end) ? end : undefined;
    }
    case "string":
    case "rune": {
      const quotation = byteAt(bytes, start);
      const end = quotation === backQuote ? indexOfByte(bytes, backQuote, start + 1) + 1 : quotedEnd(bytes, start);
      const isClosed = end <= bytes.length && end - start > 1 && byteAt(bytes, end - 1) === quotation;
      return isClosed && !(kind === "rune" && end - start === 2) ? end : undefined;
    }
  }
}

function isClosedBlock(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 4 && byteAt(bytes, end - 2) === star && byteAt(bytes, end - 1) === slash;
}

function nameEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isNameByte(byteAt(bytes, at))) {
    const byte = byteAt(bytes, at);
    if (isDecimal(byte) && at === start) break;
    if (byte < 0x80) {
      at++;
      continue;
    }
    const { codePoint, width } = codePointAt(bytes, at);
    if (!isLetter(codePoint) && !(isDigit(codePoint) && at > start)) break;
    at += width;
  }
  return at;
}

/** Digits, letters, dots, and the sign of an exponent. */
function numberEnd(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  for (;;) {
    const byte = byteAt(bytes, at);
    const isSign = (byte === 0x2b || byte === 0x2d) && "eEpP".includes(String.fromCharCode(byteAt(bytes, at - 1)));
    if (!isSign && byte !== dot && !(byte < 0x80 && isNameByte(byte))) return at;
    at++;
  }
}

const longOperators: ReadonlySet<string> = new Set(":= -= += *= /= %= &= |= ^= <= >= == != && || <- ++ --".split(" "));

function operatorEnd(bytes: Uint8Array, start: number): number {
  const [first, second, third] = [byteAt(bytes, start), byteAt(bytes, start + 1), byteAt(bytes, start + 2)];
  if (first === dot && second === dot && third === dot) return start + 3;
  if (longOperators.has(String.fromCharCode(first, second))) return start + 2;
  return start + codePointAt(bytes, start).width;
}
