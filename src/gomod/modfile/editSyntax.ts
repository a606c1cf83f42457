/**
 * Edits of the syntax tree that edits of directives are made of. Where a new line goes is x/mod's decision to the letter:
 * the go command's own edits must give the same file.
 */
import { type Line, type FileSyntax, newLine, newLineBlock, type LineBlock, type Statement } from "./syntax.ts";

/** Adds a line to the last block, or behind the last line, of its verb; to the end of the file if there is none. */
export function addLine(syntax: FileSyntax, token: readonly string[]): Line {
  const verb = token[0];
  const hint = syntax.stmt.findLast(
    (statement) => statement.kind !== "commentBlock" && !isRemoved(statement) && statement.token[0] === verb,
  );
  return addLineAfter(syntax, hint, token);
}

/**
 * Adds a line behind `hint`: in its block, or making a block of the two, if the verb is the same. To the end of the file if
 * there is no hint.
 */
export function addLineAfter(syntax: FileSyntax, hint: Statement | Line | undefined, token: readonly string[]): Line {
  const [verb = "", ...rest] = token;
  const index = hint === undefined ? -1 : syntax.stmt.findIndex((statement) => isWithin(hint, statement));
  const statement = syntax.stmt[index];
  if (statement === undefined || statement.kind === "commentBlock") {
    const line = newLine([...token], false);
    syntax.stmt.push(line);
    return line;
  }
  if (isRemoved(statement) || statement.token[0] !== verb) {
    const line = newLine([...token], false);
    syntax.stmt.splice(index + 1, 0, line);
    return line;
  }
  const line = newLine(rest, true);
  if (statement.kind === "line") {
    const block = newLineBlock(statement.token.slice(0, 1));
    statement.inBlock = true;
    statement.token = statement.token.slice(1);
    block.line.push(statement, line);
    syntax.stmt[index] = block;
  } else {
    const within = statement.line.findIndex((each) => each === hint);
    statement.line.splice(within < 0 ? statement.line.length : within + 1, 0, line);
  }
  return line;
}

function isWithin(hint: Statement, statement: Statement): boolean {
  return statement === hint || (statement.kind === "lineBlock" && statement.line.some((line) => line === hint));
}

function isRemoved(statement: Line | LineBlock): boolean {
  return statement.kind === "line" && statement.removed;
}

/** Gives a line other tokens; its comments stay. */
export function updateLine(line: Line, token: readonly string[]): void {
  line.token = line.inBlock ? token.slice(1) : [...token];
  line.removed = false;
}

/** Drops a line and the comments behind it at the next {@link cleanupSyntax}. */
export function markRemoved(line: Line): void {
  line.token = [];
  line.removed = true;
  line.suffix = [];
}

/** Takes out the lines that were dropped, and blocks without lines; a block with one becomes a line. */
export function cleanupSyntax(syntax: FileSyntax): void {
  const kept: Statement[] = [];
  for (const statement of syntax.stmt) {
    if (statement.kind === "commentBlock") {
      kept.push(statement);
    } else if (statement.kind === "line") {
      if (!statement.removed) kept.push(statement);
    } else {
      statement.line = statement.line.filter((line) => !line.removed);
      const [first, second] = statement.line;
      if (first === undefined) continue;
      if (second === undefined && statement.rparen.before.length === 0) kept.push(unwrap(statement, first));
      else kept.push(statement);
    }
  }
  syntax.stmt = kept;
}

/** The line stays the same object, as a directive points to it. */
function unwrap(block: LineBlock, line: Line): Line {
  const { before, suffix, after, token } = line;
  return Object.assign(line, newLine([...block.token, ...token], false), {
    before: [...block.before, ...before],
    suffix: [...suffix, ...block.suffix],
    after: [...after, ...block.after],
  });
}
