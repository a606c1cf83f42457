// Whether the cache still holds what was put into it: disks rot, and people edit.

import { availableParallelism } from "node:os";
import type { DiskBlobs } from "../storage/blobs.ts";
import { storageError } from "../storage/storageError.ts";
import { type CachedVersion, cachedVersionsOnDisk, type VersionFile } from "./cacheTree.ts";
import { checkInfo, checkMod } from "./content.ts";
import { SourceFailure, type SourceAnswer } from "./source.ts";
import { Verifier } from "./verifier.ts";

export interface Damage {
  readonly version: CachedVersion;
  /** The files to fetch again. */
  readonly files: readonly VersionFile[];
  /** What is wrong, for people. */
  readonly problem: string;
}

/** Checks every file; yields what is damaged, and calls `onChecked` for each version. Throws StorageError. */
export async function* damagedVersions(
  blobs: DiskBlobs,
  onChecked: (version: CachedVersion) => void,
): AsyncGenerator<Damage> {
  const verifiers = Array.from({ length: availableParallelism() }, () => new Verifier());
  const check = async (versions: readonly CachedVersion[]): Promise<Damage[]> => {
    const damages = versions.map(async (version, i) => {
      const found = await checkVersion(blobs, version, verifiers[i % verifiers.length] ?? new Verifier());
      onChecked(version);
      return found;
    });
    return (await Promise.all(damages)).flat();
  };
  try {
    let batch: CachedVersion[] = [];
    for await (const version of cachedVersionsOnDisk(blobs)) {
      batch.push(version);
      if (batch.length < verifiers.length * batchPerThread) continue;
      yield* await check(batch);
      batch = [];
    }
    yield* await check(batch);
  } finally {
    for (const verifier of verifiers) await verifier.stop();
  }
}

/** So many that the threads rarely wait for the slowest, so few that progress is seen. */
const batchPerThread = 8;

/** What is wrong with one version. Throws StorageError. */
export async function checkVersion(blobs: DiskBlobs, version: CachedVersion, verifier: Verifier): Promise<Damage[]> {
  const { key, files } = version;
  const damages: Damage[] = [];
  const report = (files: readonly VersionFile[], problem: string): number => damages.push({ version, files, problem });
  try {
    for (const kind of ["info", "mod"] as const) {
      const bytes = files.has(kind) ? await blobs.read(`${key}.${kind}`) : undefined;
      const problem = bytes === undefined ? undefined : smallProblem(kind, bytes, version.version);
      if (problem !== undefined) report([kind], problem);
    }
    const zip = files.has("ziphash") ? await zipProblem(blobs, version, verifier) : undefined;
    if (zip !== undefined) report(["ziphash", "zip"], zip);
    return damages;
  } catch (error) {
    throw storageError(`checking ${key}`, error);
  }
}

const fromDisk: SourceAnswer = { length: undefined, contentType: "", body: (async function* () {})() };

function smallProblem(kind: "info" | "mod", bytes: Buffer, version: string): string | undefined {
  try {
    if (bytes.length === 0) return `the .${kind} is empty`;
    if (kind === "info") checkInfo(bytes, fromDisk, version);
    else checkMod(bytes, fromDisk);
    return undefined;
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    return `the .${kind} is no good: ${error.message.replace(/^answered with /, "")}`;
  }
}

async function zipProblem(
  blobs: DiskBlobs,
  { key, files, module, version }: CachedVersion,
  verifier: Verifier,
): Promise<string | undefined> {
  const promised = (await blobs.read(`${key}.ziphash`))?.toString("utf8") ?? "";
  if (!files.has("zip")) return "the hash of the zip is there, the zip is not";
  try {
    const { hash } = await verifier.hashZip(blobs.pathOf(`${key}.zip`), module, version);
    return hash === promised
      ? undefined
      : `the zip is not the one that was stored: its hash is ${hash}, stored was ${promised.slice(0, 60)}`;
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    return `the zip is damaged: ${error.message.replace(/^sent a bad zip: /, "")}`;
  }
}
