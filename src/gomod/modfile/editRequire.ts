/** Edits of single requirements, and setRequire, which keeps them in the blocks they are in. */
import { ModuleError } from "../error.ts";
import { trimSpace } from "../utf8.ts";
import type { ModuleVersion } from "../version.ts";
import { isIndirect } from "./comment.ts";
import { dropWhere, keepFirst } from "./drop.ts";
import { addLine, updateLine } from "./editSyntax.ts";
import type { File, Require } from "./file.ts";
import { autoQuote } from "./quoting.ts";
import { sortBlocks } from "./sortBlocks.ts";
import { newComment } from "./syntax.ts";

/** What is required, wherever it may stand. */
export interface Requirement {
  readonly mod: ModuleVersion;
  readonly indirect: boolean;
}

/** Requires a version: in the first line for the module, with the others dropped, or on a new line. */
export function addRequire(file: File, path: string, version: string): void {
  const { kept, found } = keepFirst(file.require, ({ mod }) => mod.path === path);
  file.require = kept;
  if (found === undefined) {
    addNewRequire(file, path, version, false);
    return;
  }
  found.mod = { path, version };
  updateLine(found.syntax, ["require", autoQuote(path), version]);
}

/** Adds a requirement to the last block of them, whether or not there is one. */
export function addNewRequire(file: File, path: string, version: string, indirect: boolean): void {
  const syntax = addLine(file.syntax, ["require", autoQuote(path), version]);
  const require: Require = { mod: { path, version }, indirect, syntax };
  setIndirect(require, indirect);
  file.require.push(require);
}

/** Drops all requirements of a module. */
export function dropRequire(file: File, path: string): void {
  file.require = dropWhere(file.require, ({ mod }) => mod.path === path);
}

/**
 * Makes the file require exactly these: the first line for each module is changed and keeps its place and its comments but
 * for `// indirect`, others are dropped, new ones go to the last block; blocks are sorted. Then call `cleanup`.
 *
 * @throws ModuleError `invalidVersion` if a module is there in two versions. Go panics.
 */
export function setRequire(file: File, requirements: readonly Requirement[]): void {
  const needed = new Map<string, Requirement>();
  for (const requirement of requirements) {
    const { path, version } = requirement.mod;
    const previous = needed.get(path);
    if (previous !== undefined && previous.mod.version !== version) {
      throw new ModuleError(
        "invalidVersion",
        `SetRequire called with conflicting versions for path ${path} (${previous.mod.version} and ${version})`,
      );
    }
    needed.set(path, requirement);
  }
  file.require = dropWhere(file.require, (require) => {
    const requirement = needed.get(require.mod.path);
    if (requirement === undefined) return true;
    setVersion(require, requirement.mod.version);
    setIndirect(require, requirement.indirect);
    needed.delete(require.mod.path);
    return false;
  });
  for (const { mod, indirect } of needed.values()) addNewRequire(file, mod.path, mod.version, indirect);
  sortBlocks(file);
}

/** Changes the version of a requirement and its line. */
export function setVersion(require: Require, version: string): void {
  require.mod = { path: require.mod.path, version };
  const { syntax } = require;
  const at = syntax.inBlock ? 1 : 2;
  if (syntax.inBlock && syntax.before.length === 1 && syntax.before[0]?.token === "") {
    // A blank line above would not go well with sorting: https://go.dev/issue/33779
    syntax.before = [];
  }
  if (syntax.token.length > at) syntax.token[at] = version;
}

/** Sets or takes away the `// indirect` of a requirement and its line; other comments stay. */
export function setIndirect(require: Require, indirect: boolean): void {
  require.indirect = indirect;
  const line = require.syntax;
  if (isIndirect(line) === indirect) return;
  const [comment, ...more] = line.suffix;
  if (indirect) {
    const text = comment === undefined ? "" : trimSpace(textOf(comment.token));
    const token = text === "" ? "// indirect" : `// indirect; ${text}`;
    line.suffix = [comment === undefined ? newComment(token, true) : { ...comment, token }, ...more];
  } else if (comment !== undefined) {
    if (trimSpace(textOf(comment.token)) === "indirect") {
      line.suffix = [];
    } else {
      const mark = "indirect;";
      const token = `//${comment.token.slice(comment.token.indexOf(mark) + mark.length)}`;
      line.suffix = [{ ...comment, token }, ...more];
    }
  }
}

/** A comment without its slashes. */
export function textOf(token: string): string {
  return token.startsWith("//") ? token.slice(2) : token;
}
