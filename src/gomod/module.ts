/**
 * Module paths and versions: golang.org/x/mod/module under its own names. Each idea has its file; this one is the address
 * that the rest of the project imports.
 */
export { escapePath, escapeVersion, unescapePath, unescapeVersion } from "./escape.ts";
export { ModuleError, type ModuleErrorCode } from "./error.ts";
export { checkPathMajor, matchPathMajor, pathMajorPrefix, splitPathVersion } from "./major.ts";
export { checkFilePath, checkImportPath, checkPath, type ModulePath, parseModulePath } from "./path.ts";
export { matchPrefixPatterns } from "./pattern.ts";
export {
  canonicalVersion,
  check,
  isCanonicalVersion,
  type ModuleVersion,
  parseVersion,
  sort,
  type Version,
} from "./version.ts";
