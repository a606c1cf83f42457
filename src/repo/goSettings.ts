import { matchPrefixPatterns } from "../gomod/module.ts";
import type { GoVariable, GoVariableName } from "./goEnvironment.ts";

/** The go command's settings here; `GoEnvironment.variable`. */
export type GoSettings = (name: GoVariableName) => GoVariable;

/** The one pattern of a list that matched, and the variable it stands in: GOPRIVATE where GONOPROXY is derived from it. */
export interface Match {
  readonly variable: GoVariableName;
  readonly pattern: string;
}

/** The first pattern of the variable's list that matches the path, as Go matches them. */
export function matchOf({ name, value, origin }: GoVariable, path: string): Match | undefined {
  const pattern = value.split(",").find((glob) => matchPrefixPatterns(glob, path));
  if (pattern === undefined) return undefined;
  return { variable: origin.kind === "derived" ? origin.from : name, pattern };
}
