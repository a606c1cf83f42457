import { splitAt } from "./constants.ts";
import type { Token } from "../../gomod/source/tokens.ts";

/** `http.ListenAndServe(addr, nil)` */
export interface Call {
  /** What stands before the last dot, if that is a plain name: `http`. */
  readonly receiver: string | undefined;
  readonly name: string;
  readonly args: readonly (readonly Token[])[];
  readonly start: number;
  /** The token behind its closing bracket. */
  readonly end: number;
}

/** A call that goes on for longer is not looked at: each is read up to here once for itself, and they may nest. */
const maxCallTokens = 300;

/** The calls of functions with these names, in the order of the source. Comments must have been left out. */
export function callsOf(tokens: readonly Token[], isWanted: (name: string) => boolean): readonly Call[] {
  const calls: Call[] = [];
  for (const index of openingsOf(tokens).round) {
    const token = tokens[index];
    if (token === undefined || !isWanted(token.text)) continue;
    // A declaration is no call.
    if (tokens[index - 1]?.text === "func") continue;
    const inside = bracketed(tokens, index + 1, "(", ")");
    if (inside === undefined) continue;
    const qualifier = tokens[index - 1]?.text === "." ? tokens[index - 2] : undefined;
    calls.push({
      receiver: qualifier?.kind === "name" ? qualifier.text : undefined,
      name: token.text,
      args: inside.length === 0 ? [] : splitAt(inside, ","),
      start: token.start,
      end: index + inside.length + 3,
    });
  }
  return calls;
}

/** `http.Server{Addr: ":8080"}` */
export interface Composite {
  readonly fields: ReadonlyMap<string, readonly Token[]>;
  readonly start: number;
}

/** The composite literals of types with these names. */
export function compositesOf(tokens: readonly Token[], isWanted: (type: string) => boolean): readonly Composite[] {
  return openingsOf(tokens).curly.flatMap((index) => {
    const token = tokens[index];
    if (token === undefined || !isWanted(token.text)) return [];
    const parts = splitAt(bracketed(tokens, index + 1, "{", "}") ?? [], ",");
    const fields = parts.flatMap(([name, colon, ...value]) => {
      return name !== undefined && colon?.text === ":" ? [[name.text, value] as const] : [];
    });
    return [{ fields: new Map(fields), start: token.start }];
  });
}

interface Openings {
  readonly round: number[];
  readonly curly: number[];
}

/** Where a name stands before a bracket: a file is asked for many kinds of calls, and has few of any. */
const openings = new WeakMap<readonly Token[], Openings>();

function openingsOf(tokens: readonly Token[]): Openings {
  const known = openings.get(tokens);
  if (known !== undefined) return known;
  const found: Openings = { round: [], curly: [] };
  for (let index = 0; index + 1 < tokens.length; index++) {
    const next = tokens[index + 1]?.text;
    if ((next === "(" || next === "{") && tokens[index]?.kind === "name")
      (next === "(" ? found.round : found.curly).push(index);
  }
  openings.set(tokens, found);
  return found;
}

/** What stands between the bracket at `index` and its partner; undefined where that is too far away. */
function bracketed(tokens: readonly Token[], index: number, open: string, close: string): readonly Token[] | undefined {
  let depth = 0;
  for (let at = index; at < Math.min(tokens.length, index + maxCallTokens); at++) {
    const text = tokens[at]?.kind === "operator" ? tokens[at]?.text : undefined;
    if (text === open) depth++;
    if (text === close && --depth === 0) return tokens.slice(index + 1, at);
  }
  return undefined;
}
