// Where what npm's files say stands, for findings and their evidence.
import { jsonPlace, type Span } from "../repo/jsonPlace.ts";
import type { Dependency, PackageJson } from "../repo/npm/packageJson.ts";
import type { NpmProject } from "../repo/npm/npmProject.ts";
import type { LockedPackage, PackageLock } from "../repo/npm/packageLock.ts";
import type { Edit, Evidence, Problem } from "./finding.ts";
import { lineText, positionOf } from "./places.ts";

type Place = Pick<Problem, "file" | "start" | "end">;

/** A file of JSON that was read. */
type JsonFile = Pick<PackageJson, "file" | "text">;

/** The entry at a path of keys; the file's beginning where there is none. */
export function entryIn({ file, text }: JsonFile, path: readonly string[]): Place {
  const place = jsonPlace(text, path);
  return { file, start: place?.key.start ?? 0, end: place?.value.end ?? 0 };
}

export function dependencyIn({ manifest }: NpmProject, { group, name }: Dependency): Place {
  return entryIn(manifest, [group, name]);
}

/** Where a package is written in its lock file: its key, since the whole has many lines. */
export function lockedIn({ file, text }: PackageLock, { path }: LockedPackage): Place {
  const key = jsonPlace(text, path)?.key;
  return { file, start: key?.start ?? 0, end: key?.end ?? 0 };
}

/** Where a locked package says what it wants. */
export function wishIn(lock: PackageLock, { path }: LockedPackage, { group, name }: Dependency): Place {
  const own = path[0] === "packages" ? [...path, group, name] : [...path, "requires", name];
  return entryIn(lock, own);
}

export function evidenceAt({ text }: Pick<JsonFile, "text">, { file, start }: Place): Evidence {
  const { line } = positionOf(text, start);
  return { file, line, text: lineText(text, line).trim() };
}

/** Puts another text in the place of a value that is one. */
export function newText(file: JsonFile, path: readonly string[], value: string): Edit | undefined {
  const place: Span | undefined = jsonPlace(file.text, path)?.value;
  return place === undefined ? undefined : { file: file.file, ...place, text: JSON.stringify(value) };
}
