// The module that a message of the network is about.

import { requirementOf } from "./goMod.ts";
import type { Case, Found } from "./symptom.ts";

/** A proxy escapes upper case in paths as `!c` (https://go.dev/ref/mod#goproxy-protocol). */
export function moduleIn({ field, line }: Case): string {
  const before = /(?:^|\s)(?<module>[^\s:@]+)@v[^\s:]+:/.exec(line)?.groups?.["module"];
  return (field("module") || before || "").replaceAll(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A go.mod here requires it. */
export async function requiredHere(seen: Case): Promise<Found | undefined> {
  const module = moduleIn(seen);
  const requirement = requirementOf(await seen.project.goMods(), module);
  return requirement === undefined ? undefined : { evidence: [requirement.at], fields: { module } };
}

export const route = ({ field }: Case): string => `fairlead route ${field("module") || "MODULE"} --probe`;
