/**
 * The `#cgo` lines in the comment of `import "C"`: flags for the C compiler and linker (https://pkg.go.dev/cmd/cgo; go/build,
 * saveCgo).
 */
import { ModuleError } from "../error.ts";
import { isSpace } from "../unicode.ts";
import { fields, trimSpace } from "../utf8.ts";
import { clean } from "../vendor/slashPath.ts";
import type { BuildContext } from "./buildContext.ts";
import { constraintHolds } from "./constraint.ts";
import { parseConstraint } from "./parseConstraint.ts";

/** Each in the order of the source. */
export interface CgoFlags {
  readonly cFlags: string[];
  readonly cppFlags: string[];
  readonly cxxFlags: string[];
  readonly fFlags: string[];
  readonly ldFlags: string[];
  readonly pkgConfig: string[];
}

export function noCgoFlags(): CgoFlags {
  return { cFlags: [], cppFlags: [], cxxFlags: [], fFlags: [], ldFlags: [], pkgConfig: [] };
}

const listOf: ReadonlyMap<string, keyof CgoFlags> = new Map([
  ["CFLAGS", "cFlags"],
  ["CPPFLAGS", "cppFlags"],
  ["CXXFLAGS", "cxxFlags"],
  ["FFLAGS", "fFlags"],
  ["LDFLAGS", "ldFlags"],
  ["pkg-config", "pkgConfig"],
]);

/**
 * Adds the flags that hold for a build to `flags`, up to a line that is none.
 *
 * @param preamble The text of the comment.
 * @param dir What `${SRCDIR}` stands for, and relative paths begin at: the package's folder, absolute, with slashes.
 * @throws ModuleError `invalidSource`, with Go's text
 */
export function addCgoFlags(flags: CgoFlags, preamble: string, context: BuildContext, dir: string): void {
  for (const whole of preamble.split("\n")) {
    const line = trimSpace(whole);
    if (!/^#cgo[ \t]/.test(line)) continue;
    const words = fields(line);
    if (words.length === 3 && (words[1] === "nocallback" || words[1] === "noescape")) continue;
    const colon = line.indexOf(":");
    const names = fields(line.slice(4, colon < 0 ? 4 : colon));
    const verb = names.pop();
    if (verb === undefined) throw fault("invalid #cgo line", whole);
    if (names.length > 0 && !names.some((condition) => conditionHolds(condition, context))) continue;
    const list = listOf.get(verb);
    const split = splitQuoted(line.slice(colon + 1));
    if (split === undefined) throw fault("invalid #cgo line", whole);
    const args = split.map((arg) => inFolder(arg, dir));
    if (list === undefined) throw fault("invalid #cgo verb", whole);
    for (const arg of list === "pkgConfig" ? args : withAbsolutePaths(args, dir)) flags[list].push(arg);
  }
}

function fault(what: string, text: string): ModuleError {
  return new ModuleError("invalidSource", `${what}: ${text}`);
}

/** Either kind of expression may stand there. */
function conditionHolds(text: string, context: BuildContext): boolean {
  try {
    return constraintHolds(parseConstraint((/[&|()]/.test(text) ? "//go:build " : "// +build ") + text), context);
  } catch (error) {
    if (error instanceof ModuleError) return false;
    throw error;
  }
}

/** Words between blanks, with quotation marks and backslashes; undefined where one doesn't end. */
function splitQuoted(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let [word, quotation, isQuoted, isEscaped] = ["", "", false, false];
  for (const character of text) {
    if (isEscaped) isEscaped = false;
    else if (character === "\\") {
      isEscaped = true;
      continue;
    } else if (quotation !== "") {
      if (character === quotation) {
        quotation = "";
        continue;
      }
    } else if (character === '"' || character === "'") {
      [isQuoted, quotation] = [true, character];
      continue;
    } else if (isSpace(character.codePointAt(0) ?? 0)) {
      if (isQuoted || word !== "") words.push(word);
      [word, isQuoted] = ["", false];
      continue;
    }
    word += character.toWellFormed();
  }
  if (isQuoted || word !== "") words.push(word);
  return quotation === "" && !isEscaped ? words : undefined;
}

/** Puts the folder in the place of `${SRCDIR}`. What is not safe in a command is refused (go/build, expandSrcDir). */
function inFolder(arg: string, dir: string): string {
  const chunks = arg.split("${SRCDIR}");
  const expanded = chunks.join(dir);
  const isSafe =
    chunks.length === 1 ? isSafeWord(arg) : [...chunks, dir].every((part) => part === "" || isSafeWord(part));
  if (!isSafe || expanded === "") throw fault("malformed #cgo argument", expanded);
  return expanded;
}

const safeWord = /^[-+.,/0-9=A-Za-z_:$@%! ~^\u0080-\u{10ffff}]+$/u;

function isSafeWord(word: string): boolean {
  return safeWord.test(word);
}

/** `-I` and `-L` are relative to the package's folder, wherever the compiler runs. */
function withAbsolutePaths(args: readonly string[], dir: string): readonly string[] {
  const absolute = (path: string): string =>
    path.startsWith("/") ? path : clean(dir === "" ? path : `${dir}/${path}`);
  let isPath = false;
  return args.map((arg) => {
    if (isPath) {
      isPath = false;
      return absolute(arg);
    }
    isPath = arg === "-I" || arg === "-L";
    return /^-[IL]./s.test(arg) ? arg.slice(0, 2) + absolute(arg.slice(2)) : arg;
  });
}
