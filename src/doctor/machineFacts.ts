// What rules ask about the machine. Where there is none, as for a revision in git, they are silent.

import { ModuleError } from "../gomod/error.ts";
import { parseModulePath } from "../gomod/path.ts";
import type { GoSettings } from "../repo/goSettings.ts";
import { moduleRoute } from "../repo/moduleRoute.ts";
import { type RouteWarning, type RouteWarningCode, routeWarnings } from "../repo/routeWarnings.ts";
import type { Facts } from "./facts.ts";
import { environmentFile, type Problem } from "./finding.ts";

/** A problem of the machine has no place in a file of the repository. */
export const here: Pick<Problem, "file" | "start" | "end"> = { file: environmentFile, start: 0, end: 0 };

/** The required modules whose way to here is looked at. */
const mostPaths = 50;

/** What is said of the way that the go command here takes to the project's modules, each text once. */
export function warningsOf({ machine, go }: Facts, ...codes: readonly RouteWarningCode[]): readonly RouteWarning[] {
  if (machine === undefined || go === undefined) return [];
  const required = go.modules.flatMap(({ requires }) => requires.map(({ path }) => path));
  const found = new Map<string, RouteWarning>();
  // The module's own path stands for what is not required yet.
  for (const path of new Set([...required.slice(0, mostPaths), ...go.modules.map((module) => module.path)])) {
    for (const warning of warningsFor(path, machine.go.variable))
      if (codes.includes(warning.code)) found.set(warning.message, warning);
  }
  return [...found.values()];
}

function warningsFor(path: string, settings: GoSettings): readonly RouteWarning[] {
  try {
    return routeWarnings(moduleRoute(parseModulePath(path), undefined, settings), settings);
  } catch (error) {
    // `app` is a good module path and one that nobody can download.
    if (error instanceof ModuleError) return [];
    throw error;
  }
}
