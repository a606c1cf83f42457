/** When a string must be quoted to be one token of a go.mod file, and back. */
import { quote } from "../quote.ts";
import { isPrint } from "../unicode.ts";
import { unquote } from "../unquote.ts";

/** Reports whether `text` must be quoted to appear as a single token. */
export function mustQuote(text: string): boolean {
  // Most of what is asked.
  if (/^[-+.0-9A-Za-z_~=@]+(?:\/[-+.0-9A-Za-z_~=@]+)*$/.test(text)) return false;
  if (text === "" || text.includes("//") || text.includes("/*")) return true;
  if (/[ "'`]/.test(text) || (text.length > 1 && /[()[\]{},]/.test(text))) return true;
  for (const character of text.toWellFormed()) {
    if (!isPrint(character.codePointAt(0) ?? 0)) return true;
  }
  return false;
}

/** The text, quoted if it must be. */
export function autoQuote(text: string): string {
  return mustQuote(text) ? quote(text) : text;
}

/** A token as a string, or what is wrong with it. */
export function parseToken(token: string): { readonly text: string } | { readonly fault: string } {
  if (token.startsWith('"')) {
    const text = unquote(token);
    return text === undefined ? { fault: "invalid syntax" } : { text };
  }
  // Reserved, so that 'x' is not taken for a string with quotation marks.
  if (/["'`]/.test(token)) return { fault: "unquoted string cannot contain quote" };
  return { text: token };
}
