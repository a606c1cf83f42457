/** The difference of two texts, as `diff -u` shows it: Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986). */

/** A line that stays (` `), goes (`-`) or comes (`+`). */
interface Edit {
  readonly kind: " " | "-" | "+";
  readonly line: string;
}

/** Files of thousands of lines that have nothing in common are shown as a whole. */
const maxChanges = 1000;
const context = 3;

/**
 * A unified diff; empty if the texts are equal.
 *
 * @param before undefined: there is no such file yet.
 */
export function unifiedDiff(path: string, before: string | undefined, after: string): string {
  if (before === after) return "";
  const edits = diff(toLines(before ?? ""), toLines(after));
  const from = before === undefined ? "/dev/null" : `a/${path}`;
  return [`--- ${from}`, `+++ b/${path}`, ...hunks(edits)].join("\n") + "\n";
}

/** A last line without its line break is another line than one with it, and says so as diff does. */
function toLines(text: string): readonly string[] {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  return last === "" ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

function diff(a: readonly string[], b: readonly string[]): readonly Edit[] {
  // How far along `a` each diagonal has come, kept for every number of changes to find the way back.
  const trace: ReadonlyMap<number, number>[] = [];
  let reached = new Map([[1, 0]]);
  for (let changes = 0; changes <= Math.min(a.length + b.length, maxChanges); changes++) {
    const next = new Map(reached);
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      let x = comesFromAbove(reached, diagonal, changes) ? at(reached, diagonal + 1) : at(reached, diagonal - 1) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      next.set(diagonal, x);
      if (x >= a.length && x - diagonal >= b.length) return wayBack(a, b, trace, reached, changes);
    }
    trace.push(reached);
    reached = next;
  }
  return [...a.map((line): Edit => ({ kind: "-", line })), ...b.map((line): Edit => ({ kind: "+", line }))];
}

function comesFromAbove(reached: ReadonlyMap<number, number>, diagonal: number, changes: number): boolean {
  return diagonal === -changes || (diagonal !== changes && at(reached, diagonal - 1) < at(reached, diagonal + 1));
}

function at(reached: ReadonlyMap<number, number>, diagonal: number): number {
  return reached.get(diagonal) ?? -1;
}

function wayBack(
  a: readonly string[],
  b: readonly string[],
  trace: readonly ReadonlyMap<number, number>[],
  last: ReadonlyMap<number, number>,
  changes: number,
): readonly Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (let left = changes; left >= 0; left--) {
    const reached = left === changes ? last : (trace[left] ?? last);
    const diagonal = x - y;
    const above = comesFromAbove(reached, diagonal, left);
    const before = above ? diagonal + 1 : diagonal - 1;
    const startX = left === 0 ? 0 : at(reached, before) + (above ? 0 : 1);
    while (x > startX) edits.push({ kind: " ", line: a[--x] ?? "" });
    y = x - diagonal;
    if (left === 0) break;
    if (above) edits.push({ kind: "+", line: b[--y] ?? "" });
    else edits.push({ kind: "-", line: a[--x] ?? "" });
  }
  return edits.toReversed();
}

function hunks(edits: readonly Edit[]): readonly string[] {
  const near = edits.map((_, index) =>
    edits.slice(Math.max(0, index - context), index + context + 1).some(({ kind }) => kind !== " "),
  );
  const lines: string[] = [];
  let [from, to] = [1, 1];
  for (let index = 0; index < edits.length;) {
    if (near[index] !== true) {
      [from, to, index] = [from + 1, to + 1, index + 1];
      continue;
    }
    const end = near.indexOf(false, index) < 0 ? edits.length : near.indexOf(false, index);
    const hunk = edits.slice(index, end);
    const removed = hunk.filter(({ kind }) => kind !== "+").length;
    const added = hunk.filter(({ kind }) => kind !== "-").length;
    lines.push(`@@ -${range(from, removed)} +${range(to, added)} @@`, ...hunk.map(({ kind, line }) => kind + line));
    [from, to, index] = [from + removed, to + added, end];
  }
  return lines;
}

/** An empty range is said to be behind the line before it. */
function range(start: number, count: number): string {
  return count === 1 ? String(start) : `${count === 0 ? start - 1 : start},${count}`;
}
