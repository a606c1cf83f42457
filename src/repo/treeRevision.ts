// What the files of a work tree are, as one value: the commit, and the content of whatever differs from it. Two trees with
// the same revision hold the same files, as far as git looks at them.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { join, matchesGlob } from "node:path";
import { runGit } from "./gitCommand.ts";

const mostFiles = 20_000;
/** Of changed and unknown files together. */
const mostBytes = 2 ** 30;

/**
 * The revision of the tree that the folder lies in: 40 hex digits, and `+` with 64 more where files differ from the commit.
 * undefined where it can't be told: no repository, no commit yet, or too much that git doesn't know.
 *
 * Files that `passedOver` matches (globs from the folder) don't count, and neither does what git ignores.
 *
 * @throws GitError
 */
export async function readTreeRevision(folder: string, passedOver: readonly string[]): Promise<string | undefined> {
  const at = { folder };
  const head = await runGit(["rev-parse", "--verify", "--quiet", "HEAD"], at);
  const prefix = await runGit(["rev-parse", "--show-prefix"], at);
  if (head.status !== 0 || prefix.status !== 0) return undefined;
  const commit = head.stdout.trim();
  const how = ["--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=none"];
  const status = await runGit(["status", ...how, "--", "."], at);
  // What does not end in NUL was cut.
  if (status.status !== 0 || !/(^|\0)$/.test(status.stdout)) return undefined;
  const inside = prefix.stdout.replace(/\r?\n$/, "");
  const entries = status.stdout.split("\0").filter((entry) => entry !== "");
  // Paths are told from the tree's root, globs from the folder.
  const changed = entries
    .map((entry) => ({ code: entry.slice(0, 2), path: entry.slice(3 + inside.length) }))
    .filter(({ path }) => !passedOver.some((glob) => matchesGlob(path, glob)));
  if (changed.length === 0) return commit;
  if (changed.length > mostFiles) return undefined;
  const digest = createHash("sha256");
  let bytes = 0;
  for (const { path } of changed) {
    const found = await lstat(join(folder, path)).catch(() => undefined);
    bytes += found?.size ?? 0;
    // A folder is a submodule with changes of its own, or another repository: neither can be told from here.
    if (bytes > mostBytes || found?.isDirectory() === true) return undefined;
    digest.update(`${path}\0`);
    if (found === undefined) digest.update("gone");
    else if (found.isSymbolicLink()) digest.update(`link ${await readlink(join(folder, path))}`);
    else if (found.isFile()) digest.update(`${found.mode & 0o111} ${await contentOf(join(folder, path))}`);
    digest.update("\0");
  }
  return `${commit}+${digest.digest("hex")}`;
}

async function contentOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
