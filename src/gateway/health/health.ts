// Sources are measured while they are asked; one that does not answer is left alone for a while, by all workers, where
// there is another one. What is known survives restarts.

import type { Logger } from "pino";
import type { Database } from "../../storage/database.ts";
import { SourceFailure, type ChainLink, type Errand, type Source, type SourceAnswer } from "../source.ts";
import { breakerState, countsAgainst } from "./breaker.ts";
import { addCounts, claimTrial, readHealth, recordFailure, recordSuccess, type SourceHealth } from "./healthRows.ts";
import { hedged } from "./hedge.ts";
import { SourceStats } from "./sourceStats.ts";

/** How long what the database said is believed. Milliseconds. */
const rememberMs = 1000;
const flushEveryMs = 1000;
/** In a group, a source that was not asked for so long is asked again: it may have become fast. */
const exploreAfterMs = 60_000;
const failureCostsMs = 1000;

export class Health {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #stats = new Map<string, SourceStats>();
  /** Of sources that a success is to be written for, the time of the last. */
  readonly #succeeded = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #known: { readonly at: number; readonly rows: ReadonlyMap<string, SourceHealth> } | undefined;

  static async open(database: Database, logger: Logger): Promise<Health> {
    const health = new Health(database, logger);
    for (const { source, latencyMs, bytesPerSecond } of await readHealth(database))
      health.#stats.set(source, new SourceStats(latencyMs, bytesPerSecond));
    return health;
  }

  private constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.flush(), flushEveryMs);
    this.#timer.unref();
  }

  /** The chain, measured; where it has more than one source, one that does not answer is skipped. */
  watch(chain: readonly ChainLink[]): readonly ChainLink[] {
    const isSource = ({ source }: ChainLink): boolean => source.name.includes("://");
    const hasOthers = chain.filter(isSource).length > 1;
    return chain.map((link) => {
      if (!isSource(link)) return link;
      const { name } = link.source;
      return { ...link, source: this.#watched(link.source, hasOthers), rank: () => this.#rank(name) };
    });
  }

  /** What all workers know, this one's newest counts included. */
  async sources(): Promise<readonly SourceHealth[]> {
    await this.flush();
    return readHealth(this.#database);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  /** Writes down what was counted. What can't be written now is lost: figures, not modules. */
  async flush(): Promise<void> {
    try {
      for (const [source, stats] of this.#stats) {
        const counts = stats.takeCounts();
        if (counts !== undefined) await addCounts(this.#database, source, counts, stats);
      }
      const succeeded = [...this.#succeeded];
      this.#succeeded.clear();
      for (const [source, at] of succeeded) await this.#writeSuccess(source, at);
    } catch (error) {
      this.#logger.warn({ err: String(error) }, "what was measured of the sources could not be written down");
    }
  }

  #statsOf(name: string): SourceStats {
    let stats = this.#stats.get(name);
    if (stats === undefined) this.#stats.set(name, (stats = new SourceStats()));
    return stats;
  }

  #watched(source: Source, maySkip: boolean): Source {
    const { name } = source;
    const stats = this.#statsOf(name);
    const asked = hedged(measured(source, stats), stats, isSmall);
    return {
      name,
      ask: async <T>(path: string, consume: (answer: SourceAnswer) => Promise<T>, errand: Errand): Promise<T> => {
        if (maySkip) await this.#refuseOpen(name);
        stats.lastAskedAt = Date.now();
        try {
          const value = await asked.ask(path, consume, errand);
          stats.count("answers");
          await this.#succeeds(name);
          return value;
        } catch (error) {
          if (!(error instanceof SourceFailure)) throw error;
          if (error.kind === "not-found") stats.count("absences");
          else stats.count("failures");
          if (countsAgainst(error.kind)) await this.#fails(name, error);
          else await this.#succeeds(name);
          throw error;
        }
      },
    };
  }

  async #rows(): Promise<ReadonlyMap<string, SourceHealth>> {
    const now = Date.now();
    if (this.#known === undefined || now - this.#known.at >= rememberMs) {
      const rows = await readHealth(this.#database, now);
      this.#known = { at: now, rows: new Map(rows.map((row) => [row.source, row])) };
    }
    return this.#known.rows;
  }

  async #refuseOpen(name: string): Promise<void> {
    const row = (await this.#rows()).get(name);
    if (row === undefined) return;
    const now = Date.now();
    const state = breakerState(row, now);
    if (state === "closed") return;
    const why = `it failed ${row.failedInRow} times in a row, the last time so: ${row.lastError}`;
    if (state === "open")
      throw new SourceFailure("open", `is not asked for ${Math.ceil((row.openUntil - now) / 1000)} s: ${why}`);
    // Longer than any time limit of one attempt: if the one who tries dies, somebody else may.
    if (!(await claimTrial(this.#database, name, now, now + 60_000)))
      throw new SourceFailure("open", `is just being tried again: ${why}`);
  }

  async #fails(source: string, failure: SourceFailure): Promise<void> {
    const before = (await this.#rows()).get(source);
    await this.#safely(recordFailure(this.#database, source, failure.message.slice(0, 500), Date.now()));
    this.#known = undefined;
    const after = (await this.#rows()).get(source);
    if (after !== undefined && after.openUntil > (before?.openUntil ?? 0))
      this.#logger.warn(
        { source, failedInRow: after.failedInRow, until: after.openUntil, err: failure.message },
        "a source does not answer and is left alone for a while",
      );
  }

  async #succeeds(source: string): Promise<void> {
    const now = Date.now();
    const known = this.#known?.rows.get(source);
    // Written at once only where it changes something; else with the other figures.
    if (known === undefined || known.failedInRow === 0) {
      this.#succeeded.set(source, now);
      return;
    }
    await this.#safely(this.#writeSuccess(source, now));
    this.#known = undefined;
  }

  async #writeSuccess(source: string, now: number): Promise<void> {
    if (await recordSuccess(this.#database, source, now)) this.#logger.info({ source }, "a source answers again");
  }

  /** A database that can't be written must not keep a module from whoever waits for it. */
  async #safely(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#logger.warn({ err: String(error) }, "a source's state could not be written down");
    }
  }

  /** The lower the sooner, inside of a group: what a megabyte would cost, in milliseconds. */
  #rank(name: string): number {
    const now = Date.now();
    const row = this.#known?.rows.get(name);
    if (row !== undefined && breakerState(row, now) === "open") return Infinity;
    const stats = this.#statsOf(name);
    if (stats.latencyMs === 0 || now - stats.lastAskedAt > exploreAfterMs) return 0;
    const transfer = stats.bytesPerSecond === 0 ? 0 : (1_000_000 / stats.bytesPerSecond) * 1000;
    return stats.latencyMs + transfer + (row?.failedInRow ?? 0) * failureCostsMs;
  }
}

function isSmall(path: string): boolean {
  return !path.endsWith(".zip");
}

/** Times the first byte and the body, as they come. */
function measured(source: Source, stats: SourceStats): Source {
  return {
    name: source.name,
    ask(path, consume, errand) {
      let start = performance.now();
      return source.ask(
        path,
        async (answer) => {
          const firstByte = performance.now();
          stats.firstByte(firstByte - start, isSmall(path));
          let bytes = 0;
          const body = counted(answer.body, (length) => (bytes += length));
          try {
            return await consume({ ...answer, body });
          } finally {
            stats.body(bytes, performance.now() - firstByte);
          }
        },
        {
          ...errand,
          onRetry(failure, pauseMs) {
            start = performance.now() + pauseMs;
            errand.onRetry?.(failure, pauseMs);
          },
        },
      );
    },
  };
}

async function* counted(body: AsyncIterable<Uint8Array>, count: (length: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    count(chunk.length);
    yield chunk;
  }
}
