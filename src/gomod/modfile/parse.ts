/** go.mod and go.work files from their text: parse, parseLax, parseWork. */
import { deprecation, directiveComment, isIndirect } from "./comment.ts";
import {
  type Fault,
  fault,
  isFault,
  type Reading,
  readModuleVersion,
  readShared,
  readString,
  readVersionInterval,
  report,
  type VersionFixer,
} from "./directive.ts";
import { ErrorList } from "./error.ts";
import { type File, fileOf, type WorkFile, workFileOf } from "./file.ts";
import { parseSyntax } from "./parseSyntax.ts";
import { quote } from "../quote.ts";
import type { Line, LineBlock } from "./syntax.ts";

/**
 * Parses a main module's go.mod file.
 *
 * @param filename For errors.
 * @param data Bytes, or text.
 * @param fix Makes versions canonical. Without, they must be complete: `v1` becomes `v1.0.0`, a branch is an error.
 * @throws ErrorList with all that is wrong, in x/mod's words.
 */
export function parse(filename: string, data: Uint8Array | string, fix?: VersionFixer): File {
  return parseMod(filename, data, fix, true);
}

/**
 * Parses a dependency's go.mod file: only module, go, require, retract and ignore are read, and what is unknown is left
 * alone, so that today's reader can use tomorrow's modules. https://go.dev/ref/mod#go-mod-file-updates
 *
 * @throws ErrorList
 */
export function parseLax(filename: string, data: Uint8Array | string, fix?: VersionFixer): File {
  return parseMod(filename, data, fix, false);
}

/** Parses a go.work file. @throws ErrorList */
export function parseWork(filename: string, data: Uint8Array | string, fix?: VersionFixer): WorkFile {
  const syntax = parseSyntax(filename, data);
  const reading: Reading = { syntax, fix, strict: true, errors: [] };
  const file = workFileOf(syntax);
  forEachLine(reading, workBlocks, (line, verb, at) => readWorkDirective(reading, file, line, verb, at));
  if (reading.errors.length > 0) throw new ErrorList(reading.errors);
  return file;
}

function parseMod(filename: string, data: Uint8Array | string, fix: VersionFixer | undefined, strict: boolean): File {
  const syntax = parseSyntax(filename, data);
  const reading: Reading = { syntax, fix, strict, errors: [] };
  const file = fileOf(syntax);
  forEachLine(reading, modBlocks, (line, verb, at, block) => readDirective(reading, file, line, verb, at, block));
  if (fix !== undefined) fixRetractions(reading, file, fix);
  if (reading.errors.length > 0) throw new ErrorList(reading.errors);
  return file;
}

/** What may be a block of lines. There is no `go (…)`. */
const modBlocks: ReadonlySet<string> = new Set([
  "module",
  "godebug",
  "require",
  "exclude",
  "replace",
  "retract",
  "tool",
  "ignore",
]);
const workBlocks: ReadonlySet<string> = new Set(["godebug", "use", "replace"]);
const laxVerbs: ReadonlySet<string> = new Set(["go", "module", "retract", "require", "ignore"]);

/** Calls `read` for each line with the index of the first token behind its verb. */
function forEachLine(
  reading: Reading,
  blocks: ReadonlySet<string>,
  read: (line: Line, verb: string, at: number, block?: LineBlock) => Fault | undefined,
): void {
  for (const statement of reading.syntax.stmt) {
    if (statement.kind === "commentBlock") continue;
    const verb = statement.token[0] ?? "";
    if (statement.kind === "line") {
      const wrong = read(statement, verb, 1);
      if (wrong !== undefined) report(reading, statement, wrong);
    } else if (statement.token.length > 1 || !blocks.has(verb)) {
      if (reading.strict) report(reading, statement, fault(`unknown block type: ${statement.token.join(" ")}`));
    } else {
      for (const line of statement.line) {
        const wrong = read(line, verb, 0, statement);
        if (wrong !== undefined) report(reading, line, wrong);
      }
    }
  }
}

function readDirective(
  reading: Reading,
  file: File,
  line: Line,
  verb: string,
  at: number,
  block: LineBlock | undefined,
): Fault | undefined {
  if (!reading.strict && !laxVerbs.has(verb)) return undefined;
  const { token } = line;
  switch (verb) {
    case "go":
    case "toolchain":
    case "godebug":
    case "replace":
      return readShared(reading, file, line, at, verb);
    case "module": {
      if (file.module !== undefined) return fault("repeated module statement");
      const deprecated = deprecation(block, line);
      const path = token.length === at + 1 ? readString(token, at) : fault("usage: module module/path");
      // Go keeps a module whose path is wrong, so that a second one is an error too.
      file.module = { mod: { path: isFault(path) ? "" : path, version: "" }, deprecated, syntax: line };
      return isFault(path) ? path : undefined;
    }
    case "require":
    case "exclude": {
      const mod = readModuleVersion(token, at, verb, reading.fix);
      if (isFault(mod)) return mod;
      if (verb === "require") file.require.push({ mod, indirect: isIndirect(line), syntax: line });
      else file.exclude.push({ mod, syntax: line });
      return undefined;
    }
    case "retract":
      return readRetract(reading, file, line, at, block);
    case "tool":
    case "ignore": {
      if (token.length !== at + 1) return fault(`${verb} directive expects exactly one argument`);
      const path = readString(token, at);
      if (isFault(path)) return path;
      file[verb].push({ path, syntax: line });
      return undefined;
    }
    default:
      return fault(`unknown directive: ${verb}`);
  }
}

/** Of a dependency's, what can't be read is left alone: there may be more forms some day. */
function readRetract(
  reading: Reading,
  file: File,
  line: Line,
  at: number,
  block: LineBlock | undefined,
): Fault | undefined {
  const rationale = directiveComment(block, line);
  // A version is left as it is for now: the module line, which tells the path, may yet come.
  const interval = readVersionInterval(line.token, at, "", (_, version) => version);
  if (isFault(interval)) return reading.strict ? interval : undefined;
  const { low, high, end } = interval;
  const more = line.token[end];
  if (more !== undefined && reading.strict) return fault(`unexpected token after version: ${quote(more)}`);
  file.retract.push({ low, high, rationale, syntax: line });
  return undefined;
}

function fixRetractions(reading: Reading, file: File, fix: VersionFixer): void {
  const path = file.module?.mod.path ?? "";
  for (const retract of file.retract) {
    const { token } = retract.syntax;
    if (path === "") {
      report(reading, retract.syntax, fault("no module directive found, so retract cannot be used"));
      return;
    }
    const interval = readVersionInterval(token, token[0] === "retract" ? 1 : 0, path, fix);
    if (isFault(interval)) report(reading, retract.syntax, interval);
    else ({ low: retract.low, high: retract.high } = interval);
  }
}

function readWorkDirective(reading: Reading, file: WorkFile, line: Line, verb: string, at: number): Fault | undefined {
  switch (verb) {
    case "go":
    case "toolchain":
    case "godebug":
    case "replace":
      return readShared(reading, file, line, at, verb);
    case "use": {
      if (line.token.length !== at + 1) return fault("usage: use local/dir");
      const path = readString(line.token, at);
      if (isFault(path)) return path;
      file.use.push({ path, modulePath: "", syntax: line });
      return undefined;
    }
    default:
      return fault(`unknown directive: ${verb}`);
  }
}
