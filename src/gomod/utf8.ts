/**
 * Go strings are bytes, JavaScript strings are UTF-16. Where the difference shows, these functions bridge it.
 *
 * A byte that is no part of valid UTF-8 (only zip entry names can hold one; an attacker chooses them) is carried in a
 * JavaScript string as the lone surrogate U+DC00 + byte, as Python's "surrogateescape" (PEP 383) does. So every name fits
 * in a string without loss, `isWellFormed()` answers Go's utf8.ValidString, and `toWellFormed()` gives the one U+FFFD for
 * each bad byte that Go would print as JSON.
 *
 * A "byte string" below is a string whose every code unit is one byte, 0–255: what a literal port of a Go function that
 * walks bytes works on. For ASCII it is the string itself.
 */

/** The bytes of `text`, as a byte string. A lone surrogate that stands for no byte gives the three bytes of WTF-8. */
export function toByteString(text: string): string {
  if (isAscii(text)) return text;
  let bytes = "";
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      bytes += text.charAt(i);
      continue;
    }
    const codePoint = text.codePointAt(i) ?? unit;
    if (codePoint > 0xffff) i++;
    bytes += encodeCodePoint(codePoint);
  }
  return bytes;
}

/** Most of what this room sees. */
export function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  return /^[\0-\x7f]*$/.test(text);
}

/** The bytes of one code point, as a byte string. */
export function encodeCodePoint(codePoint: number): string {
  if (codePoint < 0x80) return String.fromCharCode(codePoint);
  const tail = (shift: number): number => 0x80 | ((codePoint >> shift) & 0x3f);
  if (codePoint < 0x800) return String.fromCharCode(0xc0 | (codePoint >> 6), tail(0));
  if (codePoint >= 0xdc80 && codePoint <= 0xdcff) return String.fromCharCode(codePoint - 0xdc00);
  if (codePoint < 0x10000) return String.fromCharCode(0xe0 | (codePoint >> 12), tail(6), tail(0));
  return String.fromCharCode(0xf0 | (codePoint >> 18), tail(12), tail(6), tail(0));
}

/** The text of a byte string; the inverse of {@link toByteString}. */
export function fromByteString(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  let text = "";
  for (let i = 0; i < bytes.length;) {
    const { rune, width } = decodeRune(bytes, i);
    const bad = rune === runeError && width === 1;
    text += String.fromCodePoint(bad ? 0xdc00 + bytes.charCodeAt(i) : rune);
    i += width;
  }
  return text;
}

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of `bytes`, bad bytes as lone surrogates. */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = decodeValidUtf8(bytes);
  if (text !== undefined) return text;
  let byteString = "";
  for (const byte of bytes) byteString += String.fromCharCode(byte);
  return fromByteString(byteString);
}

/** The text of `bytes`, or `undefined` if they are no UTF-8. Much faster than {@link decodeUtf8} on what is none. */
export function decodeValidUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The bytes of `text`, lone surrogates as the bytes they stand for; the inverse of {@link decodeUtf8}. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (text.isWellFormed()) return new TextEncoder().encode(text);
  return Uint8Array.from(toByteString(text), (byte) => byte.charCodeAt(0));
}

/** Go's utf8.RuneError: what decoding a bad byte yields, with width 1. */
export const runeError = 0xfffd;

/** Go's utf8.DecodeRuneInString at `at` of a byte string. `width` is 0 at the end, 1 for a bad byte. */
export function decodeRune(bytes: string, at: number): { rune: number; width: number } {
  if (at >= bytes.length) return { rune: runeError, width: 0 };
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { rune: first, width: 1 };
  const width =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  if (width === 0 || at + width > bytes.length) return { rune: runeError, width: 1 };
  let rune = first & (0x7f >> width);
  for (let i = at + 1; i < at + width; i++) {
    const byte = bytes.charCodeAt(i);
    if ((byte & 0xc0) !== 0x80) return { rune: runeError, width: 1 };
    rune = (rune << 6) | (byte & 0x3f);
  }
  const tooShort = rune < (width === 3 ? 0x800 : width === 4 ? 0x10000 : 0x80);
  if (tooShort || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return { rune: runeError, width: 1 };
  return { rune, width };
}

/**
 * Compares two strings as Go does, by their UTF-8 bytes, which is the order of code points. JavaScript's `<` compares
 * UTF-16 units and puts U+1F600 before U+FF01; an h1 hash over names in that order would match nobody's.
 */
export function compareBytewise(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const hasBadBytes = (isSurrogate(x) || isSurrogate(y)) && !(a.isWellFormed() && b.isWellFormed());
    return hasBadBytes ? compareBytewise(toByteString(a), toByteString(b)) : rank(x) - rank(y);
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Moves surrogates, which begin code points above U+FFFF, behind U+E000–U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

const spaces = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Go's strings.TrimSpace. `trim()` leaves U+0085 and takes U+FEFF. */
export function trimSpace(text: string): string {
  // By index: a regular expression for spaces at the end tries each run of spaces anew from each of its characters.
  let start = 0;
  let end = text.length;
  while (start < end && spaces.test(text.charAt(start))) start++;
  while (start < end && spaces.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Go's strings.Fields. */
export function fields(text: string): string[] {
  return text.split(spaces).filter((field) => field !== "");
}
