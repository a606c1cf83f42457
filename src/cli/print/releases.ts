import { styleText } from "node:util";
import type { HostRecord, ReleaseEntry } from "../../delivery/release/record.ts";

export interface HostReleases {
  readonly name: string;
  readonly record: HostRecord | undefined;
}

/** One row a release, newest first: where it serves, what was found of it, who brought it. */
export function formatReleases(service: string, environment: string, hosts: readonly HostReleases[]): string {
  const entries = new Map<string, ReleaseEntry>();
  for (const { record } of hosts) {
    // A verdict is the worst of all hosts'.
    for (const entry of record?.releases ?? []) {
      const known = entries.get(entry.spec.release);
      if (known === undefined || isWorse(entry, known)) entries.set(entry.spec.release, entry);
    }
  }
  const title = styleText("bold", `${service} in ${environment}`);
  if (entries.size === 0) return `${title}\n  no releases yet\n`;
  const sorted = [...entries.values()].sort((a, b) => (a.spec.release < b.spec.release ? 1 : -1));
  const rows = sorted.map(({ spec, verdict, reason }) => {
    const serving = hosts.filter(({ record }) => record?.serving === spec.release).map(({ name }) => name);
    const where =
      serving.length === 0 ? "" : serving.length === hosts.length ? "serves" : `serves on ${serving.join(", ")}`;
    const what = spec.tag ?? spec.digest.slice(0, 19);
    return [serving.length > 0 ? "*" : " ", spec.release, verdict, where, what, spec.by, firstLine(reason)];
  });
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.min(48, Math.max(...rows.map((row) => row[column]?.length ?? 0))),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return `${[title, ...lines].join("\n")}\n`;
}

const order = ["failed", "error", "aborted", "inconclusive", "pending", "unverified", "successful"];

function isWorse(a: ReleaseEntry, b: ReleaseEntry): boolean {
  return order.indexOf(a.verdict) < order.indexOf(b.verdict);
}

function firstLine(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
