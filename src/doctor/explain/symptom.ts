// A symptom is data: the lines by which it is recognised, and the causes that it can have, the surest first. What decides
// between them is the project.

import type { FailedBuild } from "./errorText.ts";
import type { Project } from "./project.ts";

export interface Symptom {
  /** `go/missing-sum-entry`: family and name; page, fixtures and tests go by it. */
  readonly id: string;
  readonly title: string;
  /** Who prints it, and which versions where the text changed: `go; 1.21 and older print no "for go.mod file"`. */
  readonly tools: string;
  readonly match: readonly Pattern[];
  /** Never empty; the last has no `when`. */
  readonly causes: readonly Cause[];
  /** It is often only what follows from another one, which is then told instead. */
  readonly isConsequence?: boolean;
  /** Rules of the doctor that find it before it happens. */
  readonly rules?: readonly string[];
  /**
   * Where the text is known from. provoked: it is brought about with the real tool by a test (test/explain). Else the public
   * place that shows it.
   */
  readonly known: "provoked" | PublicReport;
}

export interface PublicReport {
  readonly source: string;
  /** As it stands there. */
  readonly text: string;
}

export interface Pattern {
  /** Stands in every line that matches. It is looked for first, so that most lines cost next to nothing. */
  readonly has: string;
  /** Its named groups are the case's fields. Must not backtrack without bound: the text may come from an attacker. */
  readonly line: RegExp;
  /** The next line must match too; its groups come on top. */
  readonly next?: RegExp;
}

/** What was found in the text, beside the project. */
export interface Case {
  /** A named group of the pattern, or a field of what `when` found; empty if there is none. */
  readonly field: (name: string) => string;
  readonly line: string;
  /** The lines behind it. */
  readonly after: readonly string[];
  /** The place that the line begins with, if the project has such a file. */
  readonly place: Place | undefined;
  readonly build: FailedBuild | undefined;
  readonly project: Project;
}

export interface Place {
  /** Relative to the project. */
  readonly file: string;
  readonly line: number;
}

/** Something in the project that speaks for a cause. */
export interface Evidence {
  readonly file: string;
  /** undefined: the file or folder itself. */
  readonly line: number | undefined;
  /** The line's own text, or empty. */
  readonly text: string;
  readonly says: string;
}

/** A change to a file. Lines, as they are and as they should be. */
export interface Change {
  readonly file: string;
  readonly line: number | undefined;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface Found {
  readonly evidence: readonly Evidence[];
  readonly fields?: Readonly<Record<string, string>>;
  readonly change?: Change;
}

type Words = string | ((found: Case) => string);

export interface Cause {
  readonly id: string;
  /** undefined: what is left if nothing speaks for another. */
  readonly when?: (found: Case) => Promise<Found | undefined>;
  readonly happened: Words;
  readonly fix: Words;
  /** Commands, one a line. */
  readonly commands?: Words;
  /** A command, one a line. */
  readonly check: Words;
}

export function wordsOf(words: Words | undefined, found: Case): string {
  return typeof words === "function" ? words(found) : (words ?? "");
}

export function defineSymptom(symptom: Symptom): Symptom {
  return symptom;
}
