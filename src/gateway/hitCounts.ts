// How often each file was served out of the cache, and when last. Counted in memory, written a few seconds later: a hit must
// cost no turn to the disk.

import { sql } from "kysely";
import type { Logger } from "pino";
import type { Database } from "../storage/database.ts";
import { parseTarget } from "./route.ts";

const flushEveryMs = 5000;
/** More files than that within one interval are not counted. */
const mostFiles = 20_000;

export class HitCounts {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  /** By target, as clients send it. */
  #counts = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.flush(), flushEveryMs);
    this.#timer.unref();
  }

  /** A file was served without its source being asked. `target` begins with a slash. */
  count(target: string): void {
    const before = this.#counts.get(target);
    if (before !== undefined || this.#counts.size < mostFiles) this.#counts.set(target, (before ?? 0) + 1);
  }

  /** Writes what has been counted. What can't be written is lost: it is a figure for people. */
  flush(): Promise<void> {
    const counts = this.#counts;
    this.#counts = new Map();
    if (counts.size > 0) this.#writing = this.#writing.then(() => this.#write(counts));
    return this.#writing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #write(counts: ReadonlyMap<string, number>): Promise<void> {
    const last = Date.now();
    try {
      await this.#database.transaction().execute(async (transaction) => {
        for (const [target, count] of counts) {
          // It was understood once; a query behind it is not part of the name.
          const route = parseTarget(target);
          if (!("version" in route)) continue;
          await transaction
            .insertInto("hits")
            .values({ key: route.key, count, last })
            .onConflict((conflict) =>
              conflict
                .column("key")
                .doUpdateSet({ count: sql`hits.count + ${count}`, last: sql`max(hits.last, ${last})` }),
            )
            .execute();
        }
      });
    } catch (error) {
      this.#logger.warn({ err: String(error) }, "the counts of cache hits could not be written");
    }
  }
}

export interface HitCount {
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly last: number;
}

/** By key, `<escaped path>/@v/<escaped version>.<kind>`; files that were never served from the cache are not there. */
export async function readHits(database: Database): Promise<ReadonlyMap<string, HitCount>> {
  const rows = await database.selectFrom("hits").selectAll().execute();
  return new Map(rows.map(({ key, count, last }) => [key, { count, last }]));
}
