/**
 * The glob patterns of GOPRIVATE, GONOPROXY, GONOSUMDB, GOINSECURE and GOVCS: Go's path.Match against as many leading
 * elements of a module path as the pattern has (golang.org/x/mod/module, MatchPrefixPatterns).
 *
 *     *.corp.example.com   matches git.corp.example.com and git.corp.example.com/team/m, and not corp.example.com
 *
 * This decides whether a private path is sent to a public proxy, so it is Go's algorithm step by step, its corners
 * included: it walks bytes, so `*` may stop inside a character, and a malformed pattern matches nothing instead of
 * being an error.
 */
import { decodeRune, runeError, toByteString } from "./utf8.ts";

/** Reports whether a leading part of `target` matches one of the comma-separated `globs`. Bad patterns are ignored, as in Go. */
export function matchPrefixPatterns(globs: string, target: string): boolean {
  return globs.split(",").some((glob) => matchPrefix(glob.endsWith("/") ? glob.slice(0, -1) : glob, target));
}

function matchPrefix(glob: string, target: string): boolean {
  if (glob === "") return false;
  const wanted = glob.split("/").length;
  const elements = target.split("/");
  if (elements.length < wanted) return false;
  return matchPath(glob, elements.slice(0, wanted).join("/")) === true;
}

/** Go's path.Match: whether all of `name` matches, or `"badPattern"` where Go returns ErrBadPattern. */
export function matchPath(pattern: string, name: string): boolean | "badPattern" {
  let rest = toByteString(pattern);
  let text = toByteString(name);
  while (rest !== "") {
    const { star, chunk, after } = scanChunk(rest);
    rest = after;
    // A trailing star matches the rest of the name unless a slash is in it.
    if (star && chunk === "") return !text.includes("/");
    const match = star ? matchAfterStar(chunk, text, rest === "") : matchChunk(chunk, text);
    if (match === "badPattern") return match;
    if (match === "noMatch" || (rest === "" && match.rest !== "")) return isWellFormed(rest) ? false : "badPattern";
    text = match.rest;
  }
  return text === "";
}

/** What a chunk of a pattern makes of a text: it matches its beginning and leaves the rest, or not. */
type ChunkMatch = { readonly rest: string } | "noMatch" | "badPattern";

/** Lets the star take as little as will do, and never a slash. The last chunk must use the text up. */
function matchAfterStar(chunk: string, text: string, isLast: boolean): ChunkMatch {
  for (let taken = 0; ; taken++) {
    const match = matchChunk(chunk, text.slice(taken));
    if (match === "badPattern") return match;
    if (match !== "noMatch" && !(isLast && match.rest !== "")) return match;
    if (taken >= text.length || text[taken] === "/") return "noMatch";
  }
}

/** Even where nothing matches, a malformed rest of the pattern is to be told from a well-formed one. */
function isWellFormed(pattern: string): boolean {
  let rest = pattern;
  while (rest !== "") {
    const { chunk, after } = scanChunk(rest);
    if (matchChunk(chunk, "") === "badPattern") return false;
    rest = after;
  }
  return true;
}

/** Takes leading stars and what follows up to the next star outside of brackets. */
function scanChunk(pattern: string): { star: boolean; chunk: string; after: string } {
  let start = 0;
  while (pattern[start] === "*") start++;
  let inBrackets = false;
  let end = start;
  for (; end < pattern.length; end++) {
    const character = pattern[end];
    if (character === "*" && !inBrackets) break;
    if (character === "\\") end++;
    else if (character === "[") inBrackets = true;
    else if (character === "]") inBrackets = false;
  }
  return { star: start > 0, chunk: pattern.slice(start, end), after: pattern.slice(end) };
}

/**
 * Matches a chunk, which is one operator a character: a literal, a class or `?`. After a mismatch it goes on over the chunk
 * only, to see whether that is well formed.
 */
function matchChunk(chunk: string, text: string): ChunkMatch {
  let failed = false;
  let at = 0;
  for (let i = 0; i < chunk.length;) {
    failed ||= at >= text.length;
    if (chunk[i] === "[") {
      const { rune, width } = failed ? { rune: 0, width: 0 } : decodeRune(text, at);
      const charClass = matchClass(chunk, i + 1, rune);
      if (charClass === "badPattern") return "badPattern";
      at += width;
      failed ||= !charClass.matches;
      i = charClass.end;
      continue;
    }
    if (chunk[i] === "?") {
      if (!failed) {
        failed = text[at] === "/";
        at += decodeRune(text, at).width;
      }
    } else {
      if (chunk[i] === "\\" && ++i >= chunk.length) return "badPattern";
      if (!failed) failed = chunk[i] !== text[at++];
    }
    i++;
  }
  return failed ? "noMatch" : { rest: text.slice(at) };
}

/** Reads the class that begins behind the bracket at `start`, and asks whether `rune` is in it. */
function matchClass(chunk: string, start: number, rune: number): { matches: boolean; end: number } | "badPattern" {
  let i = start;
  const negated = chunk[i] === "^";
  if (negated) i++;
  let matches = false;
  for (let ranges = 0; ranges === 0 || chunk[i] !== "]"; ranges++) {
    const low = readClassRune(chunk, i);
    if (low === undefined) return "badPattern";
    i = low.end;
    let high = low;
    if (chunk[i] === "-") {
      const bound = readClassRune(chunk, i + 1);
      if (bound === undefined) return "badPattern";
      high = bound;
      i = high.end;
    }
    matches ||= low.rune <= rune && rune <= high.rune;
  }
  return { matches: matches !== negated, end: i + 1 };
}

/** A character of a class, perhaps escaped. `undefined` if there is none, or nothing after it to close the class. */
function readClassRune(chunk: string, start: number): { rune: number; end: number } | undefined {
  if (start >= chunk.length || chunk[start] === "-" || chunk[start] === "]") return undefined;
  const at = chunk[start] === "\\" ? start + 1 : start;
  const { rune, width } = decodeRune(chunk, at);
  if (width === 0 || (rune === runeError && width === 1) || at + width >= chunk.length) return undefined;
  return { rune, end: at + width };
}
