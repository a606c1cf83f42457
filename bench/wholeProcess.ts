import { spawn } from "node:child_process";
import { once } from "node:events";
import { descendants, peakMemory } from "../test/harness/processTree.ts";

export interface Measured {
  readonly seconds: number;
  /** Bytes of the process tree at its highest. */
  readonly peak: number;
}

/** Runs a program to its end, its output thrown away. Status 1 is an answer of linters and checks. */
export async function measureProcess(
  [program = "", ...args]: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Measured> {
  const start = performance.now();
  const child = spawn(program, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (part: Buffer) => (said = (said + part.toString("utf8")).slice(-1000)));
  let peak = 0;
  const watch = setInterval(() => {
    if (child.pid !== undefined) peak = Math.max(peak, peakMemory([child.pid, ...descendants(child.pid)]));
  }, 10);
  await once(child, "close");
  clearInterval(watch);
  if (child.exitCode !== 0 && child.exitCode !== 1) throw new Error(`${program} ended with ${child.exitCode}: ${said}`);
  return { seconds: (performance.now() - start) / 1000, peak };
}
