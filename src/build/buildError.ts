/**
 * - no-tag: no rule gives a tag here
 * - tag-exists: a tag points at another image already
 * - secret: a secret that is named is not there
 * - dockerfile: it can't be read
 * - login, push: the registry refused, or could not be reached
 * - engine: the engine refused something that should work
 */
type BuildErrorCode = "no-tag" | "bad-tag" | "tag-exists" | "secret" | "dockerfile" | "login" | "push" | "engine";

/** Why an image was not built, tagged or pushed. The message says what was tried, what came back, and what to do next. */
export class BuildError extends Error {
  override readonly name = "BuildError";
  readonly code: BuildErrorCode;

  constructor(code: BuildErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
