/**
 * Folders that are read through a few functions: a disk, an archive, a git tree. In Node, for a folder `root`:
 *
 *     const tree: FileTree = {
 *       async list(path) {
 *         const entries = await readdir(join(root, path), { withFileTypes: true });
 *         return Promise.all(entries.map(async (entry) => ({
 *           name: entry.name,
 *           type: entry.isFile() ? "file" : entry.isDirectory() ? "directory" : entry.isSymbolicLink() ? "symlink" : "other",
 *           size: (await lstat(join(root, path, entry.name))).size,
 *         })));
 *       },
 *       open: (path) => createReadStream(join(root, path)),
 *     };
 */
import { compareBytewise } from "./utf8.ts";

/** What a path stands for, without following it if it is a symbolic link. */
export type FileType = "file" | "directory" | "symlink" | "other";

/** A name in a folder. */
export interface TreeEntry {
  readonly name: string;
  readonly type: FileType;
  /** In bytes, of a file. */
  readonly size: number;
}

/** Content, piece by piece. */
export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A folder with all below it. Paths have slashes and are relative; the folder itself is the empty path. */
export interface FileTree {
  /** What is in a folder, in any order. */
  list(path: string): readonly TreeEntry[] | Promise<readonly TreeEntry[]>;
  open(path: string): Chunks;
}

/** A name on a walk. */
export interface WalkedEntry extends TreeEntry {
  readonly path: string;
  /** What is in the folder, where it is one. */
  readonly entries: readonly TreeEntry[];
}

/**
 * Everything in a tree but the root, each folder before what is in it, in the order of Go's filepath.Walk: the names of a
 * folder by their bytes. Links are not followed.
 *
 * @param skips Whether to leave out what is in a folder.
 */
export async function* walk(
  tree: FileTree,
  skips: (folder: WalkedEntry) => boolean = () => false,
): AsyncGenerator<WalkedEntry> {
  const listed = async (path: string): Promise<TreeEntry[]> =>
    [...(await tree.list(path))].sort((a, b) => compareBytewise(b.name, a.name));
  // Last in, first out: the lowest name lies on top.
  const stack = (await listed("")).map((entry) => ({ ...entry, path: entry.name }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { path } = next;
    const entries = next.type === "directory" ? await listed(path) : [];
    const walked = { ...next, entries };
    yield walked;
    if (!skips(walked)) stack.push(...entries.map((entry) => ({ ...entry, path: `${path}/${entry.name}` })));
  }
}
