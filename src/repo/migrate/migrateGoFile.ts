import { stringValue, tokens } from "../../gomod/source/tokens.ts";
import { encodeUtf8, fromByteString, toByteString } from "../../gomod/utf8.ts";
import type { MovePath } from "./movePath.ts";
import { sortImports } from "./sortImports.ts";

/** `package x // import "company.test/x"` (https://pkg.go.dev/cmd/go#hdr-Import_path_checking) */
const importComment = /^(\/[/*]\s*import\s+)(["`])([^"`]+)(["`])/;

/**
 * A Go file with the paths of its imports, and of an import comment, moved; every other byte stays, but that imports that
 * were in gofmt's order are so again. Only what Go's scanner takes for an import is touched, never a string or a comment that
 * looks like one.
 */
export function migrateGoFile(source: string, move: MovePath): string {
  // Offsets of tokens are in bytes.
  const bytes = toByteString(source);
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  const moveString = (start: number, text: string): void => {
    const moved = move(stringValue(text));
    const mark = text.charAt(0);
    if (moved !== undefined) {
      const end = start + toByteString(text).length;
      edits.push({ start, end, text: toByteString(`${mark}${moved}${mark}`) });
    }
  };
  let clauseEnd = 0;
  let state: "start" | "package" | "clause" | "header" | "import" | "group" = "start";
  for (const { kind, text, start } of tokens(encodeUtf8(source))) {
    if (kind === "comment") {
      // Behind the clause, on its line.
      const isBehind = state === "clause" && !bytes.slice(clauseEnd, start).includes("\n");
      const comment = isBehind ? importComment.exec(text) : null;
      const [, head = "", mark = "", path = ""] = comment ?? [];
      if (comment !== null) moveString(start + toByteString(head).length, `${mark}${path}${mark}`);
      continue;
    }
    if (state === "start") {
      if (text !== "package") return source;
      state = "package";
    } else if (state === "package") {
      state = "clause";
      clauseEnd = start + toByteString(text).length;
    } else if (state === "clause" || state === "header") {
      if (text === ";") continue;
      if (text !== "import") break;
      state = "import";
    } else if (state === "import") {
      if (text === "(") state = "group";
      else if (kind === "string") {
        moveString(start, text);
        state = "header";
      }
    } else if (text === ")") {
      state = "header";
    } else if (kind === "string") {
      moveString(start, text);
    }
  }
  let moved = "";
  let at = 0;
  for (const { start, end, text } of edits) {
    moved += bytes.slice(at, start) + text;
    at = end;
  }
  if (edits.length === 0) return source;
  const text = fromByteString(moved + bytes.slice(at));
  return sortImports(source) === source ? sortImports(text) : text;
}
