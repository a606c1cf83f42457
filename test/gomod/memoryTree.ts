import type { FileTree, FileType, TreeEntry } from "../../src/gomod/fileTree.ts";

/** A file, folder or link of a tree that is made up. */
export interface MemoryFile {
  readonly path: string;
  readonly type: FileType;
  /** Of a link, where it points. */
  readonly content: string;
}

/** A tree in memory. Folders are there where something is in them. */
export function memoryTree(files: readonly MemoryFile[]): FileTree {
  const folders = new Map<string, Map<string, TreeEntry>>([["", new Map()]]);
  const add = (path: string, type: FileType, size: number): void => {
    const slash = path.lastIndexOf("/");
    const [folder, name] = [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
    if (!folders.has(folder)) add(folder, "directory", 0);
    folders.get(folder)?.set(name, { name, type, size });
    if (type === "directory" && !folders.has(path)) folders.set(path, new Map());
  };
  const contents = new Map<string, Buffer>();
  for (const { path, type, content } of files) {
    const bytes = Buffer.from(content);
    add(path, type, bytes.length);
    contents.set(path, bytes);
  }
  return {
    // In no particular order.
    list: (path) => [...(folders.get(path)?.values() ?? [])].toReversed(),
    open: (path) => [contents.get(path) ?? Buffer.alloc(0)],
  };
}
