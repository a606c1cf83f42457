export type RegistryErrorCode =
  | "invalid-reference"
  /** No login, or one that the registry does not take. */
  | "unauthorized"
  | "forbidden"
  /** No such repository, tag or digest; some registries say so too when the login may not see it. */
  | "not-found"
  /** It does not answer, or not in time, or its certificate is not trusted. */
  | "unreachable"
  | "rate-limited"
  | "bad-answer"
  | "too-large"
  /** The bytes are not those that the digest promises. */
  | "digest-mismatch"
  /** docker's config.json or a credential helper can't be used. */
  | "credentials";

/** `message` says what was asked, of whom, what came back, and what to do next. It holds no secret. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly code: RegistryErrorCode;

  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
