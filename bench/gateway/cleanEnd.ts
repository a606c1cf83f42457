import { rmSync } from "node:fs";
import { constants } from "node:os";
import { descendants } from "../../test/harness/processTree.ts";

/** However this process ends (but by SIGKILL), nothing of it stays: no process it started, none of these folders. */
export function endCleanly(...folders: readonly string[]): void {
  process.once("exit", () => {
    for (const pid of descendants(process.pid)) kill(pid);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
