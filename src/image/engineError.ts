/** What kept a container engine from being used. */
type EngineErrorCode = "no-client" | "no-engine" | "no-permission" | "no-buildkit" | "failed";

/** The message says what was looked for, what came back, and what to do next. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
