/**
 * The go command's own settings file, which `go env -w` writes (cmd/go/internal/cfg/cfg.go, readEnvFile and Getenv;
 * envcmd/env.go, updateEnvFile). Lines are KEY=VALUE, taken as they are: no quotes, no escapes, no trimming. What doesn't
 * begin with a capital letter or has no `=` is a comment. Of several lines for a key the last one holds.
 */
import { ModuleError } from "../error.ts";
import { quote } from "../quote.ts";
import { compareBytewise } from "../utf8.ts";

/** Reads the settings of a file. */
export function parseEnvFile(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0 && /^[A-Z]/.test(line)) settings.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return settings;
}

/** Where a setting may come from. */
export interface EnvSources {
  /** The environment of the process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user's file ($GOENV, or `go/env` in the user's configuration folder); empty if GOENV=off. */
  readonly userFile: ReadonlyMap<string, string>;
  /** GOROOT/go.env, which holds the defaults of the distribution. */
  readonly gorootFile: ReadonlyMap<string, string>;
}

/**
 * A setting's value, empty if it has none. An empty variable of the environment counts as absent; an empty line in the
 * user's file doesn't: it hides the default of GOROOT/go.env.
 */
export function getenv(sources: EnvSources, key: string): string {
  return sources.environment[key] || (sources.userFile.get(key) ?? sources.gorootFile.get(key) ?? "");
}

/**
 * Checks a value for {@link updateEnvFile}: that it can stand on a line, and that the go command could still start with it.
 *
 * @throws ModuleError `invalidSetting` with the text of `go env -w`.
 */
export function checkEnvValue(key: string, value: string): void {
  const fault = valueFault(key, value);
  if (fault !== undefined) throw new ModuleError("invalidSetting", fault);
}

function valueFault(key: string, value: string): string | undefined {
  if (key === "GO111MODULE" && !["", "auto", "on", "off"].includes(value))
    return `invalid ${key} value ${quote(value)}`;
  if (!value.isWellFormed()) return `invalid UTF-8 in ${key}=... value`;
  if (value.includes("\0")) return `invalid NUL in ${key}=... value`;
  if (/[\v\r\n]/.test(value)) return `invalid newline in ${key}=... value`;
  return undefined;
}

/**
 * The file's text after `go env -w` of `set` and `go env -u` of `unset`: the last line of a key is replaced and its other
 * lines go, new keys come at the end, and each run of settings between comments is sorted.
 */
export function updateEnvFile(text: string, set: ReadonlyMap<string, string>, unset: readonly string[] = []): string {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const lastLineOf = new Map(lines.map((line, index) => [keyOf(line), index]));
  const updated = lines.map((line, index) => {
    const key = keyOf(line);
    if (key === "") return line;
    if (lastLineOf.get(key) !== index || unset.includes(key)) return gone;
    const value = set.get(key);
    return value === undefined ? line : `${key}=${value}`;
  });
  for (const [key, value] of set) if (!lastLineOf.has(key)) updated.push(`${key}=${value}`);
  return sortRuns(updated)
    .map((line) => (line === gone ? "" : `${line}\n`))
    .join("");
}

/** A line that was taken out. It still ends a run, as it does in Go. No line of a file can be this. */
const gone = "\n";

/** The key of a KEY=VALUE line, empty for a comment or anything else. */
function keyOf(line: string): string {
  const key = line.slice(0, Math.max(line.indexOf("="), 0));
  return key.includes("#") ? "" : key;
}

function sortRuns(lines: readonly string[]): readonly string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  const endRun = (): void => {
    sorted.push(...run.toSorted((a, b) => compareBytewise(keyOf(a), keyOf(b))));
    run = [];
  };
  for (const line of lines) {
    if (keyOf(line) !== "") {
      run.push(line);
      continue;
    }
    endRun();
    sorted.push(line);
  }
  endRun();
  return sorted;
}
