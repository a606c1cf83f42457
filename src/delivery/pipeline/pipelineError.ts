/**
 * `invalid`: the definition has mistakes; `unknown-job`: a job was named that isn't there; `busy`: another run is at work
 * in the same tree; `engine`: jobs need containers and the engine can't be used; `state`: the run's folder can't be read
 * or written; `not-compilable`: the definition says something that the CI can't.
 */
export type PipelineErrorCode = "invalid" | "unknown-job" | "busy" | "engine" | "state" | "not-compilable";

/** The pipeline's error: `message` says what was wrong and what to do, all mistakes at once. */
export class PipelineError extends Error {
  override readonly name = "PipelineError";
  readonly code: PipelineErrorCode;

  constructor(code: PipelineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
