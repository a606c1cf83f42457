import { readdirSync, readFileSync, readlinkSync } from "node:fs";

// From proc(5): /proc/net/tcp lists every connection with its inode, /proc/[pid]/fd says whose it is.

/** Those of the processes that have an open connection to a port of 127.0.0.1. */
export function connectedTo(port: number, pids: readonly number[]): number[] {
  const inodes = established((_local, remote) => remote === loopback(port));
  return pids.filter((pid) => socketsOf(pid).some((inode) => inodes.has(inode)));
}

/** How many connections that clients have made to a port of 127.0.0.1 the processes hold. */
export function connectionsFrom(port: number, pids: readonly number[]): number {
  const inodes = established((local) => local === loopback(port));
  return pids.flatMap(socketsOf).filter((inode) => inodes.has(inode)).length;
}

/** The kernel's way to write it: the address little-endian, the port not. */
function loopback(port: number): string {
  return `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}

function established(matches: (local: string, remote: string) => boolean): Set<string> {
  const inodes = new Set<string>();
  for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1)) {
    const [, local = "", remote = "", state, , , , , , inode = ""] = line.trim().split(/\s+/);
    // 01 is ESTABLISHED.
    if (state === "01" && matches(local, remote)) inodes.add(inode);
  }
  return inodes;
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(pid, fd))?.[1] ?? []);
  } catch {
    // The process has ended.
    return [];
  }
}

function linkOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return "";
  }
}
