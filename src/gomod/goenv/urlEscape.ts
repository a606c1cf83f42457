/**
 * Percent escapes of Go's net/url, on byte strings (see utf8.ts). Which characters need one depends on where in the URL
 * they stand (RFC 3986, with the exceptions that Go made for what is out there).
 */
import { quote } from "../quote.ts";
import { fromByteString } from "../utf8.ts";

export type UrlPart = "host" | "zone" | "path" | "userPassword" | "fragment";

/** What each part may hold unescaped, beside letters, digits and `-_.~`. */
const allowedIn: Readonly<Record<UrlPart, string>> = {
  host: "!$&'()*+,;=:[]<>\"",
  zone: "!$&'()*+,;=:[]<>\"",
  path: "$&+,/:;=@",
  userPassword: "$&+,;=",
  fragment: "$&+,/:;=?@!()*",
};

function shouldEscape(character: string, part: UrlPart): boolean {
  return !/[-_.~0-9A-Za-z]/.test(character) && !allowedIn[part].includes(character);
}

/** Escapes what `part` may not hold. */
export function escapeUrl(bytes: string, part: UrlPart): string {
  return bytes.replace(/[^-_.~0-9A-Za-z]/gs, (character) =>
    shouldEscape(character, part)
      ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`
      : character,
  );
}

/** The bytes, or Go's words for what is wrong with them. */
export function unescapeUrl(text: string, part: UrlPart): { readonly bytes: string } | { readonly fault: string } {
  for (const [found, pair = ""] of text.matchAll(/%(.?.?)|[^%]/gs)) {
    const fault = found.startsWith("%") ? escapeFault(found, pair, part) : characterFault(found, part);
    if (fault !== undefined) return { fault };
  }
  return { bytes: text.replace(/%(..)/gs, (_, pair: string) => String.fromCharCode(Number.parseInt(pair, 16))) };
}

function escapeFault(found: string, pair: string, part: UrlPart): string | undefined {
  const fault = `invalid URL escape ${quote(fromByteString(found))}`;
  if (!/^[0-9A-Fa-f]{2}$/.test(pair)) return fault;
  const byte = Number.parseInt(pair, 16);
  // In a host, escapes are for what is not ASCII; `%25` begins the zone of an IPv6 address (RFC 6874).
  if (part === "host" && byte < 0x80 && found !== "%25") return fault;
  // In a zone, they may not bring in what couldn't stand there itself, but Windows has spaces in zones.
  const character = String.fromCharCode(byte);
  if (part === "zone" && found !== "%25" && character !== " " && shouldEscape(character, "host")) return fault;
  return undefined;
}

function characterFault(character: string, part: UrlPart): string | undefined {
  const inHost = part === "host" || part === "zone";
  if (!inHost || character >= "\x80" || !shouldEscape(character, part)) return undefined;
  return `invalid character ${quote(character)} in host name`;
}

/** Go's validEncoded: whether nothing in an escaped path or fragment would need an escape. */
export function isValidEncoded(text: string, part: UrlPart): boolean {
  for (const character of text) {
    if (!"!$&'()*+,;=:@[]%".includes(character) && shouldEscape(character, part)) return false;
  }
  return true;
}
