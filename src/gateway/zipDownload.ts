// One attempt to download a module zip: bytes go to a part file as they come, then the whole is checked and gets its
// name. A small zip is nobody's before that; a large one may be followed while it grows (part.ts holds its end back).

import { open, rm } from "node:fs/promises";
import type { DiskBlobs } from "../storage/blobs.ts";
import { storageError } from "../storage/storageError.ts";
import type { Check } from "./checksums.ts";
import { Part } from "./part.ts";
import { SourceFailure, type SourceAnswer } from "./source.ts";
import { traced } from "./trace/trace.ts";
import type { Verifier } from "./verifier.ts";

export interface ZipDownload {
  readonly key: string;
  readonly module: string;
  readonly version: string;
  /** Path of the part file; this attempt creates it, and it is gone when this attempt ends. */
  readonly partPath: string;
  /** Refuse a zip of more bytes. */
  readonly limit: number;
  /** Let readers follow a zip of more bytes than this. */
  readonly holdUpTo: number;
  /** Held against the zip's h1 hash before it gets its name. */
  readonly check: Check | undefined;
  /** Called once if the zip turns out larger than `holdUpTo`. */
  readonly onGrowing: (part: Part) => Promise<void>;
}

/** Name of the file that makes a zip count as present, written last. Its content is the zip's h1 hash, as Go has it. */
export function zipHashKey(zipKey: string): string {
  return `${zipKey.slice(0, -".zip".length)}.ziphash`;
}

/** Stores the answer's zip under `key`; resolves to its size. Throws SourceFailure, StorageError. */
export async function downloadZip(
  answer: SourceAnswer,
  download: ZipDownload,
  blobs: DiskBlobs,
  verifier: Verifier,
): Promise<number> {
  const { partPath, limit, key } = download;
  const part = new Part(partPath, answer.length);
  let handle;
  try {
    handle = await open(partPath, "wx");
  } catch (error) {
    throw storageError(`making a part file for ${key}`, error);
  }
  try {
    let written = 0;
    let following = false;
    if (answer.length !== undefined && answer.length > limit) throw tooLarge(limit);
    for await (const chunk of answer.body) {
      if (written + chunk.length > limit) throw tooLarge(limit);
      await writeAll(handle, chunk, key);
      written += chunk.length;
      part.grow(written);
      if (!following && Math.max(written, answer.length ?? 0) > download.holdUpTo) {
        following = true;
        await download.onGrowing(part);
      }
    }
    const synced = handle.sync().catch((error: unknown) => Promise.reject(storageError(`storing ${key}`, error)));
    const { module, version } = download;
    const hashing = traced(
      "zip checked whole",
      () => verifier.hashZip(partPath, module, version),
      ({ hash }) => hash,
    );
    const [{ hash, goMod }] = await Promise.all([hashing, synced]);
    await download.check?.(hash);
    await checkGoMod(blobs, download, goMod);
    await blobs.adopt(partPath, key);
    await blobs.put(zipHashKey(key), Buffer.from(hash));
    part.complete();
    return written;
  } catch (error) {
    part.breakOff();
    await rm(partPath, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/**
 * The .mod that was served before and the go.mod in the zip are of one commit, or a tag was moved in between. A checksum database
 * would tell; where none is asked, nobody else does.
 */
async function checkGoMod(blobs: DiskBlobs, download: ZipDownload, goMod: Uint8Array | undefined): Promise<void> {
  const { key, module, version } = download;
  const served = goMod === undefined ? undefined : await blobs.read(`${key.slice(0, -".zip".length)}.mod`);
  if (served === undefined || goMod === undefined || served.equals(goMod)) return;
  throw new SourceFailure(
    "bad-answer",
    `the zip has another go.mod than the .mod that was served before: was the tag moved?
fairlead cache purge ${module}@${version}, and a restart of the gateway, forget both; then it takes what the tag is at now`,
  );
}

async function writeAll(
  handle: { write(chunk: Uint8Array, offset: number): Promise<{ bytesWritten: number }> },
  chunk: Uint8Array,
  key: string,
): Promise<void> {
  try {
    for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten;
  } catch (error) {
    throw storageError(`storing ${key}`, error);
  }
}

function tooLarge(limit: number): SourceFailure {
  return new SourceFailure("bad-answer", `the zip is larger than ${limit} bytes, the limit of module zips here`);
}
