export type SplitErrorCode =
  /** A package that was asked for is not there, or stands in another module than the others. */
  | "badPackages"
  /** What was asked for can't be a module of its own. */
  | "impossible"
  /** A module path or a version is none. */
  | "badName"
  /** A folder or git refused. */
  | "unwritable";

/** Why a module can't be split as it was asked for. The message says what stands in the way, where, and what to do. */
export class SplitError extends Error {
  override readonly name = "SplitError";
  readonly code: SplitErrorCode;

  constructor(code: SplitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
