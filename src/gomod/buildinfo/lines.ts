/**
 * The lines that say what a program was built from (runtime/debug, BuildInfo.String and ParseBuildInfo); tabs separate.
 *
 *     path	example.com/shop/cmd/shop
 *     mod	example.com/shop	v1.2.0	h1:…
 *     dep	rsc.io/quote	v1.5.2	h1:…
 *     =>	../quote	(devel)
 *     build	-ldflags="-s -w"
 */
import { ModuleError } from "../error.ts";
import { quote, quoteRune } from "../quote.ts";
import { unquote } from "../unquote.ts";
import { toByteString } from "../utf8.ts";

/** What a program was built from. */
export interface BuildInfo {
  /** The toolchain: `go1.26.1`. Empty where only the lines are known. */
  readonly goVersion: string;
  /** The import path of the main package; empty if it is not known. */
  readonly path: string;
  /** The module of the main package; `undefined` if the program was built without modules. */
  readonly main: BuildModule | undefined;
  /** All other modules whose packages are in the program. */
  readonly deps: readonly BuildModule[];
  /** What influenced the build, in the order of the file: `-ldflags`, `CGO_ENABLED`, `GOOS`, `vcs.revision`, … */
  readonly settings: readonly BuildSetting[];
}

/** A module in a program. */
export interface BuildModule {
  readonly path: string;
  /** `(devel)` where the go command knew none. */
  readonly version: string;
  /** `h1:…`, or empty: for the main module, for a folder, and where a replacement has it. */
  readonly sum: string;
  /** What stood in for it. */
  readonly replace: BuildModule | undefined;
}

/** A setting of the build. A flag has its dash. */
export interface BuildSetting {
  readonly key: string;
  readonly value: string;
}

/** As `go version -m` prints them, without its indentation: the `go` line first, if there is a version. */
export function format(info: BuildInfo): string {
  const lines: string[] = [];
  if (info.goVersion !== "") lines.push(`go\t${info.goVersion}\n`);
  if (info.path !== "") lines.push(`path\t${info.path}\n`);
  if (info.main !== undefined) lines.push(formatModule("mod", info.main));
  for (const dep of info.deps) lines.push(formatModule("dep", dep));
  for (const { key, value } of info.settings) {
    lines.push(
      `build\t${needsQuotes(key, true) ? quote(key) : key}=${needsQuotes(value, false) ? quote(value) : value}\n`,
    );
  }
  return lines.join("");
}

function formatModule(word: string, { path, version, sum, replace }: BuildModule): string {
  const start = `${word}\t${path}\t${version}`;
  return replace === undefined ? `${start}\t${sum}\n` : `${start}\n${formatModule("=>", replace)}\n`;
}

function needsQuotes(text: string, isKey: boolean): boolean {
  return isKey ? text === "" || /[= \t\r\n"`]/.test(text) : /[ \t\r\n"`]/.test(text);
}

/**
 * Reads the lines. Those with another word at their beginning, the `go` line among them, are skipped, and so is what
 * stands behind the last line end.
 *
 * @throws ModuleError `badBuildInfo` with Go's text: `could not parse Go build info: line 3: …`.
 */
export function parse(text: string): BuildInfo {
  const info = { goVersion: "", path: "", main: undefined, deps: [], settings: [] } satisfies Draft as Draft;
  /** Which module a replacement would be for. */
  let replace: ((replacement: BuildModule) => void) | undefined;
  for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
    const tab = line.indexOf("\t");
    const word = line.slice(0, tab + 1);
    const rest = line.slice(tab + 1);
    const bad = (fault: string): ModuleError =>
      new ModuleError("badBuildInfo", `could not parse Go build info: line ${index + 1}: ${fault}`);
    if (word === "path\t") {
      info.path = rest;
    } else if (word === "mod\t") {
      const main = parseModule(rest, bad);
      info.main = main.path + main.version + main.sum === "" ? undefined : main;
      replace = (replacement) => (info.main = { ...main, replace: replacement });
    } else if (word === "dep\t") {
      const dep = parseModule(rest, bad);
      const at = info.deps.push(dep) - 1;
      replace = (replacement) => (info.deps[at] = { ...dep, replace: replacement });
    } else if (word === "=>\t") {
      const columns = rest.split("\t");
      if (columns.length !== 3) throw bad(`expected 3 columns for replacement; got ${columns.length}`);
      if (replace === undefined) throw bad("replacement with no module on previous line");
      replace(moduleOf(columns));
      replace = undefined;
    } else if (word === "build\t") {
      info.settings.push(parseSetting(rest, bad));
    }
  }
  return info;
}

interface Draft {
  goVersion: string;
  path: string;
  main: BuildModule | undefined;
  deps: BuildModule[];
  settings: BuildSetting[];
}

type Bad = (fault: string) => ModuleError;

function parseModule(text: string, bad: Bad): BuildModule {
  const columns = text.split("\t");
  if (columns.length !== 2 && columns.length !== 3) throw bad(`expected 2 or 3 columns; got ${columns.length}`);
  return moduleOf(columns);
}

function moduleOf([path = "", version = "", sum = ""]: readonly string[]): BuildModule {
  return { path, version, sum, replace: undefined };
}

function parseSetting(text: string, bad: Bad): BuildSetting {
  const { key, rest } = parseKey(text, bad);
  if (!/^["`]/.test(rest)) {
    if (needsQuotes(rest, false)) throw bad(`unquoted value ${quote(rest)} must be quoted`);
    return { key, value: rest };
  }
  const value = unquote(rest);
  if (value === undefined) throw bad("invalid quoted value in build line");
  return { key, value };
}

function parseKey(text: string, bad: Bad): { key: string; rest: string } {
  if (text === "") throw bad("build line missing '='");
  if (text.startsWith("=")) throw bad("build line with missing key");
  if (/^["`]/.test(text)) {
    const cut = cutLiteral(text);
    if (cut === undefined) throw bad("invalid quoted key in build line");
    if (cut.rest === "") throw bad("build line missing '=' after quoted key");
    if (!cut.rest.startsWith("=")) throw bad(`unexpected character after quoted key: ${quoteFirstByte(cut.rest)}`);
    return { key: cut.key, rest: cut.rest.slice(1) };
  }
  const equals = text.indexOf("=");
  if (equals < 0) throw bad("build line missing '=' after key");
  const key = text.slice(0, equals);
  if (needsQuotes(key, true)) throw bad(`unquoted key ${quote(key)} must be quoted`);
  return { key, rest: text.slice(equals + 1) };
}

/** Splits a text that begins with a quotation mark behind the literal; `undefined` if there is no valid one. */
function cutLiteral(text: string): { key: string; rest: string } | undefined {
  const mark = text.charAt(0);
  let end = 1;
  while (end < text.length && text.charAt(end) !== mark) end += mark === '"' && text.charAt(end) === "\\" ? 2 : 1;
  const key = unquote(text.slice(0, end + 1));
  return key === undefined ? undefined : { key, rest: text.slice(end + 1) };
}

/** Go prints one byte here, whatever it belongs to. */
function quoteFirstByte(text: string): string {
  return quoteRune(toByteString(text).charCodeAt(0));
}
