/**
 * Lists of words in one string, as GOFLAGS and CC hold them (cmd/internal/quoted: Split, Join): fields between spaces, and a field that
 * *begins* with a quotation mark ends with the same one. There is no escape, and a mark inside a field is a character.
 */
import { ModuleError } from "../error.ts";
import { quote } from "../quote.ts";

/** Splits. @throws ModuleError `invalidSetting`: `unterminated " string`. */
export function splitQuoted(text: string): readonly string[] {
  const words: string[] = [];
  // Not \s: Go knows four kinds of space here.
  for (const [, inDouble, inSingle, open, plain] of text.matchAll(
    /"([^"]*)"|'([^']*)'|(["'])|([^ \t\n\r"'][^ \t\n\r]*)/g,
  )) {
    if (open !== undefined) throw new ModuleError("invalidSetting", `unterminated ${open} string`);
    words.push(inDouble ?? inSingle ?? plain ?? "");
  }
  return words;
}

/** The inverse of {@link splitQuoted}. @throws ModuleError `invalidSetting` for a word that holds both kinds of mark. */
export function joinQuoted(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}

function quoteWord(word: string): string {
  if (!/[ \t\n\r"']/.test(word)) return word;
  if (!word.includes("'")) return `'${word}'`;
  if (!word.includes('"')) return `"${word}"`;
  throw new ModuleError(
    "invalidSetting",
    `argument ${quote(word)} contains both single and double quotes and cannot be quoted`,
  );
}

/**
 * Splits GOFLAGS into flags, each `-name`, `--name` or `-name=value` (cmd/go/internal/base/goflags.go). Whether the go
 * command knows a flag of that name is not checked.
 *
 * @throws ModuleError `invalidSetting`: `parsing $GOFLAGS: non-flag "x"`.
 */
export function parseGoflags(goflags: string): readonly string[] {
  let flags: readonly string[];
  try {
    flags = splitQuoted(goflags);
  } catch (cause) {
    if (!(cause instanceof ModuleError)) throw cause;
    throw new ModuleError("invalidSetting", `parsing $GOFLAGS: ${cause.message}`, { cause });
  }
  const stranger = flags.find((flag) => !/^--?[^-=]/.test(flag));
  if (stranger !== undefined) throw new ModuleError("invalidSetting", `parsing $GOFLAGS: non-flag ${quote(stranger)}`);
  return flags;
}
