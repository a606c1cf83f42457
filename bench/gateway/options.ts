import { parseArgs } from "node:util";

export type Part = "small" | "zip" | "warm" | "cold";
export const parts: readonly Part[] = ["small", "zip", "warm", "cold"];

export interface Options {
  readonly only: ReadonlySet<Part>;
  readonly rounds: number;
  /** Of each wrk run. */
  readonly seconds: number;
  /** Of the recorded upstream, in milliseconds. */
  readonly latency: number;
  readonly project: string | undefined;
  /** Peers whose names contain one of these; empty is all. */
  readonly peers: readonly string[];
  readonly output: string | undefined;
}

export const usage: string = `Usage: node bench/gateway/run.ts [options]

Puts Fairlead beside nginx, goproxy and Athens, each alone on the same core, and writes bench/results/gateway.md.

  --only LIST      parts to run, of ${parts.join(",")} (all)
  --rounds N       rounds, over which medians are taken (5)
  --seconds N      length of each wrk run (2)
  --latency MS     of the recorded upstream in the cold part (20)
  --peers LIST     only peers whose name contains one of these (all)
  --project DIR    a folder with go.mod and go.sum (the largest of test/fixtures/projects)
  --output FILE    where the report goes; "-" prints it (bench/results/gateway.md, or "-" when the run is not a whole one)`;

/** Throws a TypeError with a message for the user. */
export function parseOptions(argv: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: "string", default: parts.join(",") },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "2" },
      latency: { type: "string", default: "20" },
      peers: { type: "string", default: "" },
      project: { type: "string" },
      output: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const only = new Set(values.only.split(",").map(part));
  const peers = values.peers.split(",").filter(Boolean);
  const whole = only.size === parts.length && peers.length === 0;
  return {
    only,
    rounds: count("--rounds", values.rounds),
    seconds: count("--seconds", values.seconds),
    latency: count("--latency", values.latency),
    project: values.project,
    peers,
    // A quick look must not overwrite the record of a whole run.
    output: values.output ?? (whole ? undefined : "-"),
  };
}

function part(text: string): Part {
  const found = parts.find((each) => each === text);
  if (found === undefined) throw new TypeError(`--only: there is no part "${text}"; there are ${parts.join(", ")}`);
  return found;
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new TypeError(`${name}: "${text}" is not a number of one or more`);
  return value;
}
