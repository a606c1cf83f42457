/** How edits drop directives: out of the list at once, the line marked until the syntax is cleaned up. */
import { markRemoved } from "./editSyntax.ts";
import type { Line } from "./syntax.ts";

/** The directives that stay, the others' lines marked. */
export function dropWhere<T extends { syntax: Line }>(directives: readonly T[], drops: (directive: T) => boolean): T[] {
  return directives.filter((directive) => {
    const drop = drops(directive);
    if (drop) markRemoved(directive.syntax);
    return !drop;
  });
}

/** Drops all but the first of those that match. */
export function keepFirst<T extends { syntax: Line }>(
  directives: readonly T[],
  matches: (directive: T) => boolean,
): { kept: T[]; found: T | undefined } {
  let found: T | undefined;
  const kept = dropWhere(directives, (directive) => {
    if (!matches(directive)) return false;
    if (found !== undefined) return true;
    found = directive;
    return false;
  });
  return { kept, found };
}
