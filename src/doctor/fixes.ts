// Edits of several findings on one text: none overlaps another, and the second run finds nothing to do.

import type { Edit, Finding } from "./finding.ts";

export interface FixedFile {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** What was done, in the order of the file. */
  readonly titles: readonly string[];
}

export interface Fixed {
  readonly files: readonly FixedFile[];
  /** Fixes that touch what another one changes: the next run makes them. */
  readonly postponed: readonly Finding[];
}

/** The texts with the findings' fixes made: safe ones, or all. A fix is made as a whole or not at all. */
export function applyFixes(
  findings: readonly Finding[],
  text: (file: string) => string | undefined,
  unsafe: boolean,
): Fixed {
  const taken: { readonly edit: Edit; readonly title: string }[] = [];
  const postponed: Finding[] = [];
  for (const finding of findings) {
    const { fix } = finding;
    if (fix === undefined || !(fix.safe || unsafe)) continue;
    const others = fix.edits.filter((edit) => !taken.some((each) => isSame(each.edit, edit)));
    if (others.some((edit) => taken.some((each) => overlaps(each.edit, edit)))) {
      postponed.push(finding);
      continue;
    }
    taken.push(...others.map((edit) => ({ edit, title: fix.title })));
  }
  const files = [...new Set(taken.map(({ edit }) => edit.file))].toSorted().map((file): FixedFile => {
    const own = taken.filter(({ edit }) => edit.file === file).toSorted((a, b) => a.edit.start - b.edit.start);
    const before = text(file) ?? "";
    let after = "";
    let at = 0;
    for (const { edit } of own) {
      after += before.slice(at, edit.start) + lineEnds(edit.text, before);
      at = edit.end;
    }
    return { file, before, after: after + before.slice(at), titles: [...new Set(own.map(({ title }) => title))] };
  });
  return { files, postponed };
}

function isSame(a: Edit, b: Edit): boolean {
  return a.file === b.file && a.start === b.start && a.end === b.end && a.text === b.text;
}

/** Two insertions at one place would depend on their order. */
function overlaps(a: Edit, b: Edit): boolean {
  if (a.file !== b.file) return false;
  if (a.start === b.start) return true;
  return a.start < b.end && b.start < a.end;
}

function lineEnds(text: string, file: string): string {
  return file.includes("\r\n") ? text.replaceAll(/\r?\n/g, "\r\n") : text;
}
