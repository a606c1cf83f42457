/**
 * Escaped paths and versions: `!` and the lower-case letter for each upper-case one,
 *
 *     github.com/Azure/azure-sdk-for-go -> github.com/!azure/azure-sdk-for-go
 *
 * A module path is a folder in the module cache and part of a URL at a proxy, which may be a folder again. Windows and
 * macOS don't keep rsc.io/QUOTE and rsc.io/quote apart, so no two modules may need two casings of one name. Paths never
 * allowed `!`, so it needs no escape itself; an escaped form with a capital letter is refused, or one module would have two
 * addresses (golang.org/x/mod/module, "Escaped Paths"). Inside zips, paths are not escaped.
 */
import { invalidVersion, ModuleError } from "./error.ts";
import { checkPath, elementFault, type ModulePath, parseModulePath } from "./path.ts";
import { quote } from "./quote.ts";
import { isAscii } from "./utf8.ts";

/** The escaped form of a module path. @throws ModuleError `invalidPath` if it is none. */
export function escapePath(path: string): string {
  checkPath(path);
  return escapeString(path);
}

/**
 * The escaped form of a version, or of a branch or commit that stands in its place: anything that could be a file name and
 * has no `!`. A branch with a slash has no escaped form, so no proxy can be asked for it.
 *
 * @throws ModuleError `invalidVersion`: `version "a/b" invalid: disallowed version string`.
 */
export function escapeVersion(version: string): string {
  if (version.includes("!") || elementFault(version, "file") !== undefined) {
    throw invalidVersion(version, "disallowed version string");
  }
  return escapeString(version);
}

function escapeString(text: string): string {
  // File names may hold letters beyond ASCII, escaped forms may not. The text is Go's, its "internal error" included.
  if (!isAscii(text)) throw new ModuleError("invalidEscape", "internal error: inconsistency in EscapePath");
  return text.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}

/** The module path of an escaped one, as a URL holds it (percent signs already decoded). @throws ModuleError `invalidEscape`. */
export function unescapePath(escaped: string): ModulePath {
  const path = unescapeString(escaped);
  if (path === undefined) throw new ModuleError("invalidEscape", `invalid escaped module path ${quote(escaped)}`);
  try {
    return parseModulePath(path);
  } catch (cause) {
    if (!(cause instanceof ModuleError)) throw cause;
    throw new ModuleError("invalidEscape", `invalid escaped module path ${quote(escaped)}: ${cause.message}`, {
      cause,
    });
  }
}

/** The version, branch or commit of an escaped one. It is not checked to be a version. @throws ModuleError `invalidEscape`. */
export function unescapeVersion(escaped: string): string {
  const version = unescapeString(escaped);
  if (version === undefined) throw new ModuleError("invalidEscape", `invalid escaped version ${quote(escaped)}`);
  const fault = elementFault(version, "file");
  if (fault !== undefined)
    throw new ModuleError("invalidEscape", `invalid escaped version ${quote(version)}: ${fault}`);
  return version;
}

function unescapeString(escaped: string): string | undefined {
  if (!isAscii(escaped) || /[A-Z]|!(?![a-z])/.test(escaped)) return undefined;
  return escaped.replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
