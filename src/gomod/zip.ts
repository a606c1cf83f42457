/**
 * Module zips: whether a zip is a valid one, what it hashes to, unpacking it, and making one (golang.org/x/mod/zip).
 *
 * A zip comes from a proxy or a repository that may be hostile. What passes here Go accepts too, with the same hash. The
 * reverse has exceptions, all with the code `suspectZip`: entries that overlap each other or the directory, local headers
 * that disagree with the directory, data that ends behind the file, folders that are there twice or have content, more than 250,000 files, and names longer than any system
 * opens. Go's own zips have none of these.
 */
import { hash1 } from "./dirhash.ts";
import { checkedDirectory } from "./zip/check.ts";
import { hashContents } from "./zip/hashContents.ts";
import type { ZipPorts, ZipReader } from "./zip/ports.ts";

export type { Sha256Stream } from "./dirhash.ts";
export type { Chunks, FileTree, FileType, TreeEntry } from "./fileTree.ts";
export { type CheckedZip, checkZip } from "./zip/check.ts";
export { readEntry } from "./zip/content.ts";
export { create, createFromDir, type CreatePorts } from "./zip/create.ts";
export { readDirectory, type ZipDirectory, type ZipEntry } from "./zip/directory.ts";
export { checkDir, type CheckedFiles, checkFiles, listFiles, type ModuleFile } from "./zip/files.ts";
export type { ZipPorts, ZipReader } from "./zip/ports.ts";
export { type FileError, maxGoMod, maxLicense, maxZipFile } from "./zip/rules.ts";
export { unzip, type UnzipFile, type UnzipTarget } from "./zip/unzip.ts";

/**
 * Checks a module zip completely, names, sizes, data and CRCs, and gives its `h1:` hash, as go.sum would hold it.
 *
 * Takes memory for the directory and for one small file or a few pieces of a big one, however large the zip is.
 *
 * @throws ModuleError `invalidPath` or `invalidVersion` for the names given, `invalidModuleZip`, `badZip` or `suspectZip` for
 * the zip.
 */
export async function hashZip(
  reader: ZipReader,
  modulePath: string,
  version: string,
  ports: ZipPorts,
): Promise<string> {
  const directory = checkedDirectory(reader, modulePath, version);
  return hash1(await hashContents(reader, directory, ports), (data) => ports.sha256(data));
}
