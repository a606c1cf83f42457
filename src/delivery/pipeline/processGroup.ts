// A program and all it starts, as one thing: it has a process group of its own, ends as a whole, and does not outlive
// Fairlead, not even one that was killed.

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Processes carry it in their environment, so that even those that left the group are found (as Jenkins does it). */
const markName = "_FAIRLEAD_JOB";

export interface GroupOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Tells this group's processes from all others: `run/job/attempt`. */
  readonly mark: string;
  /** Gets what the program prints, standard output and error in one stream. */
  readonly onOutput: (chunk: Buffer) => void;
}

export interface GroupEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It could not be started at all. */
  readonly error: Error | undefined;
}

/**
 * Runs beside the program in its group: when the pipe on descriptor 3 ends, because whoever held it was killed, it takes
 * the group along. The program itself gets no descriptor 3.
 */
const guard = '( read -r _ <&3; kill -KILL 0 ) >/dev/null 2>&1 & exec "$@" 3<&-';

export class ProcessGroup {
  readonly ended: Promise<GroupEnd>;
  readonly #child: ChildProcess;
  readonly #mark: string;

  constructor({ command, args, cwd, env, mark, onOutput }: GroupOptions) {
    this.#mark = mark;
    this.#child = spawn("/bin/sh", ["-c", guard, "sh", command, ...args], {
      cwd,
      env: { ...env, [markName]: mark },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
    });
    this.#child.stdout?.on("data", onOutput);
    this.#child.stderr?.on("data", onOutput);
    // The guard's end breaks the pipe.
    for (const stream of this.#child.stdio) stream?.on("error", () => undefined);
    const { promise, resolve } = Promise.withResolvers<GroupEnd>();
    this.#child.once("error", (error) => resolve({ code: null, signal: null, error }));
    this.#child.once("exit", (code, signal) => resolve({ code, signal, error: undefined }));
    this.ended = promise;
  }

  /**
   * Ends whatever is left of the group: TERM, and KILL after `grace` milliseconds. Resolves when nothing of it runs; a
   * program that has ended by itself may have left others behind.
   */
  async stop(grace: number): Promise<void> {
    if (this.#child.pid !== undefined) await endProcesses(this.#child.pid, this.#mark, grace);
    // Those who left may hold the pipes open; what they would still say is nobody's business.
    for (const stream of this.#child.stdio) stream?.destroy();
  }
}

/** Ends all processes with the mark, and none but those. For what a crash left behind. */
export async function endMarked(mark: string, grace: number): Promise<number> {
  const found = marked(mark).length;
  if (found > 0) await endProcesses(undefined, mark, grace);
  return found;
}

async function endProcesses(group: number | undefined, mark: string, grace: number): Promise<void> {
  const left = (): number[] => [...new Set([...(group === undefined ? [] : inGroup(group)), ...marked(mark)])];
  const deadline = performance.now() + grace;
  signalAll(left(), group, "SIGTERM");
  let wait = 2;
  while (left().length > 0 && performance.now() < deadline) {
    await sleep(wait);
    wait = Math.min(100, wait * 2);
  }
  // A process that is told to end may have started another meanwhile: until none is left, with a bound.
  for (let round = 0; left().length > 0 && round < 100; round++) {
    signalAll(left(), group, "SIGKILL");
    await sleep(20);
  }
}

function signalAll(pids: readonly number[], group: number | undefined, signal: NodeJS.Signals): void {
  if (group !== undefined) send(-group, signal);
  for (const pid of pids) send(pid, signal);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

function marked(mark: string): number[] {
  const wanted = `${markName}=${mark}`;
  return running().filter((pid) => {
    const environment = readText(`/proc/${pid}/environ`).split("\0");
    return environment.some((entry) => entry === wanted || entry.startsWith(`${wanted}/`));
  });
}

function inGroup(group: number): number[] {
  // Where there is no /proc (macOS), the group's existence has to do.
  const pids = running();
  if (pids.length > 0) return pids.filter((pid) => Number(stat(pid)[2]) === group);
  try {
    process.kill(-group, 0);
    return [group];
  } catch {
    return [];
  }
}

/** Process ids but for our own and those that have ended and only wait to be waited for. */
function running(): number[] {
  return names("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && !["Z", "X", "", undefined].includes(stat(pid)[0]));
}

/** proc(5), /proc/[pid]/stat after the name, which may hold blanks: state, ppid, pgrp, … */
function stat(pid: number): string[] {
  const text = readText(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Processes end while they are being looked at, and others' can't be read: both read as nothing. */
function readText(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
