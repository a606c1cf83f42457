// What causes ask of the project's go.mod files.

import { found } from "./evidence.ts";
import { type GoMod, requirementOf } from "./goMod.ts";
import type { Case, Evidence, Found } from "./symptom.ts";

/** The requirement of the module that the text names, whether by its own path or by a package's. */
export async function requirement({ field, project }: Case): Promise<GoMod["requires"][number] | undefined> {
  return requirementOf(await project.goMods(), field("module") || field("package"));
}

/** The same as evidence. */
export async function required({ field, project }: Case): Promise<Found | undefined> {
  return found(requirementOf(await project.goMods(), field("module"))?.at);
}

export async function rootMod({ project }: Case): Promise<GoMod | undefined> {
  return (await project.goMods())[0];
}

/** The line of go.mod (or go.work) that the message names by file and line. */
export async function named({ place, project }: Case, says: string): Promise<Evidence | undefined> {
  if (place === undefined) return undefined;
  const text = (await project.lines(place.file))[place.line - 1];
  return text === undefined ? undefined : { ...place, text: text.trim(), says };
}

/** The official image, whatever registry it comes from. */
export const golang: RegExp = /(?:^|\/)golang(?::|@|$)/;

export const tidy = "go mod tidy\ngit diff --exit-code go.mod go.sum";
