// What all processes on a data folder know of the sources, as rows. Every write is one statement that adds to what is
// there, so that workers need not agree on anything first.

import { sql } from "kysely";
import type { Database } from "../../storage/database.ts";
import { breakerState, type BreakerState, failuresToOpen, pauseMs } from "./breaker.ts";
import type { Counts } from "./sourceStats.ts";

/** One source, for people and for the API. Times in milliseconds since 1970, 0 for never. */
export interface SourceHealth {
  readonly source: string;
  readonly state: BreakerState;
  readonly answers: number;
  readonly absences: number;
  readonly failures: number;
  readonly bytes: number;
  /** Running means; 0 where nothing was measured. */
  readonly latencyMs: number;
  readonly bytesPerSecond: number;
  readonly hedges: number;
  readonly hedgesWon: number;
  readonly failedInRow: number;
  readonly lastSuccess: number;
  readonly lastFailure: number;
  readonly lastError: string;
  readonly openUntil: number;
  /** Why it is left alone for lying, and until when. */
  readonly isolated: { readonly reason: string; readonly until: number } | undefined;
}

export async function readHealth(database: Database, now: number = Date.now()): Promise<readonly SourceHealth[]> {
  const rows = await database.selectFrom("upstream_health").selectAll().orderBy("source").execute();
  const lied = await database.selectFrom("isolated").selectAll().where("until", ">", now).execute();
  return rows.map((row) => {
    const isolation = lied.find(({ source }) => source === row.source);
    const facts = { failedInRow: row.failed_in_row, openUntil: row.open_until };
    return {
      source: row.source,
      state: breakerState(facts, now),
      answers: row.answers,
      absences: row.absences,
      failures: row.failures,
      bytes: row.bytes,
      latencyMs: row.latency_ms,
      bytesPerSecond: row.bytes_per_second,
      hedges: row.hedges,
      hedgesWon: row.hedges_won,
      ...facts,
      lastSuccess: row.last_success,
      lastFailure: row.last_failure,
      lastError: row.last_error,
      isolated: isolation === undefined ? undefined : { reason: isolation.reason, until: isolation.until },
    };
  });
}

/** Adds what a worker has counted, and its means. */
export async function addCounts(
  database: Database,
  source: string,
  counts: Counts,
  { latencyMs, bytesPerSecond }: { latencyMs: number; bytesPerSecond: number },
): Promise<void> {
  const { answers, absences, failures, bytes, hedges, hedgesWon } = counts;
  const means = { latency_ms: latencyMs, bytes_per_second: bytesPerSecond };
  await database
    .insertInto("upstream_health")
    .values({ source, answers, absences, failures, bytes, hedges, hedges_won: hedgesWon, ...means })
    .onConflict((conflict) =>
      conflict.column("source").doUpdateSet({
        answers: sql`upstream_health.answers + ${answers}`,
        absences: sql`upstream_health.absences + ${absences}`,
        failures: sql`upstream_health.failures + ${failures}`,
        bytes: sql`upstream_health.bytes + ${bytes}`,
        hedges: sql`upstream_health.hedges + ${hedges}`,
        hedges_won: sql`upstream_health.hedges_won + ${hedgesWon}`,
        ...means,
      }),
    )
    .execute();
}

/** One more failure in a row; the one that is too many opens the breaker. Those that come while it is open don't count. */
export async function recordFailure(database: Database, source: string, error: string, now: number): Promise<void> {
  const before = await failedInRow(database, source);
  const first = { source, failed_in_row: 1, last_failure: now, last_error: error };
  const failed = sql<number>`upstream_health.failed_in_row + (upstream_health.open_until <= ${now})`;
  await database
    .insertInto("upstream_health")
    .values(first)
    .onConflict((conflict) =>
      conflict.column("source").doUpdateSet({
        failed_in_row: failed,
        last_failure: now,
        last_error: error,
        probe_until: 0,
        open_until: sql`CASE WHEN upstream_health.open_until <= ${now} AND upstream_health.failed_in_row + 1 >= ${failuresToOpen}
          THEN ${now + pauseMs(before + 1)} ELSE upstream_health.open_until END`,
      }),
    )
    .execute();
}

async function failedInRow(database: Database, source: string): Promise<number> {
  const row = await database
    .selectFrom("upstream_health")
    .select("failed_in_row")
    .where("source", "=", source)
    .executeTakeFirst();
  return row?.failed_in_row ?? 0;
}

/** It answers: the breaker is closed. Resolves to whether it was not. */
export async function recordSuccess(database: Database, source: string, now: number): Promise<boolean> {
  const before = await failedInRow(database, source);
  const closed = { last_success: now, failed_in_row: 0, open_until: 0, probe_until: 0 };
  await database
    .insertInto("upstream_health")
    .values({ source, ...closed })
    .onConflict((conflict) => conflict.column("source").doUpdateSet(closed))
    .execute();
  return before >= failuresToOpen;
}

/** True for the one, among all workers, who may try a source whose pause is over. The right ends by itself at `until`. */
export async function claimTrial(database: Database, source: string, now: number, until: number): Promise<boolean> {
  const claimed = await database
    .updateTable("upstream_health")
    .set({ probe_until: until })
    .where("source", "=", source)
    .where("probe_until", "<", now)
    .returning("source")
    .executeTakeFirst();
  return claimed !== undefined;
}
