import { availableParallelism } from "node:os";

/** Which core each role is pinned to. Server and client never share one; the recorded upstream has its own if there are three. */
export interface Cores {
  readonly server: number;
  readonly client: number;
  readonly upstream: number;
}

/** With two cores the upstream sits beside the client, for the limit (no server) and for every server alike. */
export function planCores(): Cores {
  const count = availableParallelism();
  if (count < 2) throw new Error("the comparison needs two cores: one for the server, one for the client");
  return { server: 0, client: 1, upstream: count > 2 ? 2 : 1 };
}

/** The command line that runs `argv` on one core. taskset execs, so the process id stays the one that was spawned. */
export function pinned(core: number, argv: readonly string[]): [command: string, args: string[]] {
  return ["taskset", ["-c", String(core), ...argv]];
}
