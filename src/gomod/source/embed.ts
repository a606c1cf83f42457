/** `//go:embed` (https://pkg.go.dev/embed): what a package reads into its binary. */
import {
  backQuote,
  backslash,
  byteAt,
  doubleQuote,
  indexOfByte,
  newline,
  singleQuote,
  slash,
  star,
  startsWithWord,
  textBetween,
} from "./bytes.ts";
import { embedPatterns } from "./directive.ts";

export interface Embed {
  /** As written, quotation marks taken off: `static/*`, `all:static`. */
  readonly pattern: string;
  /** Of its comment, in bytes. */
  readonly offset: number;
}

/** All patterns of a file, wherever their comments stand; what only looks like a comment, within a string, is none. */
export function readEmbeds(bytes: Uint8Array): readonly Embed[] {
  const embeds: Embed[] = [];
  for (let at = 0; at < bytes.length;) {
    switch (byteAt(bytes, at)) {
      case doubleQuote:
      case singleQuote:
        at = quotedEnd(bytes, at);
        break;
      case backQuote:
        at = indexOfByte(bytes, backQuote, at + 1) + 1;
        break;
      case slash: {
        const mark = byteAt(bytes, at + 1);
        if (mark === star) at = blockEnd(bytes, at);
        else if (mark === slash) {
          const end = indexOfByte(bytes, newline, at);
          if (startsWithWord(bytes, at, "//go:embed")) {
            const comment = textBetween(bytes, at, end).replaceAll("\r", "");
            for (const pattern of embedPatterns(comment)) embeds.push({ pattern, offset: at });
          }
          at = end;
        } else at++;
        break;
      }
      default:
        at++;
    }
  }
  return embeds;
}

/** Behind a string or rune, which ends with its line where it has no other end. */
export function quotedEnd(bytes: Uint8Array, start: number): number {
  const quotation = byteAt(bytes, start);
  let at = start + 1;
  while (at < bytes.length) {
    const byte = byteAt(bytes, at);
    if (byte === newline) return at;
    at++;
    if (byte === quotation) return at;
    if (byte === backslash && byteAt(bytes, at) !== newline) at++;
  }
  return bytes.length;
}

/** Behind a comment of the block form. */
export function blockEnd(bytes: Uint8Array, start: number): number {
  for (let at = start + 2; ;) {
    const mark = indexOfByte(bytes, star, at);
    if (mark >= bytes.length) return bytes.length;
    if (byteAt(bytes, mark + 1) === slash) return mark + 2;
    at = mark + 1;
  }
}
