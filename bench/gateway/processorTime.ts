import { readFileSync } from "node:fs";

/** Processor seconds these processes used so far, user and system; children that ended and were waited for are in it. */
export function processorTime(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) for (const field of times(pid)) ticks += Number(field);
  return ticks / ticksPerSecond;
}

/** USER_HZ, which Linux shows in /proc whatever the kernel's own rate is. */
export const ticksPerSecond = 100;

/** proc(5), /proc/[pid]/stat: utime stime cutime cstime, at 11 counted from after the name, which may hold blanks. */
function times(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 15);
  } catch {
    // The process ended while it was being looked at.
    return [];
  }
}
