/** What the comments of a directive mean: indirect requirements, deprecations and the reasons of retractions. */
import { fields, trimSpace } from "../utf8.ts";
import type { Comments, Line, LineBlock } from "./syntax.ts";

/** Reports whether a require line has `// indirect`, alone or before `;` and more text. */
export function isIndirect(line: Line): boolean {
  const [comment] = line.suffix;
  if (comment === undefined) return false;
  const words = fields(comment.token.replace(/^\/\//, ""));
  return words.length === 1 ? words[0] === "indirect" : words[0] === "indirect;";
}

/**
 * The text of a directive's comments, a line for each. A line in a block that has none takes those of the block.
 */
export function directiveComment(block: LineBlock | undefined, line: Line): string {
  const isBare = line.before.length === 0 && line.suffix.length === 0;
  const comments: Comments = isBare && block !== undefined ? block : line;
  return [...comments.before, ...comments.suffix]
    .filter(({ token }) => token.startsWith("//"))
    .map(({ token }) => trimSpace(token.slice(2)))
    .join("\n");
}

/**
 * The message of a deprecation: what follows `Deprecated:` at the beginning of a paragraph, up to its end.
 * https://go.dev/ref/mod#go-mod-file-module-deprecation
 */
export function deprecation(block: LineBlock | undefined, line: Line): string {
  return /(?:^|\n\n)Deprecated: *(.*?)(?:$|\n\n)/s.exec(directiveComment(block, line))?.[1] ?? "";
}
