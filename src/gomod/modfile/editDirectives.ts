/** Edits of directives, as `go mod edit`, `go get` and `go work` make them. They change the file they are given. */
import { ModuleError } from "../error.ts";
import { quote } from "../quote.ts";
import { isGoVersion, isToolchainName } from "./directive.ts";
import { dropWhere, keepFirst } from "./drop.ts";
import { addLine, addLineAfter, markRemoved, updateLine } from "./editSyntax.ts";
import type { File, WorkFile } from "./file.ts";
import { autoQuote } from "./quoting.ts";
import { type FileSyntax, newComment, newCommentBlock, newLine } from "./syntax.ts";
import { noPosition } from "./position.ts";
import { sortBlocks } from "./sortBlocks.ts";

/** Sets the module path. */
export function addModuleStmt(file: File, path: string): void {
  const token = ["module", autoQuote(path)];
  const mod = { path, version: "" };
  if (file.module === undefined) file.module = { mod, deprecated: "", syntax: addLine(file.syntax, token) };
  else {
    file.module.mod = { path, version: file.module.mod.version };
    updateLine(file.module.syntax, token);
  }
}

/** Adds a comment, `// …`, to the end of the file. */
export function addComment(file: File, text: string): void {
  file.syntax.stmt.push(newCommentBlock(noPosition, [newComment(text)]));
}

/**
 * Sets the go version: in go.mod behind the module line, in go.work at the top.
 *
 * @throws ModuleError `invalidGoVersion`
 */
export function addGoStmt(file: File | WorkFile, version: string): void {
  if (!isGoVersion(version)) {
    throw new ModuleError("invalidGoVersion", `invalid language version ${quote(version)}`);
  }
  const token = ["go", version];
  if (file.go !== undefined) {
    file.go.version = version;
    updateLine(file.go.syntax, token);
  } else if (file.kind === "work") {
    const line = newLine(token, false);
    file.syntax.stmt.splice(behindComments(file.syntax), 0, line);
    file.go = { version, syntax: line };
  } else {
    const hint = file.module?.syntax;
    const syntax = hint === undefined ? addLine(file.syntax, token) : addLineAfter(file.syntax, hint, token);
    file.go = { version, syntax };
  }
}

/**
 * Sets the toolchain: behind the go line, or the module line, or at the top of go.work.
 *
 * @throws ModuleError `invalidGoVersion`
 */
export function addToolchainStmt(file: File | WorkFile, name: string): void {
  if (!isToolchainName(name)) {
    throw new ModuleError("invalidGoVersion", `invalid toolchain name ${quote(name)}`);
  }
  const token = ["toolchain", name];
  if (file.toolchain !== undefined) {
    file.toolchain.name = name;
    updateLine(file.toolchain.syntax, token);
  } else if (file.kind === "work") {
    const line = newLine(token, false);
    const go = file.syntax.stmt.findIndex((statement) => statement.kind === "line" && statement.token[0] === "go");
    file.syntax.stmt.splice(go < 0 ? behindComments(file.syntax) : go + 1, 0, line);
    file.toolchain = { name, syntax: line };
  } else {
    const hint = file.go?.syntax ?? file.module?.syntax;
    const syntax = hint === undefined ? addLine(file.syntax, token) : addLineAfter(file.syntax, hint, token);
    file.toolchain = { name, syntax };
  }
}

/** The first statement that is not only comments. */
function behindComments(syntax: FileSyntax): number {
  const index = syntax.stmt.findIndex((statement) => statement.kind !== "commentBlock");
  return index < 0 ? syntax.stmt.length : index;
}

/** Drops the go line. */
export function dropGoStmt(file: File | WorkFile): void {
  if (file.go !== undefined) markRemoved(file.go.syntax);
  file.go = undefined;
}

/** Drops the toolchain line. */
export function dropToolchainStmt(file: File | WorkFile): void {
  if (file.toolchain !== undefined) markRemoved(file.toolchain.syntax);
  file.toolchain = undefined;
}

/** Sets the first godebug line for `key` and drops the others; adds one to the last block if there is none. */
export function addGodebug(file: File | WorkFile, key: string, value: string): void {
  const token = ["godebug", `${key}=${value}`];
  const first = keepFirst(file.godebug, (each) => each.key === key);
  file.godebug = first.kept;
  if (first.found === undefined) file.godebug.push({ key, value, syntax: addLine(file.syntax, token) });
  else {
    first.found.value = value;
    updateLine(first.found.syntax, token);
  }
}

/** Drops all godebug lines for `key`. */
export function dropGodebug(file: File | WorkFile, key: string): void {
  file.godebug = dropWhere(file.godebug, (each) => each.key === key);
}

/** Replaces a module, or with an empty `oldVersion` all of its versions, by another or by a folder. */
export function addReplace(
  file: File | WorkFile,
  oldPath: string,
  oldVersion: string,
  newPath: string,
  newVersion: string,
): void {
  const token = [
    "replace",
    autoQuote(oldPath),
    ...(oldVersion === "" ? [] : [oldVersion]),
    "=>",
    autoQuote(newPath),
    ...(newVersion === "" ? [] : [newVersion]),
  ];
  const replacement = { path: newPath, version: newVersion };
  // For all versions: the first line of the module is changed, but keeps saying which version it was for; Go does so.
  const { kept, found } = keepFirst(
    file.replace,
    ({ old }) => old.path === oldPath && (oldVersion === "" || old.version === oldVersion),
  );
  file.replace = kept;
  if (found === undefined) {
    const hint = kept.findLast(({ old }) => old.path === oldPath);
    file.replace.push({
      old: { path: oldPath, version: oldVersion },
      new: replacement,
      syntax: addLineAfter(file.syntax, hint?.syntax, token),
    });
  } else {
    found.new = replacement;
    updateLine(found.syntax, token);
  }
}

/** Drops the replacement of just this version, or with an empty one, of all versions at once. */
export function dropReplace(file: File | WorkFile, oldPath: string, oldVersion: string): void {
  file.replace = dropWhere(file.replace, ({ old }) => old.path === oldPath && old.version === oldVersion);
}

/** Adds a tool, a package's import path, unless it is there; blocks are sorted. */
export function addTool(file: File, path: string): void {
  if (file.tool.some((tool) => tool.path === path)) return;
  file.tool.push({ path, syntax: addLine(file.syntax, ["tool", path]) });
  sortBlocks(file);
}

/** Drops a tool. */
export function dropTool(file: File, path: string): void {
  file.tool = dropWhere(file.tool, (tool) => tool.path === path);
}

/** Adds a folder to be ignored, unless it is there; blocks are sorted. */
export function addIgnore(file: File, path: string): void {
  if (file.ignore.some((ignore) => ignore.path === path)) return;
  file.ignore.push({ path, syntax: addLine(file.syntax, ["ignore", path]) });
  sortBlocks(file);
}

/** Drops an ignored folder. */
export function dropIgnore(file: File, path: string): void {
  file.ignore = dropWhere(file.ignore, (ignore) => ignore.path === path);
}
