export type DockerfileErrorCode =
  /** The repository builds no program, or not the one that was asked for. */
  | "noProgram"
  /** A path has characters that no Dockerfile instruction should carry. */
  | "unusualPath"
  /** A choice can't be used: a Go version, a port. */
  | "invalidChoice";

/** No Dockerfile can be made for this project. The message says why and what to do. */
export class DockerfileError extends Error {
  override readonly name = "DockerfileError";
  readonly code: DockerfileErrorCode;

  constructor(code: DockerfileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
