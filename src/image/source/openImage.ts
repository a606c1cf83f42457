// From what a person writes to an image, wherever it lies.

import { createReadStream } from "node:fs";
import { open as openFile, stat } from "node:fs/promises";
import { decompress } from "../layer/decompress.ts";
import { ImageError } from "../imageError.ts";
import { RegistryError } from "../registry/registryError.ts";
import { archiveFiles, folderFiles } from "./blobFiles.ts";
import { diskFault } from "./diskFault.ts";
import { findInEngines, openInEngine } from "./engineSource.ts";
import { openFiles } from "./filesSource.ts";
import { openInRegistry, type RegistryOptions } from "./registrySource.ts";
import type { ImageSource, Platform } from "./source.ts";
import { spool } from "./spool.ts";

export interface OpenOptions {
  readonly platform: Platform;
  /** Asked for only where the image is a registry's. */
  readonly registry: () => RegistryOptions;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Opens an image:
 *
 * - `docker-archive:FILE[:NAME]`, `oci-archive:FILE[:NAME]`, `oci:FOLDER[:NAME]`
 * - `docker-daemon:REF`: of a running engine
 * - `docker://REF`: of a registry
 * - without such a word: a file or folder that exists (written as a path), else what an engine here has, else a registry's
 *
 * @throws ImageError, EngineError, RegistryError
 */
export async function openImage(reference: string, options: OpenOptions): Promise<ImageSource> {
  try {
    return await open(reference, options);
  } catch (error) {
    throw diskFault(error, reference);
  }
}

async function open(reference: string, options: OpenOptions): Promise<ImageSource> {
  const [, word, rest = ""] =
    /^(docker-archive|oci-archive|oci|docker-daemon|docker):(?:\/\/)?(.+)$/.exec(reference) ?? [];
  switch (word) {
    case "docker-archive":
    case "oci-archive":
    case "oci": {
      const { path, name } = await splitName(rest);
      return openPath(path, name, options.platform);
    }
    case "docker-daemon":
      return openEngine(rest, options);
    case "docker":
      if (reference.startsWith("docker://"))
        return openInRegistry(rest, { ...options.registry(), platform: options.platform });
      break;
    default:
  }
  if (/^[./]|\.(tar|tgz|tar\.gz|tar\.zst)$/.test(reference)) return openPath(reference, "", options.platform);
  const address = await findInEngines(reference, options.env);
  if (address !== undefined)
    return openInEngine(address, reference, { name: "", platform: options.platform, release: nothing });
  try {
    return await openInRegistry(reference, { ...options.registry(), platform: options.platform });
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new RegistryError(
      error.code,
      `no container engine here has ${reference}, and its registry: ${error.message}`,
      { cause: error },
    );
  }
}

async function openEngine(reference: string, options: OpenOptions): Promise<ImageSource> {
  const address = await findInEngines(reference, options.env);
  if (address === undefined)
    throw new ImageError(
      "not-found",
      `no container engine here has an image ${reference} (docker images lists what there is)`,
    );
  return openInEngine(address, reference, { name: "", platform: options.platform, release: nothing });
}

/** `FILE:NAME`, where a name may have colons and so may a file. */
async function splitName(text: string): Promise<{ path: string; name: string }> {
  if ((await stat(text).catch(() => undefined)) !== undefined) return { path: text, name: "" };
  const colon = text.indexOf(":");
  return colon < 0 ? { path: text, name: "" } : { path: text.slice(0, colon), name: text.slice(colon + 1) };
}

async function openPath(path: string, name: string, platform: Platform): Promise<ImageSource> {
  const found = await stat(path).catch((error: unknown) => {
    throw new ImageError("not-found", `${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  });
  if (found.isDirectory()) return openFiles(folderFiles(path), { name, platform, release: nothing });
  if (!found.isFile()) throw new ImageError("not-found", `${path} is neither a file nor a folder`);
  if (!(await isPacked(path))) return openFiles(await archiveFiles(path), { name, platform, release: nothing });
  const copy = await spool(decompress(createReadStream(path)));
  try {
    return await openFiles(await archiveFiles(copy.path, path), { name, platform, release: () => copy.remove() });
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

/** gzip or zstd: files inside of it have no place of their own. */
async function isPacked(path: string): Promise<boolean> {
  const handle = await openFile(path);
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.readUInt16BE(0) === 0x1f8b || buffer.readUInt32BE(0) === 0x28b52ffd;
  } finally {
    await handle.close();
  }
}

async function nothing(): Promise<void> {}
