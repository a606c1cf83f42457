/** What a repository's own files say of its tags and where it comes from. git is not started, and nothing of it is run. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { runGit } from "./gitCommand.ts";
import { readBoundedBytes } from "./projectTree.ts";

export interface GitRefs {
  /** Names of tags, `refs/tags/` left out, sorted. */
  readonly tags: readonly string[];
  /** The commit of each tag that is in packed-refs and in no file of its own, which would hold instead. */
  readonly packed: ReadonlyMap<string, string>;
  /** URL of the remote `origin`, without user and password; undefined where there is none. */
  readonly origin: string | undefined;
}

const maxTags = 20_000;
const maxDepth = 8;

/** undefined where the folder has no .git of its own: a worktree's and a submodule's lie elsewhere. */
export async function readGitRefs(folder: string): Promise<GitRefs | undefined> {
  const config = await read(join(folder, ".git/config"));
  if (config === undefined) return undefined;
  const packed = (await read(join(folder, ".git/packed-refs"))) ?? "";
  const commits = new Map<string, string>();
  // An annotated tag is an object of its own, and the commit stands in the next line.
  for (const [, id = "", name = "", commit] of packed.matchAll(
    /^([0-9a-f]{40,64}) refs\/tags\/(\S+)$(?:\n\^([0-9a-f]{40,64})$)?/gm,
  ))
    commits.set(name, commit ?? id);
  const tags = new Set(commits.keys());
  for (const name of await looseTags(join(folder, ".git/refs/tags"), "", 0)) {
    tags.add(name);
    commits.delete(name);
  }
  return { tags: [...tags].slice(0, maxTags).sort(), packed: commits, origin: originOf(config) };
}

async function read(file: string): Promise<string | undefined> {
  return (await readBoundedBytes(file))?.toString("utf8");
}

/** A tag may have slashes, as those of nested modules do. */
async function looseTags(folder: string, prefix: string, depth: number): Promise<readonly string[]> {
  const entries = depth > maxDepth ? [] : await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = entries.slice(0, maxTags).map(async (entry) => {
    const name = prefix + entry.name;
    return entry.isDirectory() ? looseTags(join(folder, entry.name), `${name}/`, depth + 1) : [name];
  });
  return (await Promise.all(found)).flat();
}

/** Names of all tags, of whatever the folder is a work tree of. @throws GitError */
export async function allTags(folder: string): Promise<readonly string[]> {
  const { status, stdout } = await runGit(["for-each-ref", "--format=%(refname:strip=2)", "refs/tags"], { folder });
  return status === 0 ? stdout.split("\n").filter((name) => name !== "") : [];
}

function originOf(config: string): string | undefined {
  const section = /^\[remote "origin"\]\s*$([^[]*)/m.exec(config)?.[1];
  const url = section === undefined ? undefined : /^\s*url\s*=\s*(\S+)\s*$/m.exec(section)?.[1];
  return url?.replace(/^(\w+:\/\/)[^/@]*@/, "$1");
}

/** `github.com/team/app` of any of git's forms of a URL; undefined for a local path. */
export function repositoryPath(url: string): string | undefined {
  const scp = /^(?:[\w.-]+@)?([\w.-]+\.[\w-]+):(?!\/\/)(.+)$/.exec(url);
  const plain = /^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([\w.-]+)(?::\d+)?\/(.+)$/.exec(url);
  const [, host, path] = scp ?? plain ?? [];
  if (host === undefined || path === undefined) return undefined;
  return `${host.toLowerCase()}/${path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "")}`;
}
