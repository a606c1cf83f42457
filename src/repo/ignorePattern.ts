/**
 * The patterns of .dockerignore as Docker reads them (https://docs.docker.com/build/concepts/context/#dockerignore-files;
 * moby/patternmatcher): Go's filepath.Match and `**`, a pattern for a folder hides what is in it, `!` takes back, the last
 * one that matches decides.
 */
import { posix } from "node:path";

interface Pattern {
  readonly isException: boolean;
  /** As it is matched: cleaned, without slashes at its ends. */
  readonly text: string;
  readonly expression: RegExp;
}

/** The lines of a .dockerignore that say something. */
export function ignorePatterns(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/**
 * Whether the patterns hide a file; its path is from the context's root, `/`-separated.
 *
 * A folder that is hidden isn't even looked into, unless an exception begins with its very name: `!**\/x` takes back
 * nothing within it. Later versions of BuildKit look into more; what is hidden here may be visible there, and never the other way.
 */
export function ignoreMatcher(patterns: readonly string[]): (path: string) => boolean {
  const compiled = patterns.map(compile);
  const folders = new Map<string, boolean>();
  const isSkipped = (folder: string): boolean => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const slash = folder.lastIndexOf("/");
    const isBelow = slash > 0 && isSkipped(folder.slice(0, slash));
    const leads = compiled.some(({ isException, text }) => isException && `${text}/`.startsWith(`${folder}/`));
    const skipped = isBelow || (isMatched(folder, compiled) && !leads);
    folders.set(folder, skipped);
    return skipped;
  };
  return (path) => {
    const slash = path.lastIndexOf("/");
    return (slash > 0 && isSkipped(path.slice(0, slash))) || isMatched(path, compiled);
  };
}

/** Of those that match the path or a folder that it is in, the last decides. */
function isMatched(path: string, patterns: readonly Pattern[]): boolean {
  const parts = path.split("/");
  const folders = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  const decides = patterns.findLast(({ isException, text, expression }) => {
    // Docker 20.10 holds a pattern only against the folder that is as deep as itself: `!**\/x` takes back nothing below a/x.
    const looked = isException
      ? [
          path,
          ...folders
            .slice(0, -1)
            .slice(text.split("/").length - 1)
            .slice(0, 1),
        ]
      : folders;
    return looked.some((each) => expression.test(each));
  });
  return decides?.isException === false;
}

/** Docker cleans them first, as Go's filepath.Clean does. */
function compile(pattern: string): Pattern {
  const isException = pattern.startsWith("!");
  const text = posix.normalize(isException ? pattern.slice(1).trim() : pattern).replace(/^\/+|\/+$/g, "");
  return { isException, text, expression: expressionOf(text) };
}

/** patternmatcher.go, compile. */
function expressionOf(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? "";
    if (character === "*" && pattern[at + 1] === "*") {
      at++;
      // `**/` is any folders or none; `**` at the end is everything.
      if (pattern[at + 1] === "/") at++;
      source += at + 1 >= pattern.length ? ".*" : "(.*/)?";
    } else if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (character === "[") {
      const end = pattern.indexOf("]", at + 1);
      if (end < 0) return /$^/;
      source += pattern.slice(at, end + 1);
      at = end;
    } else if (character === "\\" && at + 1 < pattern.length) source += escape(pattern[++at] ?? "");
    else source += escape(character);
  }
  return new RegExp(`^${source}$`, "s");
}

function escape(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/-]/, String.raw`\$&`);
}
