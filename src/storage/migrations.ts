// Numbered, append-only: a migration that has been released is never edited. `user_version` says how many have run.

import type { DatabaseSync } from "node:sqlite";
import { StorageError } from "./storageError.ts";

const migrations: readonly string[] = [
  `CREATE TABLE leases (
     key TEXT PRIMARY KEY, holder TEXT NOT NULL, token TEXT NOT NULL, deadline INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX leases_holder ON leases (holder);
   CREATE TABLE fills (
     key TEXT PRIMARY KEY, kind TEXT NOT NULL, module TEXT NOT NULL, version TEXT NOT NULL, state TEXT NOT NULL,
     part TEXT, total INTEGER, size INTEGER, source TEXT, status INTEGER, error TEXT, updated_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX fills_module ON fills (module, version);
   CREATE INDEX fills_unfinished ON fills (state) WHERE state IN ('PENDING', 'DOWNLOADING');
   CREATE TABLE answers (
     key TEXT PRIMARY KEY, body BLOB NOT NULL, source TEXT NOT NULL, fetched_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE failures (
     key TEXT PRIMARY KEY, status INTEGER NOT NULL, error TEXT NOT NULL, failed_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
  `CREATE TABLE approvals (
     id TEXT PRIMARY KEY, request_key TEXT UNIQUE, service TEXT NOT NULL, environment TEXT NOT NULL, what TEXT NOT NULL,
     requested_by TEXT NOT NULL, requested_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
     answer TEXT CHECK (answer IN ('approved', 'denied')), answered_by TEXT, answered_at INTEGER
   ) STRICT;`,
  `CREATE TABLE isolated (source TEXT PRIMARY KEY, reason TEXT NOT NULL, until INTEGER NOT NULL) STRICT;`,
  `CREATE TABLE upstream_health (
     source TEXT PRIMARY KEY, answers INTEGER NOT NULL DEFAULT 0, absences INTEGER NOT NULL DEFAULT 0,
     failures INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, hedges INTEGER NOT NULL DEFAULT 0,
     hedges_won INTEGER NOT NULL DEFAULT 0, latency_ms REAL NOT NULL DEFAULT 0, bytes_per_second REAL NOT NULL DEFAULT 0,
     failed_in_row INTEGER NOT NULL DEFAULT 0, last_success INTEGER NOT NULL DEFAULT 0,
     last_failure INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '',
     open_until INTEGER NOT NULL DEFAULT 0, probe_until INTEGER NOT NULL DEFAULT 0
   ) STRICT;`,
  `CREATE TABLE hits (key TEXT PRIMARY KEY, count INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;`,
];

/** Brings the schema up to date. Safe when several processes start at once. Writes nothing where nothing is to be done. */
export function migrate(sqlite: DatabaseSync): void {
  if (schemaOf(sqlite) === migrations.length) return;
  // Immediate: the version is read again under the write lock, so two first starts can't both create the tables.
  sqlite.exec("BEGIN IMMEDIATE");
  try {
    const done = schemaOf(sqlite);
    if (done > migrations.length) {
      throw new StorageError(
        "schema-too-new",
        `the data folder was written by a newer Fairlead (schema ${done}, this one knows ${migrations.length}); use that version, or another --data folder`,
      );
    }
    for (const sql of migrations.slice(done)) sqlite.exec(sql);
    sqlite.exec(`PRAGMA user_version = ${migrations.length}`);
    sqlite.exec("COMMIT");
  } catch (error) {
    // On a full disk SQLite has rolled back by itself.
    if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    throw error;
  }
}

function schemaOf(sqlite: DatabaseSync): number {
  return Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
}
