import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { GoProjectError } from "./goProjectError.ts";

/** The files of a repository by name. The repository may be anybody's: no symlink is followed, and there are bounds. */
export interface ProjectTree {
  /** Absolute. */
  readonly root: string;
  /** Relative to the root, `/`-separated, sorted. Symlinks are left out, as are .git and node_modules. */
  readonly files: readonly string[];
  readonly has: (path: string) => boolean;
  /** The text of a file; undefined if it isn't there, or too large to be looked at: 8 MiB, or the limit in bytes. */
  readonly read: (path: string, limit?: number) => Promise<string | undefined>;
  /** In bytes; undefined for what isn't there. */
  readonly sizeOf: (path: string) => number | undefined;
  /** Whether its owner may run it; undefined for what isn't there, or has no such right. */
  readonly isExecutable: (path: string) => boolean | undefined;
  /** The folders among them that are a tool's own, and were not looked into: `.git`, `web/node_modules`. */
  readonly passedOver: readonly string[];
  /** What was left out because of a bound, for a person. */
  readonly leftOut: readonly string[];
}

const maxFiles = 200_000;
const maxDepth = 64;
/** Generated Go files reach a few megabytes. */
export const maxFileBytes: number = 8 << 20;

/** Folders that are a tool's own, and large. */
export const toolFolders: ReadonlySet<string> = new Set([".git", ".hg", ".svn", "node_modules", ".gitlab-ci-local"]);

/** @throws GoProjectError `unreadable` */
export async function readProjectTree(root: string): Promise<ProjectTree> {
  const files: string[] = [];
  const passedOver: string[] = [];
  const leftOut: string[] = [];
  const folders: { readonly path: string; readonly depth: number }[] = [{ path: "", depth: 0 }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const { path, depth } = folder;
    for (const entry of await list(root, path, leftOut)) {
      const name = path === "" ? entry.name : `${path}/${entry.name}`;
      // No tool that reads these lists by lines would survive such a name, and no Go file has one.
      if (/\p{Cc}/u.test(entry.name)) continue;
      if (entry.isFile()) files.push(name);
      else if (!entry.isDirectory()) continue;
      else if (toolFolders.has(entry.name)) passedOver.push(name);
      else {
        if (depth < maxDepth) folders.push({ path: name, depth: depth + 1 });
        else leftOut.push(`${name}: too deep`);
      }
    }
    if (files.length > maxFiles) {
      leftOut.push(`everything after the first ${maxFiles} files`);
      break;
    }
  }
  files.sort();
  const all = new Set(files);
  return {
    root,
    files,
    has: (path) => all.has(path),
    read: async (path, limit) => (all.has(path) ? readBounded(join(root, path), limit) : undefined),
    // Not a promise, as there may be many: a turn of the thread pool for each costs more than the call.
    sizeOf: (path) => (all.has(path) ? lstatSync(join(root, path), { throwIfNoEntry: false })?.size : undefined),
    isExecutable: (path) => {
      // Windows has no such right, and git keeps it in its index alone.
      if (process.platform === "win32") return undefined;
      const found = all.has(path) ? lstatSync(join(root, path), { throwIfNoEntry: false }) : undefined;
      return found === undefined ? undefined : (found.mode & 0o100) !== 0;
    },
    passedOver: passedOver.toSorted(),
    leftOut,
  };
}

/** The same tree, in which one file has another text, or is there at all: what an editor has not saved yet. */
export function withFile(tree: ProjectTree, file: string, text: string): ProjectTree {
  const isNew = !tree.has(file);
  return {
    ...tree,
    files: isNew ? [...tree.files, file].toSorted() : tree.files,
    has: (path) => path === file || tree.has(path),
    read: async (path, limit) => (path === file ? text : tree.read(path, limit)),
    sizeOf: (path) => (path === file ? Buffer.byteLength(text) : tree.sizeOf(path)),
  };
}

async function list(root: string, path: string, leftOut: string[]) {
  try {
    return await readdir(join(root, path), { withFileTypes: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (path === "") {
      throw new GoProjectError("unreadable", `reading the project's folder ${root} failed: ${reason}`, {
        cause: error,
      });
    }
    leftOut.push(`${path}: ${reason}`);
    return [];
  }
}

/** The text of a regular file of bounded size; undefined for everything else. */
async function readBounded(file: string, limit?: number): Promise<string | undefined> {
  return (await readBoundedBytes(file, limit))?.toString("utf8");
}

/**
 * The same, as it is on disk. Not by the thread pool: what a repository has was mostly written a moment ago and lies in memory, and
 * then four trips through the pool for each of thousands of files cost four times as much as the reading.
 */
export async function readBoundedBytes(file: string, limit: number = maxFileBytes): Promise<Buffer | undefined> {
  let fd: number;
  try {
    // Not through a symlink that has come since, and not waiting for a writer of a pipe.
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const found = fstatSync(fd);
    return found.isFile() && found.size <= limit ? readFileSync(fd) : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}
