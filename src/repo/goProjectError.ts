export type GoProjectErrorCode =
  /** There is no go.mod and no go.work. */
  | "noModule"
  /** A go.mod or go.work can't be understood. */
  | "badModule"
  /** A file or folder can't be read. */
  | "unreadable";

/** A repository can't be read as a Go project. The message says what was looked at and what to do. */
export class GoProjectError extends Error {
  override readonly name = "GoProjectError";
  readonly code: GoProjectErrorCode;

  constructor(code: GoProjectErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
