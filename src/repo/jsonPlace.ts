// Where a value stands in a JSON file. JSON.parse gives values without their places; a finding needs both.

export interface Span {
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
}

export interface JsonPlace {
  /** The key with its quotes. */
  readonly key: Span;
  readonly value: Span;
}

/**
 * The place of an object's entry, by its path of keys.
 *
 * @param text It must be JSON: somebody has parsed it before.
 */
export function jsonPlace(text: string, path: readonly string[]): JsonPlace | undefined {
  let found: JsonPlace | undefined;
  for (const name of path) {
    // Of keys that stand twice, the last one holds, as with JSON.parse.
    found = entriesOf(text, found?.value.start ?? 0).findLast(({ key }) => nameOf(text, key) === name);
    if (found === undefined) return undefined;
  }
  return found;
}

function nameOf(text: string, { start, end }: Span): unknown {
  return JSON.parse(text.slice(start, end));
}

/** The entries of the object that begins at or behind an offset; none where something else begins there. */
function entriesOf(text: string, from: number): readonly JsonPlace[] {
  const tokens = new Tokens(text, from);
  const entries: JsonPlace[] = [];
  if (tokens.next()?.text !== "{") return entries;
  for (let key = tokens.next(); key !== undefined && key.text !== "}"; key = tokens.next()) {
    if (key.text === ",") continue;
    if (tokens.next()?.text !== ":") break;
    const value = tokens.value();
    if (value === undefined) break;
    entries.push({ key, value });
  }
  return entries;
}

class Tokens {
  readonly #text: string;
  readonly #pattern = /[\s\uFEFF]*(["{}[\],:]|[^\s"{}[\],:]+)/y;

  constructor(text: string, from: number) {
    this.#text = text;
    this.#pattern.lastIndex = from;
  }

  /** Of a string, `text` is its first quote alone. */
  next(): (Span & { readonly text: string }) | undefined {
    const text = this.#pattern.exec(this.#text)?.[1];
    if (text === undefined) return undefined;
    const start = this.#pattern.lastIndex - text.length;
    if (text === '"') this.#pattern.lastIndex = this.#endOfString(start);
    const end = this.#pattern.lastIndex;
    return { text, start, end };
  }

  /** By hand: an expression would need room for each escape of a string that somebody made very long. */
  #endOfString(start: number): number {
    for (let at = start + 1; at < this.#text.length; at++) {
      if (this.#text[at] === '"') return at + 1;
      if (this.#text[at] === "\\") at++;
    }
    return this.#text.length;
  }

  /** A whole value; counting instead of recursing, so that no nesting is too deep. */
  value(): Span | undefined {
    const first = this.next();
    let last = first;
    let depth = 0;
    while (last !== undefined) {
      if (last.text === "{" || last.text === "[") depth++;
      if (last.text === "}" || last.text === "]") depth--;
      if (depth === 0) break;
      last = this.next();
    }
    return first === undefined || last === undefined ? undefined : { start: first.start, end: last.end };
  }
}
