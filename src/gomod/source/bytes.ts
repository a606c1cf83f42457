/** Codes and looks at single bytes that reading Go source needs. */
import { decodeUtf8 } from "../utf8.ts";

export const tab = 0x09;
export const newline = 0x0a;
export const formFeed = 0x0c;
export const carriageReturn = 0x0d;
export const space = 0x20;
export const doubleQuote = 0x22;
export const singleQuote = 0x27;
export const opening = 0x28;
export const closing = 0x29;
export const star = 0x2a;
export const dot = 0x2e;
export const slash = 0x2f;
export const semicolon = 0x3b;
export const backslash = 0x5c;
export const backQuote = 0x60;

/** The byte at `at`; 0 behind the end. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

export function isDecimal(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** A letter, digit or `_` of ASCII, or a part of any other character. */
export function isNameByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || isDecimal(byte) || byte === 0x5f || byte >= 0x80
  );
}

/** Where `byte` next stands, or the end. */
export function indexOfByte(bytes: Uint8Array, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at < 0 ? bytes.length : at;
}

/** Reports whether `word`, ASCII, stands at `at`. */
export function startsWithWord(bytes: Uint8Array, at: number, word: string): boolean {
  if (at + word.length > bytes.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false;
  return true;
}

/** Short pieces are ASCII nearly always, and a decoder costs more than they do. */
const maxShort = 48;

/** The text between two offsets; bad bytes as lone surrogates (see utf8.ts). */
export function textBetween(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > maxShort) return decodeUtf8(bytes.subarray(start, end));
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = byteAt(bytes, at);
    if (byte >= 0x80) return decodeUtf8(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

/** The code point at `at`, and its width in bytes; -1 for what is no UTF-8. */
export function codePointAt(bytes: Uint8Array, at: number): { readonly codePoint: number; readonly width: number } {
  const first = byteAt(bytes, at);
  if (first < 0x80) return { codePoint: first, width: 1 };
  const bad = { codePoint: -1, width: 1 };
  const width = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (width === 0 || at + width > bytes.length) return bad;
  let codePoint = first & (0x7f >> width);
  for (let i = at + 1; i < at + width; i++) {
    const byte = byteAt(bytes, i);
    if ((byte & 0xc0) !== 0x80) return bad;
    codePoint = (codePoint << 6) | (byte & 0x3f);
  }
  const isTooLong = codePoint < (width === 3 ? 0x800 : width === 4 ? 0x10000 : 0x80);
  if (isTooLong || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return bad;
  return { codePoint, width };
}
