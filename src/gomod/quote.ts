/**
 * Go's `%q`, for error texts that are Go's to the byte. It is also what keeps an attacker's control characters out of
 * logs and terminals.
 */
import { isPrint } from "./unicode.ts";
import { toByteString } from "./utf8.ts";

const shortEscapes: ReadonlyMap<number, string> = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x0c, "\\f"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x09, "\\t"],
  [0x0b, "\\v"],
]);

/** What is not printable ASCII, the quotation mark and the backslash; of the rest of Unicode each decides for itself. */
const special = /[^ !#-[\]-~]/gu;

/** Go's strconv.Quote: `"…"`. */
export function quote(text: string): string {
  const quoted = text.replace(special, (character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    return isSurrogate(codePoint) ? escapeBytes(character) : escapeRune(codePoint, 0x22);
  });
  return `"${quoted}"`;
}

/** Go's strconv.QuoteRune: `'…'`. What is no code point shows as U+FFFD. */
export function quoteRune(codePoint: number): string {
  return `'${escapeRune(isSurrogate(codePoint) ? 0xfffd : codePoint, 0x27)}'`;
}

function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

function escapeRune(codePoint: number, quotation: number): string {
  if (codePoint === quotation || codePoint === 0x5c) return `\\${String.fromCodePoint(codePoint)}`;
  if (isPrint(codePoint)) return String.fromCodePoint(codePoint);
  const short = shortEscapes.get(codePoint);
  if (short !== undefined) return short;
  if (codePoint < 0x20 || codePoint === 0x7f) return `\\x${hex(codePoint, 2)}`;
  return codePoint < 0x10000 ? `\\u${hex(codePoint, 4)}` : `\\U${hex(codePoint, 8)}`;
}

/** Bytes that are no UTF-8: `\xff` each (see utf8.ts). */
function escapeBytes(character: string): string {
  return toByteString(character).replace(/./gs, (byte) => `\\x${hex(byte.charCodeAt(0), 2)}`);
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
}
