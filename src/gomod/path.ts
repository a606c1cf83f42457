/**
 * Which module, import and file paths there may be (golang.org/x/mod/module).
 *
 * A path becomes a folder in the module cache, a URL at a proxy and an argument on a command line, on every system Go runs
 * on. So a path holds no character with a meaning to a shell, a URL or Windows, no name that Windows reserves (`con`,
 * `aux.txt`, `git~1`), no empty, dotted-only or dot-ended element. Module paths are the strictest: they begin with a domain
 * name in lower case, their letters are ASCII, and no element begins with a dot. File paths are the loosest: any Unicode
 * letter, and most punctuation.
 *
 * Rejecting is a safety measure: what passes here may be joined to a folder or a URL as it is.
 */
import { ModuleError } from "./error.ts";
import { splitPathVersion } from "./major.ts";
import { quote, quoteRune } from "./quote.ts";
import { isLetter } from "./unicode.ts";

declare const modulePath: unique symbol;

/** A module path that {@link checkPath} has passed, plain and not escaped: `github.com/Azure/azure-sdk-for-go/v68`. */
export type ModulePath = string & { readonly [modulePath]: true };

type PathKind = "module" | "import" | "file";

/**
 * Checks a module path: a valid import path whose first element is a domain name (lower case, with a dot, no leading dash)
 * and whose last, if it looks like `/vN`, has N ≥ 2 without leading zero; gopkg.in paths end in `.vN` instead.
 *
 * @throws ModuleError `invalidPath` with Go's text: `malformed module path "X": missing dot in first path element`.
 */
export function checkPath(path: string): asserts path is ModulePath {
  const fault = faultOf(path, "module") ?? moduleFault(path);
  if (fault !== undefined) throw malformed("module", path, fault);
}

/** The path, if it is one. See {@link checkPath}. */
export function parseModulePath(path: string): ModulePath {
  checkPath(path);
  return path;
}

/** Checks a package's import path. @throws ModuleError `invalidPath`. */
export function checkImportPath(path: string): void {
  const fault = faultOf(path, "import");
  if (fault !== undefined) throw malformed("import", path, fault);
}

/** Checks a slash-separated path of a file inside a module. @throws ModuleError `invalidPath`. */
export function checkFilePath(path: string): void {
  const fault = faultOf(path, "file");
  if (fault !== undefined) throw malformed("file", path, fault);
}

function malformed(kind: PathKind, path: string, fault: string): ModuleError {
  return new ModuleError("invalidPath", `malformed ${kind} path ${quote(path)}: ${fault}`);
}

/** The rules that only module paths have, in Go's order. */
function moduleFault(path: string): string | undefined {
  const slash = path.indexOf("/");
  if (slash === 0) return "leading slash";
  const domain = slash < 0 ? path : path.slice(0, slash);
  if (!domain.includes(".")) return "missing dot in first path element";
  if (path.startsWith("-")) return "leading dash in first path element";
  for (const character of domain) {
    if (!/[-.0-9a-z]/.test(character)) return `invalid char ${quoteRune(codePointOf(character))} in first path element`;
  }
  return splitPathVersion(path) === undefined ? "invalid version" : undefined;
}

/** The rules that all paths share; `undefined` if none is broken. */
function faultOf(path: string, kind: PathKind): string | undefined {
  if (!path.isWellFormed()) return "invalid UTF-8";
  if (path === "") return "empty string";
  if (path.startsWith("-") && kind !== "file") return "leading dash";
  if (path.includes("//")) return "double slash";
  if (path.endsWith("/")) return "trailing slash";
  for (const element of path.split("/")) {
    const fault = elementFault(element, kind);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** The rules for what stands between two slashes. Also those for a version, which is checked as the name of a file. */
export function elementFault(element: string, kind: PathKind): string | undefined {
  if (element === "") return "empty path element";
  if (/^\.+$/.test(element)) return `invalid path element ${quote(element)}`;
  if (element.startsWith(".") && kind === "module") return "leading dot in path element";
  if (element.endsWith(".")) return "trailing dot in path element";
  const stranger = firstNotAllowed(element, kind);
  if (stranger !== undefined) return `invalid char ${quoteRune(stranger)}`;

  const dot = element.indexOf(".");
  const stem = dot < 0 ? element : element.slice(0, dot);
  if (reservedOnWindows.test(stem)) return `${quote(stem)} disallowed as path element component on Windows`;
  // Windows' short names, `GIT~1` for `.git`, are a danger where paths are typed, not in a zip's file names.
  if (kind !== "file" && /~[0-9]+$/.test(stem)) return "trailing tilde and digits in path element";
  return undefined;
}

/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file; CONIN$ and the like fail on their `$`. */
const reservedOnWindows = /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])$/i;

const moduleCharacters = /^[-._~0-9A-Za-z]*$/;
const importCharacters = /^[-._~0-9A-Za-z+]*$/;
const fileCharacters = /^[-!#$%&()+,.=@[\]^_{}~ 0-9A-Za-z]*$/;

/** The first code point that `kind` doesn't allow, if there is one. Beyond ASCII, only letters in file names are. */
function firstNotAllowed(element: string, kind: PathKind): number | undefined {
  const allowed = kind === "module" ? moduleCharacters : kind === "import" ? importCharacters : fileCharacters;
  if (allowed.test(element)) return undefined;
  for (const character of element) {
    if (allowed.test(character)) continue;
    const codePoint = codePointOf(character);
    if (kind !== "file" || codePoint < 0x80 || !isLetter(codePoint)) return codePoint;
  }
  return undefined;
}

function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
