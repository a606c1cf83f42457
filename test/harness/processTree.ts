import { readdirSync, readFileSync } from "node:fs";

/** The processes that descend from `root`, without itself. Found by parent ids: not every kernel lists children. */
export function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = parentOf(entry);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found.slice(1);
}

/** Peak resident memory (VmHWM) of the processes now alive, summed, in bytes. Shared pages count in each. */
export function peakMemory(pids: readonly number[]): number {
  let kibibytes = 0;
  for (const pid of pids) kibibytes += Number(/^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  return kibibytes * 1024;
}

/** True while the process runs; one that has ended and was not yet waited for is no longer running. */
export function isRunning(pid: number): boolean {
  const state = statFields(String(pid))[0];
  return state !== undefined && state !== "" && state !== "Z" && state !== "X";
}

/** The processes of a process group that still run. */
export function runningInGroup(group: number): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(statFields(entry)[2]) === group)
    .map(Number)
    .filter(isRunning);
}

function parentOf(pid: string): number | undefined {
  const parent = statFields(pid)[1];
  return parent === undefined ? undefined : Number(parent);
}

/** proc(5), /proc/[pid]/stat after the name, which may hold blanks: state, ppid, pgrp, … */
function statFields(pid: string): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Processes end while they are being looked at: what is gone reads as nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
