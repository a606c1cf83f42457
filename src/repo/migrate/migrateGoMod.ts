import { autoQuote, format, type Line, parseSyntax } from "../../gomod/modfile.ts";
import { unquote } from "../../gomod/unquote.ts";
import type { MovePath } from "./movePath.ts";

/** Where in a directive's line a module or package path may stand: behind the verb, in `replace` behind the arrow too. */
const withPaths: ReadonlySet<string> = new Set(["module", "require", "exclude", "replace", "tool"]);

/**
 * A go.mod or go.work file with its paths moved; comments and versions stay. The text itself where nothing moves.
 *
 * @throws ErrorList where it is no such file
 */
export function migrateGoMod(name: string, text: string, move: MovePath): string {
  const syntax = parseSyntax(name, text);
  let changed = false;
  const edit = (line: Line, verb: string | undefined): void => {
    if (verb === undefined || !withPaths.has(verb)) return;
    const first = line.inBlock ? 0 : 1;
    const arrow = verb === "replace" ? line.token.indexOf("=>") : -1;
    line.token = line.token.map((token, at) => {
      if (at !== first && (arrow < 0 || at !== arrow + 1)) return token;
      const path = /^["`]/.test(token) ? unquote(token) : token;
      const moved = path === undefined ? undefined : move(path);
      if (moved === undefined) return token;
      changed = true;
      return autoQuote(moved);
    });
  };
  for (const statement of syntax.stmt) {
    if (statement.kind === "line") edit(statement, statement.token[0]);
    else if (statement.kind === "lineBlock") for (const line of statement.line) edit(line, statement.token[0]);
  }
  return changed ? format(syntax) : text;
}
