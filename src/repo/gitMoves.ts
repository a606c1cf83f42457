// What git's history says of files that were moved and modules that were renamed. Only asked where something names a file that
// is not there.
import { GitError, runGit } from "./gitCommand.ts";

export interface GitMoves {
  /** From where a file once was to where it, or what became of it, was last. Paths from the folder. */
  readonly files: ReadonlyMap<string, string>;
  /** Every module path that a go.mod ever had, with its folder, the empty one for the root. */
  readonly modules: readonly { readonly path: string; readonly folder: string }[];
}

/** So far back a report is not older. */
const mostCommits = 2000;

/** No program that the repository's configuration or attributes name is run for a diff. */
const plain = ["--no-ext-diff", "--no-textconv", "--no-color", "--relative"];
const renames = ["--find-renames", "--diff-filter=R", "--name-status", "-z", ...plain];

/** Nothing where there is no repository, no history, or no git. */
export async function readGitMoves(folder: string): Promise<GitMoves> {
  const ask = async (...args: readonly string[]): Promise<string> => {
    try {
      const { status, stdout } = await runGit(args, { folder, settings: ["core.quotePath=false"] });
      return status === 0 ? stdout : "";
    } catch (error) {
      if (error instanceof GitError) return "";
      throw error;
    }
  };
  const [staged, committed, goMods] = await Promise.all([
    ask("diff", "--cached", ...renames, "HEAD", "--"),
    ask("log", `--max-count=${mostCommits}`, "--format=", ...renames, "HEAD", "--"),
    ask(
      "log",
      `--max-count=${mostCommits}`,
      "--format=",
      "--patch",
      "--unified=0",
      "--no-renames",
      // Whatever diff.noprefix says.
      "--src-prefix=a/",
      "--dst-prefix=b/",
      ...plain,
      "-G^module ",
      "HEAD",
      "--",
      ":(glob)**/go.mod",
    ),
  ]);
  return { files: lastPlaces(staged + committed), modules: modulePaths(goMods) };
}

/** `R100 NUL old NUL new NUL`, newest first; what was moved twice is followed to its last place. */
export function lastPlaces(text: string): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const [, before = "", after = ""] of text.matchAll(/R\d{1,3}\0([^\0]+)\0([^\0]+)\0/g)) {
    // A name may have been used again: the newer move of it counts.
    if (!places.has(before)) places.set(before, places.get(after) ?? after);
  }
  return places;
}

function modulePaths(patch: string): GitMoves["modules"] {
  const found = new Map<string, { path: string; folder: string }>();
  let folder = "";
  for (const line of patch.split("\n")) {
    const file = /^(?:---|\+\+\+) [ab]\/(.*)$/.exec(line)?.[1];
    if (file !== undefined) folder = file.slice(0, Math.max(0, file.lastIndexOf("/")));
    const path = /^[-+]module\s+"?([^\s"()]+)/.exec(line)?.[1];
    if (path !== undefined) found.set(`${path} ${folder}`, { path, folder });
  }
  return [...found.values()];
}
