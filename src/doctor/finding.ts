/** `error`: it will fail or be wrong; `warning`: slow, fragile or not reproducible; `advice`. */
export type Severity = "error" | "warning" | "advice";

/** What a rule found, at a place of a file. Offsets count UTF-16 units in the file's text. */
export interface Problem {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  /** One sentence that names what is there. */
  readonly message: string;
  /** What elsewhere makes it a problem. */
  readonly evidence?: readonly Evidence[];
  readonly fix?: Fix;
  /** Where it is surer or less sure than the rule is in general. */
  readonly severity?: Severity;
}

export interface Evidence {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface Fix {
  /** It changes nothing of what the build means, or only what is broken: `--fix` applies it. */
  readonly safe: boolean;
  readonly title: string;
  readonly edits: readonly Edit[];
}

export interface Edit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A problem as it is reported: DESIGN's "a finding". Lines and columns count from 1. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
  readonly why: string;
  readonly evidence: readonly Evidence[];
  readonly fix: Fix | undefined;
  /** The rule's page, from the repository's root. */
  readonly docs: string;
}

/** Stands for the machine where a problem needs a place. */
export const environmentFile = "the environment";

/** Stands for an image. */
export function imageFile(name: string): string {
  return `image ${name}`;
}

/** What is not of the repository's files: it has no line, and nobody can write a comment there. */
export function isElsewhere(file: string): boolean {
  return file === environmentFile || file.startsWith("image ");
}
