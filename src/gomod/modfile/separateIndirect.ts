/**
 * Direct and indirect requirements in a block each, as the go command keeps them from go 1.17 on
 * (https://go.dev/issue/45965).
 */
import { trimSpace } from "../utf8.ts";
import { isIndirect } from "./comment.ts";
import { markRemoved } from "./editSyntax.ts";
import { type Requirement, setIndirect, setVersion, textOf } from "./editRequire.ts";
import type { File, Require } from "./file.ts";
import { autoQuote } from "./quoting.ts";
import { sortBlocks } from "./sortBlocks.ts";
import {
  type Comment,
  type Comments,
  type FileSyntax,
  type Line,
  type LineBlock,
  newComment,
  newLine,
  newLineBlock,
} from "./syntax.ts";

/**
 * Makes the file require exactly these, as setRequire does, the direct ones in a block and the indirect ones in another.
 * Requirements in blocks and lines with comments of their own stay where they are. A file with one block, and that without
 * a comment, is split. Then call `cleanup`.
 */
export function setRequireSeparateIndirect(file: File, requirements: readonly Requirement[]): void {
  separate(file, requirements, false);
}

/**
 * As {@link setRequireSeparateIndirect}, but all requirements go to the two blocks, whatever block they were in and whatever
 * its comments.
 */
export function setRequireAtMostTwo(file: File, requirements: readonly Requirement[]): void {
  separate(file, requirements, true);
}

/** What the file's requirements look like before they change. */
interface Layout {
  /** Where the last direct-only and indirect-only lines or blocks without comments are among the statements, or -1. */
  readonly direct: number;
  readonly indirect: number;
  /** The last line or block, whatever is in it, or -1. */
  readonly last: number;
  /** There is one line or block, and it has no comments of its own. */
  readonly isOneFlat: boolean;
  readonly blockOf: ReadonlyMap<Line, LineBlock>;
}

function separate(file: File, requirements: readonly Requirement[], consolidate: boolean): void {
  const needed = new Map(requirements.map((requirement) => [requirement.mod.path, requirement]));
  const layout = layoutOf(file.syntax);
  const comments = consolidate ? takeBlockComments(file, needed) : { direct: [], indirect: [] };
  const { direct, indirect } = makeBlocks(file.syntax, layout);
  direct.before = [...direct.before, ...comments.direct];
  indirect.before = [...indirect.before, ...comments.indirect];

  const had = new Set<string>();
  const kept: Require[] = [];
  for (const require of file.require) {
    const { path } = require.mod;
    const requirement = needed.get(path);
    if (requirement === undefined || had.has(path)) {
      markRemoved(require.syntax);
      continue;
    }
    had.add(path);
    kept.push(require);
    setVersion(require, requirement.mod.version);
    setIndirect(require, requirement.indirect);
    const [to, from] = requirement.indirect ? [indirect, direct] : [direct, indirect];
    if (consolidate || layout.isOneFlat || layout.blockOf.get(require.syntax) === from) move(require, to);
  }
  for (const { mod, indirect: isIndirect } of needed.values()) {
    if (had.has(mod.path)) continue;
    const syntax = newLine([autoQuote(mod.path), mod.version], true);
    const require: Require = { mod, indirect: isIndirect, syntax };
    if (isIndirect) setIndirect(require, true);
    (isIndirect ? indirect : direct).line.push(syntax);
    kept.push(require);
  }
  file.require = kept;
  sortBlocks(file);
}

function layoutOf(syntax: FileSyntax): Layout {
  let direct = -1;
  let indirect = -1;
  let last = -1;
  let count = 0;
  const blockOf = new Map<Line, LineBlock>();
  for (const [i, statement] of syntax.stmt.entries()) {
    if (statement.kind === "commentBlock" || statement.token[0] !== "require") continue;
    last = i;
    count++;
    const lines = statement.kind === "line" ? [statement] : statement.line;
    if (statement.kind === "lineBlock") for (const line of lines) blockOf.set(line, statement);
    if (lines.length === 0 || hasComments(statement) || lines.some(hasComments)) continue;
    if (lines.every(isIndirect)) indirect = i;
    if (!lines.some(isIndirect)) direct = i;
  }
  const only = syntax.stmt[last];
  const isOneFlat = count === 1 && only !== undefined && !hasComments(only);
  return { direct, indirect, last, isOneFlat, blockOf };
}

/** Comments other than `// indirect`. */
function hasComments({ before, suffix, after }: Comments): boolean {
  const [behind, second] = suffix;
  if (before.length > 0 || after.length > 0 || second !== undefined) return true;
  return behind !== undefined && trimSpace(textOf(behind.token)) !== "indirect";
}

/** Takes the comments above blocks off them, for the block that most of their requirements go to. */
function takeBlockComments(
  file: File,
  needed: ReadonlyMap<string, Requirement>,
): { readonly direct: readonly Comment[]; readonly indirect: readonly Comment[] } {
  const directLines = new Set<Line>();
  for (const { mod, syntax } of file.require) {
    if (needed.get(mod.path)?.indirect === false) directLines.add(syntax);
  }
  const direct: Comment[] = [];
  const indirect: Comment[] = [];
  for (const statement of file.syntax.stmt) {
    if (statement.kind !== "lineBlock" || statement.token[0] !== "require") continue;
    const staysDirect = statement.line.length === 0 || statement.line.some((line) => directLines.has(line));
    const target = staysDirect ? direct : indirect;
    if (target.length > 0 && statement.before.length > 0) target.push(newComment("//"));
    target.push(...statement.before);
    statement.before = [];
  }
  return { direct, indirect };
}

/** The two blocks: those that are there, or new ones beside, or behind the last requirement. */
function makeBlocks(syntax: FileSyntax, layout: Layout): { readonly direct: LineBlock; readonly indirect: LineBlock } {
  let { direct, indirect } = layout;
  if (direct < 0) {
    if (indirect >= 0) direct = indirect++;
    else direct = layout.last >= 0 ? layout.last + 1 : syntax.stmt.length;
    insertBlock(syntax, direct);
  }
  const directBlock = ensureBlock(syntax, direct);
  if (indirect < 0) {
    indirect = direct + 1;
    insertBlock(syntax, indirect);
  }
  return { direct: directBlock, indirect: ensureBlock(syntax, indirect) };
}

function insertBlock(syntax: FileSyntax, index: number): void {
  syntax.stmt.splice(index, 0, newLineBlock(["require"]));
}

/** The block at `index`, made of the line there if need be. A block with one line or none will not outlive `cleanup`. */
function ensureBlock(syntax: FileSyntax, index: number): LineBlock {
  const statement = syntax.stmt[index];
  if (statement?.kind === "lineBlock") return statement;
  const block = newLineBlock(["require"]);
  if (statement?.kind === "line") {
    statement.token = statement.token.slice(1);
    statement.inBlock = true;
    block.line.push(statement);
  }
  syntax.stmt[index] = block;
  return block;
}

/** Moves a requirement's line, with its comments, to a block. */
function move(require: Require, block: LineBlock): void {
  const old = require.syntax;
  const token = !old.inBlock && old.token[0] === "require" ? old.token.slice(1) : [...old.token];
  require.syntax = { ...old, token, inBlock: true };
  block.line.push(require.syntax);
  old.token = [];
  old.removed = true;
}
