import { hashZip, readDirectory, readEntry, type ZipReader } from "../../../src/gomod/zip.ts";
import { maxFileBytes, type ProjectTree, toolFolders } from "../../../src/repo/projectTree.ts";
import { nodeZipPorts } from "../../gomod/nodeZip.ts";

/**
 * A module zip as the repository that it was made of, for as much of it as there is: a zip has neither history, nor modes,
 * nor links, nor the modules that are nested in it, nor what is vendored. modules.txt, which alone of vendor/ gets into it, is
 * left out, as the half of a folder would be a broken one.
 *
 * @param root An empty folder: where git would be asked for tags.
 */
export function moduleTree(reader: ZipReader, path: string, version: string, root: string): ProjectTree {
  const prefix = `${path}@${version}/`;
  const passedOver = new Set<string>();
  const entries = new Map(
    readDirectory(reader).entries.flatMap((entry) => {
      const name = entry.name.slice(prefix.length);
      const parts = name.split("/");
      const tool = parts.slice(0, -1).findIndex((part) => toolFolders.has(part));
      if (tool !== -1) passedOver.add(parts.slice(0, tool + 1).join("/"));
      return tool !== -1 || name.endsWith("/") || parts.slice(0, -1).includes("vendor") ? [] : [[name, entry] as const];
    }),
  );
  return {
    root,
    files: [...entries.keys()].toSorted(),
    has: (file) => entries.has(file),
    read: async (file) => {
      const entry = entries.get(file);
      if (entry === undefined || entry.uncompressedSize > maxFileBytes) return undefined;
      return Buffer.from(readEntry(reader, entry, nodeZipPorts)).toString("utf8");
    },
    sizeOf: (file) => entries.get(file)?.uncompressedSize,
    isExecutable: () => undefined,
    passedOver: [...passedOver].toSorted(),
    leftOut: [],
  };
}

/** What the zip hashes to, as a go.sum line holds it. */
export function sumOf(reader: ZipReader, path: string, version: string): Promise<string> {
  return hashZip(reader, path, version, nodeZipPorts);
}
