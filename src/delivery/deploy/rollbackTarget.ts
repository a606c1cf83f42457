import { DeliveryError } from "../deliveryError.ts";
import type { Fleet } from "../hosts/fleet.ts";
import { readSettings } from "../hosts/hostFiles.ts";
import type { HostState } from "../hosts/hostState.ts";
import { type ReleaseEntry, wayBack } from "../release/record.ts";
import type { TargetRelease } from "./targetRelease.ts";

/**
 * The release to go back to, with the settings it had. The hosts' records are asked in the order of the hosts; one that
 * joined later gets image and settings from those that know it.
 *
 * @throws DeliveryError `usage` where there is no way back, or no such release
 */
export async function rollbackTarget(
  fleet: Fleet,
  states: readonly HostState[],
  asked: string | undefined,
): Promise<TargetRelease> {
  const entry = asked === undefined ? lastGood(states) : named(states, asked);
  const { spec } = entry;
  for (const { host, place } of fleet.hosts) {
    const settingsText = await readSettings(host, place, spec.release);
    if (settingsText === undefined) continue;
    const settings = settingsText
      .split("\n")
      .flatMap((line) => (line.includes("=") ? [line.slice(0, line.indexOf("="))] : []));
    return { spec, settings, settingsText };
  }
  throw new DeliveryError(
    "usage",
    `release ${spec.release} can't come back: its settings are on no host any more (keep says how many releases stay). ` +
      `Deploy its image anew: --image ${spec.image}@${spec.digest}`,
  );
}

function lastGood(states: readonly HostState[]): ReleaseEntry {
  // The first host that knows a way back decides; a new host has none of its own.
  for (const { record } of states) {
    const release = wayBack(record);
    const entry = record.releases.find(({ spec }) => spec.release === release);
    if (entry !== undefined) return entry;
  }
  throw new DeliveryError(
    "usage",
    "there is nothing to go back to: no earlier release was found good (fairlead releases)",
  );
}

function named(states: readonly HostState[], asked: string): ReleaseEntry {
  const all = new Map(states.flatMap(({ record }) => record.releases.map((entry) => [entry.spec.release, entry])));
  const exact = all.get(asked);
  if (exact !== undefined) return exact;
  const found = [...all].filter(([release]) => release.startsWith(asked));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only[1];
  const known = [...all.keys()].slice(0, 10).join(", ");
  throw new DeliveryError(
    "usage",
    found.length === 0
      ? `there is no release ${JSON.stringify(asked)}; there are: ${known || "none"}`
      : `${JSON.stringify(asked)} could be ${found.map(([release]) => release).join(", ")}`,
  );
}
