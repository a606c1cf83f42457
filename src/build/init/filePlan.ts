/** What would be written into a repository: data that is shown before anything happens. Pure. */
import { unifiedDiff } from "../../repo/unifiedDiff.ts";

/** A file that a project should have. */
export interface WantedFile {
  /** From the project's root, `/`-separated. */
  readonly path: string;
  readonly text: string;
  /** It holds what people decided, so a difference is none to be told of. */
  readonly isTheirs?: boolean;
}

export type FileState =
  /** Not there yet: will be written. */
  | "new"
  /** There, and the same. */
  | "same"
  /** There, different, and left alone. */
  | "kept"
  /** There, different, and will be overwritten, since that was asked for. */
  | "replaced";

export interface PlannedFile extends WantedFile {
  readonly state: FileState;
  /** What is there now. */
  readonly before: string | undefined;
  /** Unified; empty for the same. */
  readonly diff: string;
}

/** @param present The texts of those of the wanted files that are there. */
export function planFiles(
  wanted: readonly WantedFile[],
  present: ReadonlyMap<string, string>,
  { force }: { readonly force: boolean },
): readonly PlannedFile[] {
  return wanted.map((file) => {
    const before = present.get(file.path);
    const state = stateOf(file.text, before, force);
    return { ...file, state, before, diff: unifiedDiff(file.path, before, file.text) };
  });
}

function stateOf(text: string, before: string | undefined, force: boolean): FileState {
  if (before === undefined) return "new";
  if (before === text) return "same";
  return force ? "replaced" : "kept";
}

/** Those that will be written. */
export function toWrite(plan: readonly PlannedFile[]): readonly PlannedFile[] {
  return plan.filter(({ state }) => state === "new" || state === "replaced");
}
