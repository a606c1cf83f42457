import { execFile } from "node:child_process";

export interface CommandRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Buffer;
  /** Milliseconds; default two minutes. */
  readonly timeout?: number;
}

/** Runs a program to its end. A failure of the program is a result like another; exit code −1: it never ran or was cut. */
export function tryCommand(args: readonly string[], options: CommandOptions = {}): Promise<CommandRun> {
  const { input = "", timeout = 120_000, ...rest } = options;
  const [program = "", ...others] = args;
  const { promise, resolve } = Promise.withResolvers<CommandRun>();
  const settings = { ...rest, timeout, maxBuffer: 64 << 20, killSignal: "SIGKILL" as const };
  const child = execFile(program, others, settings, (error, stdout, stderr) => {
    const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
    const note = exitCode === -1 ? `${stderr}${error?.message ?? ""}` : stderr;
    resolve({ exitCode, stdout, stderr: note });
  });
  // A program that ends without reading its input is no failure of ours.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  return promise;
}

/** Runs a program that must succeed; resolves to its standard output. */
export async function command(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const run = await tryCommand(args, options);
  if (run.exitCode !== 0)
    throw new Error(
      `${args.join(" ")} ended with status ${run.exitCode}:\n${`${run.stdout}${run.stderr}`.slice(-4000)}`,
    );
  return run.stdout;
}
