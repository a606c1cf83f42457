import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export interface Ran {
  /** −1: it was not there, or took too long. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of OpenSSH's programs, in English and with nobody to ask. Never rejects. */
export async function ran(args: readonly string[], options: { readonly timeout?: number } = {}): Promise<Ran> {
  const [program = "", ...rest] = args;
  const env = { ...process.env, LC_ALL: "C", SSH_ASKPASS_REQUIRE: "never", DISPLAY: "" };
  const child = spawn(program, rest, { env, stdio: ["ignore", "pipe", "pipe"], timeout: options.timeout ?? 15_000 });
  const ended = Promise.withResolvers<number>();
  let missing = "";
  child.once("close", (status) => ended.resolve(status ?? -1));
  child.once("error", (error) => {
    missing = `${program} can't be started: ${error.message}`;
    ended.resolve(-1);
  });
  const read = (stream: NodeJS.ReadableStream): Promise<string> => text(stream).catch(() => "");
  const [status, stdout, stderr] = await Promise.all([ended.promise, read(child.stdout), read(child.stderr)]);
  return { status, stdout, stderr: missing === "" ? stderr : missing };
}
