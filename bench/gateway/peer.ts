/** One server of the comparison, as run.ts sees it. Nothing here knows which one it is. */
export interface Peer {
  readonly name: string;
  /** With its version, as the report shows it. */
  readonly version: string;
  /** What a reader must know to judge its numbers. */
  readonly notes: readonly string[];
  /** Whether it can fetch what it does not hold; a file server cannot, and has no cold rounds. */
  readonly fills: boolean;
  /** Whether it fetches a .mod without its zip. One that does not fetches every zip of a module graph, not of a build list. */
  readonly fetchesModAlone: boolean;
  /** Sent with every measured request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Answers 200 once the server is up, whatever it holds. */
  readonly readyPath: string;
  /** Lays the modules of a folder in Go's cache/download layout into an empty data folder of its own. */
  seed(modules: string, data: string): void;
  command(place: Place): Command;
}

/** Where and how one start of a server happens. */
export interface Place {
  readonly data: string;
  /** An empty folder for temporary files and the like. */
  readonly scratch: string;
  readonly port: number;
  /** The recorded upstream. */
  readonly upstream: string;
  /** Everything asked is in the data folder, so a peer that can be told to stay at home is told so. */
  readonly warm: boolean;
  /** For servers that write their access log to a file of its own. */
  readonly accessLog: string;
}

export interface Command {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A peer that cannot be had here: it stands in the report with the reason. */
export interface Absent {
  readonly name: string;
  readonly reason: string;
}

export function isPeer(found: Peer | Absent): found is Peer {
  return "command" in found;
}
