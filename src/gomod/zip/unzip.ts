/** Unpacking module zips (golang.org/x/mod/zip, Unzip), into whatever takes files. */
import { checkedDirectory } from "./check.ts";
import { contents } from "./content.ts";
import type { ZipPorts, ZipReader } from "./ports.ts";

/** Takes the files of a zip, one after the other. */
export interface UnzipTarget {
  /**
   * Begins a file.
   *
   * @param path From the module's root, with slashes. It has been checked: it stays inside, on every system, and no other file
   * has it in whatever casing. The folders above it may not be there yet.
   * @param size What the file must have in the end, in bytes.
   */
  create(path: string, size: number): UnzipFile | Promise<UnzipFile>;
}

/** A file that is being written. */
export interface UnzipFile {
  write(chunk: Uint8Array): void | Promise<void>;
  /** The content is whole, and its size and CRC are right. */
  close(): void | Promise<void>;
  /** It is not. Nothing comes after this. */
  abort(): void | Promise<void>;
}

/**
 * Checks a module zip and unpacks it; folders are left to the target, as empty ones don't count. If something is wrong with
 * the names or sizes, no file is begun; if with the data, some files have been written: throw all of them away.
 *
 * The zip's h1 is not computed here: see {@link hashZip}.
 *
 * @throws ModuleError as {@link hashZip}; what the target throws.
 */
export async function unzip(
  reader: ZipReader,
  modulePath: string,
  version: string,
  ports: Pick<ZipPorts, "crc32" | "inflate" | "inflateChunks" | "pause">,
  target: UnzipTarget,
): Promise<void> {
  const directory = checkedDirectory(reader, modulePath, version);
  const prefix = `${modulePath}@${version}/`;
  for (const content of contents(reader, directory, ports)) {
    const { name, uncompressedSize } = content.entry;
    if (name.endsWith("/")) continue;
    const file = await target.create(name.slice(prefix.length), uncompressedSize);
    try {
      if (content.isSmall) await file.write(content.whole());
      else for await (const chunk of content.chunks()) await file.write(chunk);
    } catch (error) {
      await file.abort();
      throw error;
    }
    await file.close();
    await ports.pause?.();
  }
}
