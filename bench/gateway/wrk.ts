import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import { pinned } from "./cores.ts";

const run = promisify(execFile);
const script = fileURLToPath(new URL("wrk.lua", import.meta.url));

export interface LoadSettings {
  readonly origin: string;
  /** A file with one path a line; wrk walks over them. */
  readonly paths: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  readonly core: number;
}

export interface Load {
  readonly requests: number;
  /** As read from the sockets: headers, and answers that were still under way at the end, are in it. */
  readonly bytes: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const output = z.strictObject({
  requests: z.number(),
  bytes: z.number(),
  microseconds: z.number().positive(),
  failures: z.number(),
  p50: z.number(),
  p99: z.number(),
});

/** One wrk run, one thread. A single failed request makes the whole run worthless, so it throws. */
export async function wrk(settings: LoadSettings): Promise<Load> {
  const headers = Object.entries(settings.headers).map(([name, value]) => `--header=${name}: ${value}`);
  const [command, args] = pinned(settings.core, [
    "wrk",
    "-t1",
    `-c${settings.connections}`,
    `-d${settings.seconds}s`,
    "--timeout=30s",
    ...headers,
    `--script=${script}`,
    settings.origin,
    "--",
    settings.paths,
  ]);
  const { stdout } = await run(command, args);
  const sums = output.parse(JSON.parse(stdout.slice(stdout.lastIndexOf("{"))));
  if (sums.failures > 0) throw new Error(`${sums.failures} of ${sums.requests} requests failed:\n${stdout}`);
  return {
    requests: sums.requests,
    bytes: sums.bytes,
    seconds: sums.microseconds / 1e6,
    p50: sums.p50 / 1000,
    p99: sums.p99 / 1000,
  };
}
