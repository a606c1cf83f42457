import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from "yaml";
import { ConfigError, type Place, type Problem, type ProblemCode } from "./configError.ts";
import { expand } from "./expand.ts";
import { isSecretName, redactSecrets } from "./redact.ts";

/** A file as it was read: plain values with variables and secret files filled in, and where each of them stands. */
export interface ConfigFile {
  readonly tree: unknown;
  readonly problems: readonly Problem[];
  /** Values that could not be filled in, because a variable is not set or a secret file can't be read. */
  readonly unfilled: readonly { readonly path: readonly PropertyKey[]; readonly problem: Problem }[];
  /** Values that must not be printed. */
  readonly secrets: readonly string[];
  /** Whether the value there came from a secret file or stands under a key that names a secret. */
  readonly isSecret: (path: readonly PropertyKey[]) => boolean;
  /** The problem, placed where the path leads, or as near to it as the file goes. */
  readonly problemAt: (
    path: readonly PropertyKey[],
    on: "key" | "value",
    code: ProblemCode,
    message: string,
  ) => Problem;
  readonly placeOf: (path: readonly PropertyKey[]) => Place;
}

/** What reading a value needs to know of the setting it is for. */
export interface ValueRules {
  readonly verbatim: boolean;
  readonly secret: boolean;
}

/** A file and how messages call it. */
export interface FileName {
  /** Absolute. */
  readonly path: string;
  readonly shown: string;
}

const maxFileBytes = 1024 * 1024;
const maxSecretBytes = 64 * 1024;

type Range = readonly [start: number, end: number];

/**
 * Reads a configuration file. `rulesAt` says which paths hold a single value: only there does `{ file: path }` mean a
 * secret file. Mistakes in the text are collected; only a file that can't be read at all throws.
 *
 * @throws ConfigError with code `unreadable`
 */
export function readConfigFile(
  file: FileName,
  env: NodeJS.ProcessEnv,
  rulesAt: (path: readonly PropertyKey[]) => ValueRules | undefined,
): ConfigFile {
  return new Reader(file, readText(file.path), env, rulesAt).read();
}

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > maxFileBytes) {
      throw new ConfigError("unreadable", `${file} has ${size} bytes; a configuration file may have ${maxFileBytes}`);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const message = `the configuration file ${file} can't be read: ${reason(error)}`;
    throw new ConfigError("unreadable", message, [], { cause: error });
  }
}

/** In words, where the system only has a code. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof TypeError) return "it is not UTF-8 text";
  const codes: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: "permission denied",
    EISDIR: "it is a folder",
  };
  return ("code" in error && codes[String(error.code)]) || error.message;
}

/** The state of reading one file. */
class Reader {
  readonly #file: FileName;
  readonly #text: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #rulesAt: (path: readonly PropertyKey[]) => ValueRules | undefined;
  readonly #lines = new LineCounter();
  readonly #ranges = new Map<string, { key: Range; value: Range }>();
  readonly #problems: Problem[] = [];
  readonly #unfilled: { path: readonly PropertyKey[]; problem: Problem }[] = [];
  readonly #secrets: string[] = [];
  readonly #secretPaths = new Set<string>();

  constructor(
    file: FileName,
    text: string,
    env: NodeJS.ProcessEnv,
    rulesAt: (path: readonly PropertyKey[]) => ValueRules | undefined,
  ) {
    this.#file = file;
    this.#text = text;
    this.#env = env;
    this.#rulesAt = rulesAt;
  }

  read(): ConfigFile {
    const tree = this.#parse();
    return {
      tree,
      problems: this.#problems,
      unfilled: this.#unfilled,
      secrets: this.#secrets,
      isSecret: (path) => this.#secretPaths.has(pathKey(path)),
      problemAt: (path, on, code, message) => this.#problem(this.#nearest(path)[on], code, message),
      placeOf: (path) => this.#place(this.#nearest(path).value[0]),
    };
  }

  #parse(): unknown {
    const options = { lineCounter: this.#lines, prettyErrors: false, stringKeys: true };
    let document;
    try {
      document = parseDocument(this.#text, options);
    } catch (error) {
      // The parser is recursive; a file of a million brackets ends its stack.
      if (!(error instanceof RangeError)) throw error;
      this.#add([0, 0], "syntax", "this is nested too deeply");
      return {};
    }
    // One slip makes the parser stumble several times on the same line; its first word is the one that helps.
    const seen = new Set<number>();
    for (const { pos, message } of [...document.errors, ...document.warnings]) {
      const { line } = this.#lines.linePos(pos[0]);
      if (!seen.has(line)) this.#add(pos, "syntax", message);
      seen.add(line);
    }
    // What a broken text means is guesswork, and errors about guesses confuse.
    if (this.#problems.length > 0 || document.contents === null) return {};
    return this.#value(document.contents, []) ?? {};
  }

  /** undefined for an empty value: `upstream:` with nothing behind it is as good as left out. */
  #value(node: Node | null, path: readonly PropertyKey[]): unknown {
    if (node === null) return undefined;
    if (isAlias(node)) {
      this.#add(rangeOf(node), "alias", "aliases (*name) are not supported here: write the value out");
      return undefined;
    }
    if (isMap<Node, Node | null>(node)) return this.#map(node, path);
    if (isSeq<Node | null>(node)) {
      return node.items.map((item, index) => {
        const at = [...path, index];
        this.#ranges.set(pathKey(at), { key: rangeOf(item ?? node), value: rangeOf(item ?? node) });
        return this.#value(item, at);
      });
    }
    if (!isScalar(node)) return undefined;
    if (typeof node.value === "string") return this.#expand(node.value, rangeOf(node), path);
    return node.value ?? undefined;
  }

  #map(node: YAMLMap<Node, Node | null>, path: readonly PropertyKey[]): unknown {
    const secretFile = this.#rulesAt(path) === undefined ? undefined : onlyFileKey(node);
    if (secretFile !== undefined) return this.#secretFile(secretFile, path);
    const entries = node.items.map((pair: Pair<Node, Node | null>) => {
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      const at = [...path, name];
      const key = rangeOf(pair.key);
      this.#ranges.set(pathKey(at), { key, value: pair.value === null ? key : rangeOf(pair.value) });
      return [name, this.#value(pair.value, at)] as const;
    });
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }

  #expand(text: string, range: Range, path: readonly PropertyKey[]): string {
    // A list's items stand for the setting that the list is for.
    const rules = this.#rulesAt(path) ?? this.#rulesAt(path.slice(0, -1));
    if (rules?.verbatim === true) return text;
    const { text: expanded, missing, secrets, malformed } = expand(text, this.#env);
    this.#secrets.push(...secrets);
    if (rules?.secret === true || isSecretName(String(path.at(-1)))) this.#markSecret(expanded, path);
    if (malformed !== undefined) {
      const hint = "write ${NAME} or ${NAME:-default}, or $${ for the two characters themselves";
      this.#add(range, "syntax", `${JSON.stringify(malformed)} begins no variable; ${hint}`);
    }
    for (const name of missing) {
      const message = `the environment variable ${name} is not set; set it, or give a default: \${${name}:-default}`;
      this.#unfilled.push({ path, problem: this.#problem(range, "missing-variable", message) });
    }
    return expanded;
  }

  #secretFile(node: Node, path: readonly PropertyKey[]): string | undefined {
    const named = this.#value(node, path);
    if (typeof named !== "string" || named === "") {
      this.#add(rangeOf(node), "unreadable-secret", "`file` names the file that holds the value");
      return undefined;
    }
    const file = resolve(dirname(this.#file.path), named);
    try {
      if (statSync(file).size > maxSecretBytes) throw new Error(`it has more than ${maxSecretBytes} bytes`);
      const text = readFileSync(file, "utf8").replace(/\r?\n$/, "");
      if (text === "") throw new Error("it is empty");
      this.#markSecret(text, path);
      return text;
    } catch (error) {
      const message = `the secret file ${file} can't be read: ${reason(error)}`;
      this.#unfilled.push({ path, problem: this.#problem(rangeOf(node), "unreadable-secret", message) });
      return undefined;
    }
  }

  #markSecret(value: string, path: readonly PropertyKey[]): void {
    this.#secrets.push(value);
    this.#secretPaths.add(pathKey(path));
  }

  #add(range: Range, code: ProblemCode, message: string): void {
    this.#problems.push(this.#problem(range, code, message));
  }

  #problem(range: Range, code: ProblemCode, message: string): Problem {
    const frame = this.#frame(range);
    return { code, place: this.#place(range[0]), message: redactSecrets(message, this.#secrets), frame };
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { kind: "file", file: this.#file.shown, line: Math.max(1, line), column: Math.max(1, col) };
  }

  #frame([start, end]: Range): string {
    const { line, col } = this.#lines.linePos(start);
    const raw = (this.#text.split(/\r?\n/)[Math.max(1, line) - 1] ?? "").replaceAll("\t", " ");
    const shown = redactSecrets(raw, this.#secrets).slice(0, 120);
    const number = String(Math.max(1, line));
    const frame = `  ${number} | ${shown}`;
    // Where a mask stands the columns no longer agree.
    if (shown !== raw) return frame;
    const width = Math.max(1, Math.min(end - start, raw.length - col + 1));
    return `${frame}\n  ${" ".repeat(number.length)} | ${" ".repeat(Math.max(0, col - 1))}${"^".repeat(width)}`;
  }

  #nearest(path: readonly PropertyKey[]): { key: Range; value: Range } {
    for (let length = path.length; length > 0; length--) {
      const found = this.#ranges.get(pathKey(path.slice(0, length)));
      if (found !== undefined) return found;
    }
    return { key: [0, 0], value: [0, 0] };
  }
}

function onlyFileKey(node: YAMLMap<Node, Node | null>): Node | undefined {
  const [pair, ...more] = node.items;
  const isFile = pair !== undefined && more.length === 0 && isScalar(pair.key) && pair.key.value === "file";
  return isFile ? (pair.value ?? pair.key) : undefined;
}

function rangeOf(node: Node): Range {
  const [start, end] = node.range ?? [0, 0];
  return [start, end];
}

function pathKey(path: readonly PropertyKey[]): string {
  return path.map(String).join("\0");
}
