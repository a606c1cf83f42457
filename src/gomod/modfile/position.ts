/** A place in a file (x/mod's `Position`). All three are 0 in what an edit has added. */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in code points; a byte that is no UTF-8 counts as one. Go calls it LineRune. */
  readonly column: number;
  /** The offset in the file's bytes, from 0. */
  readonly byte: number;
}

/** The place of what stands in no file. */
export const noPosition: Position = { line: 0, column: 0, byte: 0 };
