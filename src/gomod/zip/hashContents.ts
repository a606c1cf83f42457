import type { HashedFile } from "../dirhash.ts";
import { contents, type EntryContent } from "./content.ts";
import type { ZipDirectory } from "./directory.ts";
import type { ZipPorts, ZipReader } from "./ports.ts";

/** In bytes. */
const pauseEvery = 1024 * 1024;

/**
 * Hashes all entries, folders included, which count as empty files.
 *
 * @throws ModuleError `badZip` where Go's archive/zip would fail, `suspectZip` where it might not.
 */
export async function hashContents(
  reader: ZipReader,
  directory: ZipDirectory,
  ports: ZipPorts,
): Promise<readonly HashedFile[]> {
  const hashes: HashedFile[] = [];
  let sincePause = 0;
  for (const content of contents(reader, directory, ports)) {
    const sha256 = content.isSmall ? ports.sha256(content.whole()) : await hashBig(content, ports);
    hashes.push({ name: content.entry.name, sha256 });
    sincePause += content.entry.uncompressedSize;
    if (sincePause >= pauseEvery) {
      sincePause = 0;
      await ports.pause?.();
    }
  }
  return hashes;
}

async function hashBig(content: EntryContent, ports: ZipPorts): Promise<string> {
  const sha256 = ports.createSha256();
  for await (const chunk of content.chunks()) sha256.update(chunk);
  return sha256.digest();
}
