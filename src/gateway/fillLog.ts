// The state of every file that the gateway was asked to fetch: PENDING → DOWNLOADING → CACHED | FAILED | QUARANTINED, in the database,
// where other workers, `fairlead cache ls` and an operator see it.

import type { Database, FillTable } from "../storage/database.ts";
import type { FileRoute } from "./route.ts";

export class FillLog {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A file is waiting for its turn to be downloaded. */
  pending(route: FileRoute): Promise<void> {
    return this.#write(route, { state: "PENDING" });
  }

  /** A download has begun. `part` names the file that other processes may read from while it grows. */
  downloading(route: FileRoute, growing: { part: string; total: number | undefined } | undefined): Promise<void> {
    return this.#write(route, { state: "DOWNLOADING", part: growing?.part ?? null, total: growing?.total ?? null });
  }

  cached(route: FileRoute, size: number, source: string): Promise<void> {
    return this.#write(route, { state: "CACHED", size, source });
  }

  /** `status` and `error` are what the client was answered; `isLie`: bytes came, and were not the right ones. */
  failed(route: FileRoute, status: number, error: string, isLie: boolean): Promise<void> {
    return this.#write(route, { state: isLie ? "QUARANTINED" : "FAILED", status, error: error.slice(0, 2000) });
  }

  async get(key: string): Promise<FillTable | undefined> {
    return this.#database.selectFrom("fills").selectAll().where("key", "=", key).executeTakeFirst();
  }

  /**
   * Ends a row whose process died, unless somebody has taken it up meanwhile. It has no status: those who waited take the
   * work over and are not told of a failure.
   */
  async abandoned({ key, state, updated_at }: FillTable, error: string): Promise<void> {
    await this.#database
      .updateTable("fills")
      .set({ state: "FAILED", part: null, status: null, error, updated_at: Date.now() })
      .where("key", "=", key)
      .where("state", "=", state)
      .where("updated_at", "=", updated_at)
      .where((e) =>
        e.not(
          e.exists(
            e
              .selectFrom("leases")
              .select("key")
              .whereRef("leases.key", "=", "fills.key")
              .where("deadline", ">=", Date.now()),
          ),
        ),
      )
      .execute();
  }

  /** All rows that a process left unfinished: it is still at it, or it died. */
  async unfinished(): Promise<readonly FillTable[]> {
    return this.#database.selectFrom("fills").selectAll().where("state", "in", ["PENDING", "DOWNLOADING"]).execute();
  }

  async #write(route: FileRoute, change: Partial<FillTable> & Pick<FillTable, "state">): Promise<void> {
    const row: FillTable = {
      key: route.key,
      kind: route.kind,
      module: route.module,
      version: route.version,
      part: null,
      total: null,
      size: null,
      source: null,
      status: null,
      error: null,
      updated_at: Date.now(),
      ...change,
    };
    const { key: _, ...update } = row;
    await this.#database
      .insertInto("fills")
      .values(row)
      .onConflict((conflict) => conflict.column("key").doUpdateSet(update))
      .execute();
  }
}

const keepFailuresMs = 24 * 60 * 60 * 1000;
const keepFailures = 10_000;

/** Forgets failures that are a day old, and all but the newest: what clients ask for in vain must not fill the disk. */
export async function pruneFailures(database: Database): Promise<void> {
  const failed = database.selectFrom("fills").where("state", "in", ["FAILED", "QUARANTINED"]);
  const oldest = await failed
    .select("updated_at")
    .orderBy("updated_at", "desc")
    .offset(keepFailures)
    .limit(1)
    .executeTakeFirst();
  const before = Math.max(Date.now() - keepFailuresMs, oldest?.updated_at ?? 0);
  await database
    .deleteFrom("fills")
    .where("state", "in", ["FAILED", "QUARANTINED"])
    .where("updated_at", "<=", before)
    .execute();
}
