/** What comments say: text for people and cgo, and the mark of generated files. */
import { textBetween } from "./bytes.ts";
import { isDirective } from "./directive.ts";
import type { CommentPlace } from "./headerLexer.ts";

/** A comment as it stands in the source, carriage returns left out as go/scanner does. */
export function commentSource(bytes: Uint8Array, { start, end }: CommentPlace): string {
  const text = textBetween(bytes, start, end);
  if (!text.includes("\r")) return text;
  if (text.startsWith("//")) return text.replaceAll("\r", "");
  const kept: string[] = [];
  let [length, last] = [0, ""];
  for (const piece of text.split("\r")) {
    // One that keeps a star from a slash stays, or it would end the comment.
    if (length > 2 && last === "*" && piece.startsWith("/")) kept.push("\r");
    kept.push(piece);
    length += piece.length;
    last = piece.at(-1) ?? last;
  }
  return kept.join("");
}

/**
 * The text of a group of comments: without marks, directives and blanks at the ends of lines, at most one empty line in
 * a row, none at the beginning (go/ast, CommentGroup.Text).
 */
export function commentText(comments: readonly string[]): string {
  const lines: string[] = [];
  for (const comment of comments) {
    let text = comment.startsWith("//") ? comment.slice(2) : comment.slice(2, -2);
    if (comment.startsWith("//")) {
      if (text.startsWith(" ")) text = text.slice(1);
      else if (isDirective(text)) continue;
    }
    for (const line of text.split("\n")) {
      const trimmed = trimBlanksAtEnd(line);
      if (trimmed !== "" || (lines.length > 0 && lines.at(-1) !== "")) lines.push(trimmed);
    }
  }
  if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
  return lines.join("\n");
}

function trimBlanksAtEnd(line: string): string {
  let end = line.length;
  while (end > 0 && " \t\n\r".includes(line.charAt(end - 1))) end--;
  return line.slice(0, end);
}

const generatedMark = "// Code generated ";

/** Reports whether a comment says that its file is generated (https://pkg.go.dev/cmd/go#hdr-Generate_Go_files_by_processing_source). */
export function saysGenerated(comment: string): boolean {
  return (
    comment.includes(generatedMark) &&
    comment.split("\n").some((line) => {
      return line.startsWith(generatedMark) && line.slice(generatedMark.length).endsWith(" DO NOT EDIT.");
    })
  );
}
