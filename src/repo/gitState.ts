// The state of a git work tree, as builds and deploys need it: what is checked out, when it was committed, what it is
// called, and whether the files still are what was committed.

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isWithin } from "./pathWithin.ts";
import { GitError, type GitOptions, runGit } from "./gitCommand.ts";

export interface GitState {
  /** 40 hex digits (64 in a SHA-256 repository). */
  readonly commit: string;
  /** When it was committed, `git show -s --format=%ct`. Whole seconds. */
  readonly commitTime: Date;
  /** undefined where no branch is checked out, as in most CI jobs. */
  readonly branch: string | undefined;
  /** Tags on the commit, highest version first. A shallow clone has only those that were fetched. */
  readonly tags: readonly string[];
  /** Files differ from the commit: changed, added, deleted, or there and neither known to git nor ignored. */
  readonly dirty: boolean;
  /** Some of the paths that make it dirty, from the work tree's root: for messages. */
  readonly changes: readonly string[];
  /** URLs without passwords and tokens. */
  readonly remotes: readonly GitRemote[];
  /** The work tree's root, absolute. */
  readonly root: string;
}

export interface GitRemote {
  readonly name: string;
  readonly url: string;
}

interface ReadOptions {
  /** Read it though another user owns it. For a person who said so. */
  readonly anyOwner?: boolean;
}

const shownChanges = 20;
const submoduleLimit = 200;
const submoduleDepth = 4;

/**
 * Reads the repository that `folder` lies in. undefined: it lies in none, or nothing has been committed yet.
 *
 * The repository may be anybody's: none of its hooks, filters or other programs is started (gitCommand.ts).
 *
 * @throws GitError
 */
export async function readGitState(
  folder: string,
  { anyOwner = false }: ReadOptions = {},
): Promise<GitState | undefined> {
  const start = resolve(folder);
  // Without this, a folder under no version control would need git installed only to say so.
  if (!liesInRepository(start)) return undefined;
  const at = { folder: start, anyOwner };
  const top = await runGit(["rev-parse", "--show-toplevel"], at);
  if (top.status !== 0) {
    // No repository after all, or the folder is inside .git, or the repository is bare: nothing is checked out.
    if (/not a git repository|must be run in a work tree|safe\.bareRepository/.test(top.stderr)) return undefined;
    throw failed("finding the repository", start, top.stderr);
  }
  const root = top.stdout.replace(/\r?\n$/, "");
  const config = await readConfig({ ...at, folder: root });
  const options = { ...at, folder: root, settings: config.settings };
  const { commit, branch, changes } = await readStatus(options);
  if (commit === undefined) return undefined;
  const [seconds, tags, nested] = await Promise.all([
    ask(["show", "-s", "--no-show-signature", "--format=%ct", "HEAD", "--"], options),
    ask(
      ["for-each-ref", "--points-at=HEAD", "--sort=-version:refname", "--format=%(refname:strip=2)", "refs/tags"],
      options,
    ),
    changedSubmodules(options, submoduleDepth),
  ]);
  const all = [...changes, ...nested];
  return {
    commit,
    commitTime: new Date(Number(seconds.trim()) * 1000),
    branch,
    tags: tags.split("\n").filter((tag) => tag !== ""),
    dirty: all.length > 0,
    changes: all.slice(0, shownChanges),
    remotes: config.remotes,
    root,
  };
}

function liesInRepository(folder: string): boolean {
  if (existsSync(join(folder, ".git"))) return true;
  const parent = dirname(folder);
  return parent !== folder && liesInRepository(parent);
}

interface RepositoryConfig {
  readonly remotes: readonly GitRemote[];
  /** What takes the repository's own filter programs out of the way. */
  readonly settings: readonly string[];
}

async function readConfig(options: GitOptions): Promise<RepositoryConfig> {
  const remotes: GitRemote[] = [];
  const filters = new Set<string>();
  // -z: scope NUL key LF value NUL, and so on; a key without a value has no LF.
  const fields = (await ask(["config", "--list", "--show-scope", "-z"], options)).split("\0");
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const scope = fields[index];
    const [key, value] = splitOnce(fields[index + 1] ?? "", "\n");
    const remote = /^remote\.(.+)\.url$/s.exec(key)?.[1];
    if (remote !== undefined) remotes.push({ name: remote, url: withoutCredentials(value ?? "") });
    // A filter in the user's own configuration is the user's own program; `git status` needs it to compare.
    const filter = /^filter\.(.+)\.(clean|process|smudge)$/s.exec(key)?.[1];
    const isRepositorys = scope === "local" || scope === "worktree";
    if (filter !== undefined && isRepositorys && !knownFilter.test(value ?? "")) filters.add(filter);
  }
  return { remotes, settings: [...filters].flatMap(withoutPrograms) };
}

/** `git lfs install --local` writes these, and without them every large file would look changed. */
const knownFilter = /^git-lfs (clean -- %f|smudge -- %f|filter-process)$/;

function withoutPrograms(filter: string): string[] {
  if (/[=\n]/.test(filter)) {
    throw new GitError(
      "unsafe-config",
      `the repository's configuration has a filter with the odd name ${JSON.stringify(filter)}, which can't be switched off\nremove it from .git/config: it would run a program of the repository's choice`,
    );
  }
  const name = `filter.${filter}`;
  return [`${name}.clean=`, `${name}.smudge=`, `${name}.process=`, `${name}.required=false`];
}

interface Status {
  readonly commit: string | undefined;
  readonly branch: string | undefined;
  readonly changes: readonly string[];
}

/** Submodules are only compared by commit: git would run in them with their own configuration. */
async function readStatus(options: GitOptions): Promise<Status> {
  const how = [
    "--porcelain=v2",
    "--branch",
    "-z",
    "--untracked-files=normal",
    "--no-renames",
    "--ignore-submodules=dirty",
  ];
  const entries = (await ask(["status", ...how], options)).split("\0");
  const header = (name: string): string | undefined =>
    entries.find((entry) => entry.startsWith(`# ${name} `))?.slice(name.length + 3);
  const oid = header("branch.oid");
  const head = header("branch.head");
  return {
    commit: oid === undefined || oid === "(initial)" ? undefined : oid,
    branch: head === "(detached)" ? undefined : head,
    changes: entries.flatMap((entry) => changedPath(entry) ?? []),
  };
}

/** The path behind the fixed fields of one line: `1 XY sub mH mI mW hH hI path`, `u XY sub m1 m2 m3 mW h1 h2 h3 path`, `? path`. */
function changedPath(entry: string): string | undefined {
  const fields = { "1": 8, u: 10, "?": 1 }[entry.slice(0, 1)];
  return fields === undefined ? undefined : entry.split(" ").slice(fields).join(" ");
}

/** Changes inside the submodules that are checked out, each read as carefully as the repository itself. */
async function changedSubmodules(options: GitOptions, depth: number): Promise<string[]> {
  const file = join(options.folder, ".gitmodules");
  if (depth === 0 || !existsSync(file)) return [];
  const listed = await runGit(
    ["config", "--file", file, "-z", "--get-regexp", String.raw`^submodule\..*\.path$`],
    options,
  );
  if (listed.status !== 0) return [];
  const paths = listed.stdout.split("\0").flatMap((entry) => splitOnce(entry, "\n")[1] ?? []);
  const changes: string[] = [];
  for (const path of paths.slice(0, submoduleLimit)) {
    const folder = resolve(options.folder, path);
    // The path is the repository's word: it must not lead out of it.
    if (!isWithin(options.folder, folder) || !existsSync(join(folder, ".git"))) continue;
    const at = { ...options, folder, settings: [] };
    const inside = { ...at, settings: (await readConfig(at)).settings };
    const own = (await readStatus(inside)).changes;
    changes.push(...[...own, ...(await changedSubmodules(inside, depth - 1))].map((each) => `${path}/${each}`));
  }
  return changes;
}

async function ask(args: readonly string[], options: GitOptions): Promise<string> {
  const { status, stdout, stderr } = await runGit(args, options);
  if (status !== 0) throw failed(`git ${args[0] ?? ""}`, options.folder, stderr);
  return stdout;
}

function failed(what: string, folder: string, stderr: string): GitError {
  const said = stderr.trim().split("\n").slice(-3).join("\n") || "it said nothing";
  return new GitError("failed", `${what} in ${folder} failed: ${said}`);
}

/** A user and password of an HTTP address go; the user of an SSH address is part of where it leads. */
function withoutCredentials(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return url;
  parsed.password = "";
  if (parsed.protocol !== "ssh:" && parsed.protocol !== "git+ssh:") parsed.username = "";
  return parsed.href;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
