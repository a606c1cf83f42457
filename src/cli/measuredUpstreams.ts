import { existsSync } from "node:fs";
import { readHealth, type SourceHealth } from "../gateway/health/healthRows.ts";
import { releaseSource } from "../gateway/health/release.ts";
import { databasePath, openDatabase } from "../storage/database.ts";

/** Lets a source that is left alone be asked again; false where it was not left alone. */
export async function release(data: string, source: string): Promise<boolean> {
  if (!existsSync(databasePath(data))) return false;
  const database = openDatabase(databasePath(data), { migrateFirst: true });
  try {
    return await releaseSource(database, source.replace(/\/+$/, ""));
  } finally {
    await database.destroy();
  }
}

/** What gateways on a data folder have measured of their sources; nothing where there is no folder yet. */
export async function measuredUpstreams(data: string): Promise<readonly SourceHealth[]> {
  if (!existsSync(databasePath(data))) return [];
  const database = openDatabase(databasePath(data), { migrateFirst: true });
  try {
    return await readHealth(database);
  } finally {
    await database.destroy();
  }
}
