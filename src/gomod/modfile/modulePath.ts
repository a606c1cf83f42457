/** The module path alone, out of a go.mod file that may be broken otherwise (x/mod's ModulePath). */
import { unquote } from "../unquote.ts";
import { trimSpace } from "../utf8.ts";

/** The module path, or the empty string if no line tells one. It is not checked. */
export function modulePath(text: string): string {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const whole = text.slice(start, end);
    start = end + 1;
    const comment = whole.indexOf("//");
    const line = trimSpace(comment < 0 ? whole : whole.slice(0, comment));
    if (!line.startsWith("module")) continue;
    const rest = line.slice("module".length);
    const path = trimSpace(rest);
    if (path === "" || path === rest) continue;
    return /^["`]/.test(path) ? (unquote(path) ?? "") : path;
  }
  return "";
}
