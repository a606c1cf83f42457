/**
 * go.mod and go.work files: golang.org/x/mod/modfile under its own names. Each idea has its file; this one is the address
 * that the rest of the project imports.
 */
export { cleanup } from "./modfile/cleanup.ts";
export { isGoVersion, isToolchainName, type VersionFixer } from "./modfile/directive.ts";
export {
  addComment,
  addGodebug,
  addGoStmt,
  addIgnore,
  addModuleStmt,
  addReplace,
  addTool,
  addToolchainStmt,
  dropGodebug,
  dropGoStmt,
  dropIgnore,
  dropReplace,
  dropTool,
  dropToolchainStmt,
} from "./modfile/editDirectives.ts";
export { addNewRequire, addRequire, dropRequire, type Requirement, setRequire } from "./modfile/editRequire.ts";
export { addNewUse, addUse, dropUse, setUse } from "./modfile/editUse.ts";
export { addExclude, addRetract, dropExclude, dropRetract } from "./modfile/editVersions.ts";
export { ErrorList, type FileError, formatError } from "./modfile/error.ts";
export {
  type Exclude,
  type File,
  type Go,
  type Godebug,
  type Ignore,
  isDirectoryPath,
  type Module,
  newFile,
  newWorkFile,
  type Replace,
  type Require,
  type Retract,
  type Tool,
  type Toolchain,
  type Use,
  type VersionInterval,
  type WorkFile,
} from "./modfile/file.ts";
export { format, formatBytes } from "./modfile/format.ts";
export { modulePath } from "./modfile/modulePath.ts";
export { parse, parseLax, parseWork } from "./modfile/parse.ts";
export { parseSyntax } from "./modfile/parseSyntax.ts";
export type { Position } from "./modfile/position.ts";
export { autoQuote, mustQuote } from "./modfile/quoting.ts";
export { setRequireAtMostTwo, setRequireSeparateIndirect } from "./modfile/separateIndirect.ts";
export { sortBlocks } from "./modfile/sortBlocks.ts";
export {
  type Comment,
  type CommentBlock,
  type Comments,
  type FileSyntax,
  type Line,
  type LineBlock,
  type Parenthesis,
  span,
  type Statement,
} from "./modfile/syntax.ts";
