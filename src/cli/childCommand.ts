import { spawn } from "node:child_process";
import { constants } from "node:os";
import { errnoOf } from "../storage/storageError.ts";

/** Where a child's output goes; undefined: wherever ours goes. */
export interface ChildOutput {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** A shell's word for a command that is not there, and for one that can't be run. */
const notFound = 127;
const notRunnable = 126;

export class NoSuchCommand extends Error {
  override readonly name = "NoSuchCommand";
  readonly status: number;

  constructor(command: string, error: unknown) {
    const missing = errnoOf(error) === "ENOENT";
    super(missing ? `there is no command "${command}" in PATH` : `"${command}" can't be run: ${String(error)}`, {
      cause: error,
    });
    this.status = missing ? notFound : notRunnable;
  }
}

/**
 * Runs a command as a shell would: our input is its input, signals are passed on. Resolves to its exit status, which is
 * 128 and the signal's number where a signal ended it. Throws NoSuchCommand.
 */
export async function runChild(
  command: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  output: ChildOutput | undefined,
): Promise<number> {
  const [file, ...args] = command;
  const where = output === undefined ? "inherit" : "pipe";
  const child = spawn(file, args, { env, stdio: ["inherit", where, where] });
  if (output !== undefined) {
    child.stdout?.setEncoding("utf8").on("data", output.stdout);
    child.stderr?.setEncoding("utf8").on("data", output.stderr);
  }
  const pass = (signal: NodeJS.Signals): void => {
    // A terminal has sent its interrupt to the child already.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", (error) => reject(new NoSuchCommand(file, error)));
      child.once("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
    });
  } finally {
    for (const signal of signals) process.removeListener(signal, pass);
  }
}
