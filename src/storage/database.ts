// Rows: SQLite embedded in Node, through Kysely, so that the same queries serve PostgreSQL when one machine is not
// enough. One writer at a time, several processes: every write is a single statement, because a transaction that
// begins by reading fails as locked when another process writes in between, whatever the busy timeout.

import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { type Generated, Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from "kysely";
import { migrate } from "./migrations.ts";

/** What one fill of the cache is doing. Times are milliseconds since 1970. */
export type FillState = "PENDING" | "DOWNLOADING" | "CACHED" | "FAILED" | "QUARANTINED";

export interface LeaseTable {
  key: string;
  holder: string;
  token: string;
  deadline: number;
}

export interface FillTable {
  key: string;
  kind: string;
  module: string;
  version: string;
  state: FillState;
  /** File name under parts/ that other processes may read while the fill goes on; null: wait for the whole. */
  part: string | null;
  /** Bytes expected, if the source said so. */
  total: number | null;
  /** Bytes stored, once CACHED. */
  size: number | null;
  source: string | null;
  /** HTTP status and text for the client, once FAILED. */
  status: number | null;
  error: string | null;
  updated_at: number;
}

export interface AnswerTable {
  key: string;
  body: Uint8Array;
  source: string;
  fetched_at: number;
}

export interface FailureTable {
  key: string;
  status: number;
  error: string;
  failed_at: number;
}

export interface MetaTable {
  name: string;
  value: string;
}

/** A question to a person, and the answer. Times are milliseconds since 1970. */
export interface ApprovalTable {
  id: string;
  /** Who asks twice with the same key, after a restart, means one request. */
  request_key: string | null;
  service: string;
  environment: string;
  what: string;
  requested_by: string;
  requested_at: number;
  expires_at: number;
  answer: "approved" | "denied" | null;
  answered_by: string | null;
  answered_at: number | null;
}

/** A source that has lied. */
export interface IsolatedTable {
  source: string;
  reason: string;
  /** Milliseconds since 1970. */
  until: number;
}

/** What is known of a source. Times are milliseconds since 1970, 0 for never. */
export interface UpstreamHealthTable {
  source: string;
  answers: Generated<number>;
  absences: Generated<number>;
  failures: Generated<number>;
  bytes: Generated<number>;
  hedges: Generated<number>;
  hedges_won: Generated<number>;
  latency_ms: Generated<number>;
  bytes_per_second: Generated<number>;
  failed_in_row: Generated<number>;
  last_success: Generated<number>;
  last_failure: Generated<number>;
  last_error: Generated<string>;
  open_until: Generated<number>;
  /** Until when somebody has the right to try a source whose pause is over. */
  probe_until: Generated<number>;
}

export interface Tables {
  approvals: ApprovalTable;
  isolated: IsolatedTable;
  leases: LeaseTable;
  fills: FillTable;
  answers: AnswerTable;
  failures: FailureTable;
  meta: MetaTable;
  upstream_health: UpstreamHealthTable;
  hits: HitTable;
}

/** How often a file was served out of the cache, and when last. */
interface HitTable {
  key: string;
  count: number;
  last: number;
}

export type Database = Kysely<Tables>;

/** The database file of a data folder. */
export function databasePath(dataFolder: string): string {
  return join(dataFolder, "fairlead.db");
}

/** Opens (and creates) the database file at `path`. Migrations run only where `migrateFirst` is set: before forking. */
export function openDatabase(path: string, { migrateFirst = false }: { migrateFirst?: boolean } = {}): Database {
  const sqlite = new DatabaseSync(path, { timeout: 5000 });
  // WAL: readers never wait for the writer. NORMAL: a crash of the process loses nothing, a power cut may lose the
  // last rows but never tears the file; what must survive that are the blobs, and they are synced.
  sqlite.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
  if (migrateFirst) migrate(sqlite);
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapt(sqlite) }) });
}

/** Kysely speaks to better-sqlite3; node:sqlite differs from it by these lines. Statements are prepared once. */
function adapt(sqlite: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  const prepare = (sql: string): SqliteStatement => {
    const statement = sqlite.prepare(sql);
    return {
      reader: statement.columns().length > 0,
      all: (values) => statement.all(...parameters(values)),
      run: (values) => statement.run(...parameters(values)),
      iterate: (values) => statement.iterate(...parameters(values)),
    };
  };
  return {
    close: () => sqlite.close(),
    prepare: (sql) => {
      let statement = prepared.get(sql);
      if (statement === undefined) prepared.set(sql, (statement = prepare(sql)));
      return statement;
    },
  };
}

function parameters(values: readonly unknown[]): SQLInputValue[] {
  return values.map((value) => {
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "bigint")
      return value;
    if (value instanceof Uint8Array) return value;
    throw new TypeError(`SQLite can't bind a ${typeof value}`);
  });
}
