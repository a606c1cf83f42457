// The data folder: modules/ (Go's cache/download layout), parts/ (files still arriving), quarantine/ (zips that were
// refused), git/ (mirrors of repositories), fairlead.db (rows).

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { DiskBlobs } from "../storage/blobs.ts";
import { type Database, databasePath, openDatabase } from "../storage/database.ts";
import { liveTokens, releaseHolder } from "../storage/leases.ts";
import { errnoOf, storageError, type StorageError } from "../storage/storageError.ts";
import { writeCachedList } from "./cachedList.ts";
import { FillLog } from "./fillLog.ts";

export function blobsIn(dataFolder: string): DiskBlobs {
  return new DiskBlobs(join(dataFolder, "modules"), join(dataFolder, "parts"));
}

/** Zips that were refused, for somebody to look at. */
export function quarantineIn(dataFolder: string): string {
  return join(dataFolder, "quarantine");
}

/** Mirrors of git repositories. */
export function mirrorsIn(dataFolder: string): string {
  return join(dataFolder, "git");
}

export interface DataFolder {
  readonly database: Database;
  /** The same for all processes on the folder. */
  readonly instanceId: string;
  /** Why what a crash left could not be cleared up now, if it could not: what is cached is served all the same. */
  readonly notCleared: StorageError | undefined;
}

/** Makes the folder fit for use: creates it, migrates the database, clears up after a crash. Throws StorageError. */
export async function prepareDataFolder(dataFolder: string): Promise<DataFolder> {
  const blobs = blobsIn(dataFolder);
  await blobs.prepare();
  let database: Database;
  try {
    database = openDatabase(databasePath(dataFolder), { migrateFirst: true });
  } catch (error) {
    throw storageError(`opening the database ${databasePath(dataFolder)}`, error);
  }
  const notCleared = await clearUp(dataFolder, database).then(
    () => undefined,
    (error: unknown) => storageError("clearing up after the last run", error),
  );
  return { database, instanceId: await instanceIdOf(database), notCleared };
}

/** Names a process that holds leases: host and process id tell others on the same host whether it lives. */
export function holderName(pid: number): string {
  return `${hostname()}/${pid}/${randomUUID()}`;
}

/**
 * Ends what a crash left half done: leases of processes that are no more, part files, rows of downloads that nobody works
 * on, lists not yet written. Harmless at any time. Throws StorageError.
 */
export async function clearUp(dataFolder: string, database: Database): Promise<void> {
  const blobs = blobsIn(dataFolder);
  await releaseDeadHolders(database);
  await removeAbandonedParts(database, blobs);
  await endAbandonedFills(database, blobs);
}

/** So that nobody need wait for their leases to lapse. */
async function releaseDeadHolders(database: Database): Promise<void> {
  const rows = await database.selectFrom("leases").select("holder").distinct().execute();
  for (const { holder } of rows) {
    const [host, pid] = holder.split("/");
    if (host === hostname() && !lives(Number(pid))) await releaseHolder(database, holder);
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and is another user's.
    return errnoOf(error) === "EPERM";
  }
  return !isZombie(pid);
}

/** A killed process that its parent has not noticed yet still has its number. Told by Linux alone. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}

async function removeAbandonedParts(database: Database, blobs: DiskBlobs): Promise<void> {
  // In this order: a part that is there now has had its lease before.
  const parts = await blobs.parts();
  const live = await liveTokens(database);
  for (const { name, modifiedMs } of parts) {
    // A download's part is named by the token of its lease. Small files are written in one go: one that has been there
    // for a minute has nobody who would rename it.
    const isDownload = name.includes(".");
    const abandoned = isDownload ? !live.has(name.slice(0, name.indexOf("."))) : modifiedMs < Date.now() - 60_000;
    if (abandoned) await rm(blobs.partPath(name), { force: true });
  }
}

async function endAbandonedFills(database: Database, blobs: DiskBlobs): Promise<void> {
  const fillLog = new FillLog(database);
  for (const row of await fillLog.unfinished()) {
    // One that waits for its turn has no lease yet, and its process may live.
    if (row.state === "PENDING" && row.updated_at > Date.now() - 10 * 60 * 1000) continue;
    await fillLog.abandoned(
      row,
      "interrupted: the gateway stopped during the download; the next request starts it again",
    );
    if (row.kind === "info") await writeCachedList(blobs, row.module);
  }
}

async function instanceIdOf(database: Database): Promise<string> {
  const stored = (): Promise<{ value: string } | undefined> =>
    database.selectFrom("meta").select("value").where("name", "=", "instance").executeTakeFirst();
  const row = await stored();
  if (row !== undefined) return row.value;
  await database
    .insertInto("meta")
    .values({ name: "instance", value: randomUUID() })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  return (await stored())?.value ?? randomUUID();
}
