// Answers that change with time: a module's list, its latest version, a branch or range resolved, and what a checksum
// database says of itself. Kept in the database with the time they were fetched:
//
//   younger than `freshForMs`     served as they are
//   younger than `staleForMs`     served as they are, and asked for anew in the background
//   older                         asked for anew first, so that a new tag is not hidden for long
//
// When no source can be reached an old answer is better than none: it is served with a Warning. A 404 is an answer, not
// a failure: it is passed on, and remembered for a short time in memory only.

import type { Database } from "../storage/database.ts";
import type { Leases } from "../storage/leases.ts";
import { storageError } from "../storage/storageError.ts";
import { GatewayError } from "./gatewayError.ts";
import type { SharedFailures } from "./sharedFailures.ts";
import { note } from "./trace/trace.ts";
import { Joined, runShared } from "./sharedWork.ts";

export interface Answer {
  readonly body: Buffer;
  /** Milliseconds since 1970. */
  readonly fetchedAt: number;
  /** True if a source was asked for it just now. */
  readonly fetched?: boolean | undefined;
  /** The Warning header's text for an answer that is older than it should be (RFC 7234 §5.5). */
  readonly warning?: string | undefined;
}

export interface AnswersOptions {
  readonly database: Database;
  readonly leases: Leases;
  /** Where processes tell each other of fetches that failed, so that those who waited need not fail one by one. */
  readonly failures: SharedFailures;
  readonly freshForMs: number;
  readonly staleForMs: number;
  readonly signal: AbortSignal;
  /** Called when an answer asked for in the background, or replaced by a stale one, could not be had. */
  readonly onFailedRefresh: (key: string, error: GatewayError) => void;
}

/** Fetches an answer from its sources. Throws GatewayError. */
export type FetchAnswer = (signal: AbortSignal) => Promise<{ body: Buffer; source: string }>;

export class Answers {
  readonly #options: AnswersOptions;
  readonly #refreshing = new Joined<Promise<Answer>>();

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** The answer to `key`, fetched when there is none that is young enough. Throws GatewayError. */
  async get(key: string, fetch: FetchAnswer): Promise<Answer> {
    const { freshForMs, staleForMs, onFailedRefresh } = this.#options;
    const stored = await this.stored(key);
    const age = stored === undefined ? Infinity : Date.now() - stored.fetchedAt;
    note(
      stored === undefined
        ? "stored answer: none"
        : `stored answer: ${Math.round(age / 1000)} s old, ${age < freshForMs ? "fresh" : age < staleForMs ? "served, and asked for anew behind" : "too old"}`,
    );
    if (stored !== undefined && age < freshForMs) return stored;
    const refreshed = this.#refresh(key, fetch);
    if (stored !== undefined && age < staleForMs) {
      refreshed.catch((error: unknown) => onFailedRefresh(key, asGatewayError(key, error, this.#options.signal)));
      return stored;
    }
    try {
      return { ...(await refreshed), fetched: true };
    } catch (error) {
      const failure = asGatewayError(key, error, this.#options.signal);
      if (stored === undefined || failure.code === "not-found") throw failure;
      onFailedRefresh(key, failure);
      return { ...stored, warning: '111 - "Revalidation Failed"' };
    }
  }

  /** The stored answer, whatever its age. */
  async stored(key: string): Promise<Answer | undefined> {
    const row = await this.#options.database
      .selectFrom("answers")
      .select(["body", "fetched_at"])
      .where("key", "=", key)
      .executeTakeFirst();
    return row === undefined ? undefined : { body: Buffer.from(row.body), fetchedAt: row.fetched_at };
  }

  #refresh(key: string, fetch: FetchAnswer): Promise<Answer> {
    return this.#refreshing.join(key, () => {
      const value = this.#fetchShared(key, fetch);
      return { value, settled: value };
    }).value;
  }

  #fetchShared(key: string, fetch: FetchAnswer): Promise<Answer> {
    const since = Date.now();
    const { leases, signal } = this.#options;
    const found = async (): Promise<Answer | undefined> => {
      const stored = await this.stored(key);
      return stored !== undefined && stored.fetchedAt >= since ? stored : undefined;
    };
    const lead = async (): Promise<Answer> => {
      const { body, source } = await fetch(signal).catch(async (error: unknown) => {
        const failure = asGatewayError(key, error, this.#options.signal);
        await this.#options.failures.record(key, failure);
        throw failure;
      });
      const answer = { body, fetchedAt: Date.now() };
      await this.#store(key, answer, source);
      return answer;
    };
    const watch = (): Promise<void> => this.#options.failures.rethrow(key, since);
    return runShared(leases, `answer:${key}`, { found, lead, watch }, signal);
  }

  async #store(key: string, answer: Answer, source: string): Promise<void> {
    const update = { body: answer.body, source, fetched_at: answer.fetchedAt };
    await this.#options.database
      .insertInto("answers")
      .values({ key, ...update })
      .onConflict((conflict) => conflict.column("key").doUpdateSet(update))
      .execute();
  }
}

function asGatewayError(key: string, error: unknown, signal: AbortSignal): GatewayError {
  if (error instanceof GatewayError) return error;
  if (signal.aborted) {
    return new GatewayError("stopping", `${key}: the gateway is stopping; try again in a moment`, { cause: error });
  }
  const failure = storageError(`answering ${key}`, error);
  return new GatewayError(failure.code === "no-space" ? "no-space" : "storage", failure.message, { cause: error });
}
