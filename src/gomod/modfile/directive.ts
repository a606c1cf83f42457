/**
 * One line of tokens to one directive, for those that go.mod and go.work share and for the pieces of others.
 *
 * Reading a token also brings it into standard form in the syntax tree: without needless quotes, versions canonical. That is
 * why functions take the tokens and an index.
 */
import { ModuleError } from "../error.ts";
import { majorMismatch, splitPathVersion } from "../major.ts";
import { quote } from "../quote.ts";
import { canonicalVersion } from "../version.ts";
import type { FileError } from "./error.ts";
import { type File, isDirectoryPath, type Replace, type VersionInterval, type WorkFile } from "./file.ts";
import { autoQuote, parseToken } from "./quoting.ts";
import type { FileSyntax, Line } from "./syntax.ts";

/**
 * Makes a version canonical, for a module path (that of the file where it retracts). What it throws as ModuleError becomes
 * an error of the file, with that text.
 */
export type VersionFixer = (path: string, version: string) => string;

/** What is being read, and what was wrong so far. */
export interface Reading {
  readonly syntax: FileSyntax;
  readonly fix: VersionFixer | undefined;
  readonly strict: boolean;
  readonly errors: FileError[];
}

/** What is wrong with a directive. */
export interface Fault {
  readonly verb: string;
  readonly modPath: string;
  readonly fault: string;
}

export function fault(text: string, verb: string = "", modPath: string = ""): Fault {
  return { verb, modPath, fault: text };
}

export function isFault(x: string | object): x is Fault {
  return typeof x === "object" && "fault" in x;
}

/**
 * Nobody reads more errors than this, and 16 MiB of nonsense would have millions, which take gigabytes. x/mod has no such
 * bound.
 */
const maxErrors = 100_000;

export function report(reading: Reading, line: { readonly start: FileError["pos"] }, what: Fault): void {
  if (reading.errors.length >= maxErrors) return;
  const { verb, modPath, fault } = what;
  reading.errors.push({ filename: reading.syntax.name, pos: line.start, verb, modPath, fault });
}

/** The string at `at`, which is there. */
export function readString(token: string[], at: number): string | Fault {
  const parsed = parseToken(token[at] ?? "");
  if ("fault" in parsed) return fault(`invalid quoted string: ${parsed.fault}`);
  token[at] = autoQuote(parsed.text);
  return parsed.text;
}

/** The version at `at`, which is there, of a module. */
function readVersion(
  token: string[],
  at: number,
  verb: string,
  path: string,
  fix: VersionFixer | undefined,
): string | Fault {
  const written = token[at] ?? "";
  const invalid = (version: string, why: string): Fault =>
    fault(`version ${quote(version)} invalid: ${why}`, verb, path);
  const parsed = parseToken(written);
  if ("fault" in parsed) return invalid(written, parsed.fault);
  token[at] = autoQuote(parsed.text);
  let version: string;
  if (fix === undefined) {
    version = canonicalVersion(parsed.text);
    if (version === "") return invalid(parsed.text, "must be of the form v1.2.3");
  } else {
    try {
      version = fix(path, parsed.text);
    } catch (error) {
      if (error instanceof ModuleError) return fault(error.message);
      throw error;
    }
  }
  token[at] = version;
  return version;
}

/** A module's path and version at `at` and behind it, for require and exclude. */
export function readModuleVersion(
  token: string[],
  at: number,
  verb: string,
  fix: VersionFixer | undefined,
): { readonly path: string; readonly version: string } | Fault {
  if (token.length !== at + 2) return fault(`usage: ${verb} module/path v1.2.3`);
  const path = readString(token, at);
  if (isFault(path)) return path;
  const version = readVersion(token, at + 1, verb, path, fix);
  if (isFault(version)) return version;
  const split = splitPathVersion(path);
  if (split === undefined) return fault("invalid module path");
  const mismatch = majorMismatch(version, split.pathMajor);
  if (mismatch !== undefined) return fault(`version ${quote(version)} invalid: ${mismatch}`, verb, path);
  return { path, version };
}

/** `[low, high]` or a version, from `at`; `end` is the index behind it. */
export function readVersionInterval(
  token: string[],
  at: number,
  path: string,
  fix: VersionFixer | undefined,
): (VersionInterval & { readonly end: number }) | Fault {
  const verb = "retract";
  if (token.length <= at || token[at] === "(") return fault("expected '[' or version");
  if (token[at] !== "[") {
    const version = readVersion(token, at, verb, path, fix);
    return isFault(version) ? version : { low: version, high: version, end: at + 1 };
  }
  if (token.length <= at + 1) return fault("expected version after '['");
  const low = readVersion(token, at + 1, verb, path, fix);
  if (isFault(low)) return low;
  if (token[at + 2] !== ",") return fault("expected ',' after version");
  if (token.length <= at + 3) return fault("expected version after ','");
  const high = readVersion(token, at + 3, verb, path, fix);
  if (isFault(high)) return high;
  if (token[at + 4] !== "]") return fault("expected ']' after version");
  return { low, high, end: at + 5 };
}

/** A replace directive from `at` on. */
function readReplace(line: Line, at: number, fix: VersionFixer | undefined): Replace | Fault {
  const verb = "replace";
  const { token } = line;
  const count = token.length - at;
  const arrow = count >= 2 && token[at + 1] === "=>" ? 1 : 2;
  if (count < arrow + 2 || count > arrow + 3 || token[at + arrow] !== "=>") {
    return fault(
      `usage: ${verb} module/path [v1.2.3] => other/module v1.4\n\t or ${verb} module/path [v1.2.3] => ../local/directory`,
    );
  }
  const path = readString(token, at);
  if (isFault(path)) return path;
  const split = splitPathVersion(path);
  if (split === undefined) return fault("invalid module path", verb, path);
  let version = "";
  if (arrow === 2) {
    const read = readVersion(token, at + 1, verb, path, fix);
    if (isFault(read)) return read;
    const mismatch = majorMismatch(read, split.pathMajor);
    if (mismatch !== undefined) return fault(`version ${quote(read)} invalid: ${mismatch}`, verb, path);
    version = read;
  }
  const newPath = readString(token, at + arrow + 1);
  if (isFault(newPath)) return newPath;
  let newVersion = "";
  if (count === arrow + 2) {
    if (!isDirectoryPath(newPath)) {
      return fault(
        newPath.includes("@")
          ? "replacement module must match format 'path version', not 'path@version'"
          : "replacement module without version must be directory path (rooted or starting with . or ..)",
      );
    }
    // Go says so on all systems but Windows.
    if (newPath.includes("\\")) {
      return fault("replacement directory appears to be Windows path (on a non-windows system)");
    }
  } else {
    const read = readVersion(token, at + arrow + 2, verb, newPath, fix);
    if (isFault(read)) return read;
    if (isDirectoryPath(newPath)) {
      return fault(`replacement module directory path ${quote(newPath)} cannot have version`);
    }
    newVersion = read;
  }
  return { old: { path, version }, new: { path: newPath, version: newVersion }, syntax: line };
}

const goVersion = /^[1-9][0-9]*\.(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))?(?:[a-z]+[0-9]+)?$/;
const laxGoVersion = /^v?([1-9][0-9]*\.(?:0|[1-9][0-9]*))[^0-9][^\n]*$/;
const toolchain = /^default$|^go1(?:$|\.)/;

/** Reports whether a go line may name this version: `1.23`, `1.23.1`, `1.24rc1`. GoVersionRE of golang.org/x/mod/modfile. */
export function isGoVersion(version: string): boolean {
  return goVersion.test(version);
}

/**
 * Reports whether a toolchain line may name this: `default`, or what begins as `go1`. It is looser than gover, so that
 * toolchains to come can be named. ToolchainRE of
 * golang.org/x/mod/modfile.
 */
export function isToolchainName(name: string): boolean {
  return toolchain.test(name);
}

/** The directives that both files have; see https://go.dev/ref/mod#go-mod-file-go. */
export function readShared(
  reading: Reading,
  file: File | WorkFile,
  line: Line,
  at: number,
  verb: "go" | "toolchain" | "godebug" | "replace",
): Fault | undefined {
  const { token } = line;
  const first = token[at] ?? "";
  const isOnly = token.length === at + 1;
  switch (verb) {
    case "go": {
      if (file.go !== undefined) return fault("repeated go statement");
      if (!isOnly) return fault("go directive expects exactly one argument");
      const version = isGoVersion(first) ? first : reading.strict ? undefined : laxGoVersion.exec(first)?.[1];
      if (version === undefined) return fault(`invalid go version '${first}': must match format 1.23.0`);
      token[at] = version;
      file.go = { version, syntax: line };
      return undefined;
    }
    case "toolchain":
      if (file.toolchain !== undefined) return fault("repeated toolchain statement");
      if (!isOnly) return fault("toolchain directive expects exactly one argument");
      if (!isToolchainName(first)) {
        return fault(`invalid toolchain version '${first}': must match format go1.23.0 or default`);
      }
      file.toolchain = { name: first, syntax: line };
      return undefined;
    case "godebug": {
      const equals = first.indexOf("=");
      if (!isOnly || equals < 0 || /["'`,]/.test(first)) return fault("usage: godebug key=value");
      file.godebug.push({ key: first.slice(0, equals), value: first.slice(equals + 1), syntax: line });
      return undefined;
    }
    case "replace": {
      const replace = readReplace(line, at, reading.fix);
      if (isFault(replace)) return replace;
      file.replace.push(replace);
      return undefined;
    }
  }
}
