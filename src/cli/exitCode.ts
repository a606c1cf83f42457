/** What every command's exit status means. Scripts rely on it. */
export const exitCode = {
  /** Done, or clean. */
  ok: 0,
  /** Findings, or a failed check. */
  findings: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** The outside world failed: network, registry, daemon, disk. */
  outside: 3,
} as const;

/** A failure that a command reports by its text alone (no stack), with the exit status that fits it. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;

  constructor(message: string, code: number = exitCode.usage, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = code;
  }
}
