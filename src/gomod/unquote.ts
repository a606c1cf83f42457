/** Go's strconv.Unquote, for the two forms that go.mod files can have: `"…"` and, in the module line, a raw string. */
import { encodeCodePoint, fromByteString } from "./utf8.ts";

/** The text of a quoted string; `undefined` where Go answers "invalid syntax". */
export function unquote(quoted: string): string | undefined {
  const quotation = quoted.charAt(0);
  if (quoted.length < 2 || !quoted.endsWith(quotation)) return undefined;
  const inner = quoted.slice(1, -1);
  if (quotation === "`") return inner.includes("`") ? undefined : inner.replaceAll("\r", "");
  if (quotation !== '"' || inner.includes("\n")) return undefined;
  if (inner.includes("\\")) return unescape(inner);
  // Go reads characters here, so bytes that are none become U+FFFD.
  return inner.includes('"') ? undefined : inner.toWellFormed();
}

const escape = /\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/y;
const simple: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

function unescape(inner: string): string | undefined {
  // A byte string, as escaped bytes may make up characters.
  let bytes = "";
  for (let at = 0; at < inner.length;) {
    const backslash = inner.indexOf("\\", at);
    const plain = inner.slice(at, backslash < 0 ? undefined : backslash);
    if (plain.includes('"')) return undefined;
    for (const character of plain.toWellFormed()) bytes += encodeCodePoint(character.codePointAt(0) ?? 0);
    if (backslash < 0) break;
    escape.lastIndex = backslash;
    const match = escape.exec(inner);
    if (match === null) return undefined;
    const [all, letter, byte, short, long, octal] = match;
    if (letter !== undefined) bytes += simple[letter] ?? letter;
    else if (byte !== undefined) bytes += String.fromCharCode(Number.parseInt(byte, 16));
    else if (octal !== undefined) bytes += String.fromCharCode(Number.parseInt(octal, 8));
    else {
      const rune = Number.parseInt(short ?? long ?? "", 16);
      if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return undefined;
      bytes += encodeCodePoint(rune);
    }
    at = backslash + all.length;
  }
  return fromByteString(bytes);
}
