// What a build's end means for the exit status.

import { BuildError } from "../build/buildError.ts";
import type { BuildRun } from "../build/run/runBuild.ts";
import { ConfigError } from "../config/configError.ts";
import { EngineError } from "../image/engineError.ts";
import { GitError } from "../repo/gitCommand.ts";
import { CommandError, exitCode } from "./exitCode.ts";

interface Ending {
  readonly reason: string | undefined;
  readonly status: number;
}

/** As a shell has it for SIGINT, and `fairlead up` too. */
const interruptedStatus = 130;

export function buildFailure({ log, said }: BuildRun, interrupted: boolean): Ending {
  if (interrupted)
    return { reason: "interrupted: the build was cancelled, nothing was tagged", status: interruptedStatus };
  const { failure } = log;
  if (failure === undefined) {
    return {
      reason: `the client did not say why it failed: ${said.split("\n").slice(-3).join("\n")}`,
      status: exitCode.outside,
    };
  }
  return { reason: undefined, status: statusOf(log) };
}

function statusOf({ failure, steps }: BuildRun["log"]): number {
  const message = failure?.message ?? "";
  if (
    /dockerfile parse error|unknown instruction|failed to read dockerfile|target stage .* could not be found/i.test(
      message,
    )
  ) {
    return exitCode.usage;
  }
  if (
    /no space left on device|connection refused|i\/o timeout|no such host|TLS handshake|pull access denied|unauthorized/i.test(
      message,
    )
  ) {
    return exitCode.outside;
  }
  const step = steps.find(({ id }) => id === failure?.step);
  // A step of the Dockerfile failed; anything else is the builder's own, or a base image that can't be had.
  const isInstruction = step !== undefined && step.index !== undefined && step.kind !== "from";
  return isInstruction ? exitCode.findings : exitCode.outside;
}

/** What a command tells by its text; anything else is our own bug and stays as it is. */
export function expectedError(error: unknown): unknown {
  if (error instanceof ConfigError || error instanceof GitError) {
    return new CommandError(error.message, exitCode.usage, { cause: error });
  }
  if (error instanceof EngineError) return new CommandError(error.message, exitCode.outside, { cause: error });
  if (error instanceof BuildError)
    return new CommandError(error.message, buildErrorStatus[error.code], { cause: error });
  return error;
}

const buildErrorStatus: Readonly<Record<BuildError["code"], number>> = {
  "no-tag": exitCode.usage,
  "bad-tag": exitCode.usage,
  secret: exitCode.usage,
  dockerfile: exitCode.usage,
  "tag-exists": exitCode.findings,
  login: exitCode.outside,
  push: exitCode.outside,
  engine: exitCode.outside,
};
