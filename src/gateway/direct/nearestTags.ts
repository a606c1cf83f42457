import type { Tag } from "./refs.ts";

const shown = 3;

/** The tags that somebody may have meant: closest in spelling, by single letters changed, added or left out. */
export function nearestTags(wanted: string, tags: readonly Tag[]): readonly string[] {
  const asked = wanted.slice(0, 100);
  return tags
    .slice(-5000)
    .filter(({ name }) => name.length <= 100)
    .map(({ name }) => ({ name, far: distance(asked, name) }))
    .sort((a, b) => a.far - b.far)
    .filter(({ far }) => far <= Math.max(3, asked.length / 2))
    .slice(0, shown)
    .map(({ name }) => name);
}

/** Levenshtein's, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
