// Runs the client's build and reads its progress while it comes.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Engine } from "../../image/engine.ts";
import type { BuildLog } from "../log/buildLog.ts";
import { redactSecrets } from "../../config/redact.ts";
import { BuildLogReader } from "../log/reader.ts";
import { maskedLog } from "./maskedLog.ts";

export interface BuildRun {
  readonly log: BuildLog;
  /** Of the client; a signal that ended it counts as 1. */
  readonly status: number;
  /** What the client wrote that is no progress, for a failure that the log does not explain. */
  readonly said: string;
}

export interface BuildRunOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Values that must not be seen in what the build writes. */
  readonly secrets: readonly string[];
  /** Cancels the build. */
  readonly signal: AbortSignal;
  /** Called whenever something has come, with a way to read it. */
  readonly onProgress: (read: () => BuildLog) => void;
}

/** A client that was asked to cancel gets so long. Milliseconds. */
const cancelWithin = 10_000;
const saidLimit = 8000;

/** A failed build is an answer like another. Throws the system's error when the client can't be started. */
export async function runBuild(engine: Engine, args: readonly string[], options: BuildRunOptions): Promise<BuildRun> {
  const { env, secrets, signal, onProgress } = options;
  const reader = new BuildLogReader();
  let said = "";
  const child = engine.start(args, { env });
  const take = (chunk: Buffer): void => {
    reader.push(chunk, Date.now());
    said = (said + chunk.toString("utf8")).slice(-saidLimit);
    onProgress(() => {
      reader.tick(Date.now());
      return maskedLog(reader.read(), secrets);
    });
  };
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  let kill: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    signalGroup(child, "SIGINT");
    kill = setTimeout(() => signalGroup(child, "SIGKILL"), cancelWithin);
  };
  // Nothing of ours may be left behind when this process ends in the middle.
  const end = (): void => signalGroup(child, "SIGKILL");
  process.once("exit", end);
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    const [status] = await once(child, "close");
    return {
      log: maskedLog(reader.end(), secrets),
      status: typeof status === "number" ? status : 1,
      said: redactSecrets(said.trim(), secrets),
    };
  } finally {
    clearTimeout(kill);
    process.removeListener("exit", end);
    signal.removeEventListener("abort", cancel);
  }
}

/** The client's whole group: buildx is a program of its own, which docker's client leaves to itself. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // All of it has ended in this moment.
  }
}
