import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Does the work while nobody else on this machine does work under the same file. The kernel gives the lock back when this
 * process ends, however it ends (flock(2)).
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn("/usr/bin/flock", [file, "sh", "-c", "echo locked; exec cat >/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(holder, "exit");
  await Promise.race([once(holder.stdout, "data"), exit]);
  if (holder.exitCode !== null) throw new Error(`flock ${file} ended with status ${holder.exitCode}`);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await exit;
  }
}
