// What a gateway does for its cache while it serves: the round that looks for damage, and the removal of what is old or too
// much. One of all gateways on a data folder does it, and remembers there when it did.

import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { type CacheStores, prune, type PruneLimits } from "../cacheRemoval.ts";
import { scrub } from "./scrub.ts";

/** Plain data: part of the gateway's options. */
export interface UpkeepOptions {
  /** How often the whole cache is read. Milliseconds; 0 never. */
  readonly scrubEveryMs: number;
  readonly prune: PruneLimits;
}

export interface UpkeepParts {
  readonly stores: CacheStores;
  readonly logger: Logger;
  readonly url: string | undefined;
  readonly forget: (keys: readonly string[]) => Promise<void>;
}

const pruneEveryMs = 3_600_000;
/** How often is looked whether something is due; a failure is tried again no sooner. */
const lookEveryMs = 60_000;

export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #parts: UpkeepParts;
  readonly #cut = new AbortController();
  readonly #done: Promise<unknown>;

  constructor(options: UpkeepOptions, parts: UpkeepParts) {
    this.#options = options;
    this.#parts = parts;
    const { keepMs, maxBytes } = options.prune;
    const hasPrune = keepMs !== undefined || maxBytes !== undefined;
    this.#done = Promise.all([
      options.scrubEveryMs > 0 ? this.#loop("scrub", options.scrubEveryMs, () => this.#scrub()) : undefined,
      hasPrune ? this.#loop("prune", pruneEveryMs, () => this.#prune()) : undefined,
    ]);
  }

  async stop(): Promise<void> {
    this.#cut.abort();
    await this.#done;
  }

  async #loop(name: string, everyMs: number, work: () => Promise<void>): Promise<void> {
    const { logger } = this.#parts;
    const { signal } = this.#cut;
    while (!signal.aborted) {
      try {
        await this.#whenDue(name, everyMs, work);
      } catch (error) {
        if (!signal.aborted) logger.warn({ work: name, err: String(error) }, "upkeep of the cache failed; later again");
      }
      await sleep(Math.min(lookEveryMs, everyMs), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #whenDue(name: string, everyMs: number, work: () => Promise<void>): Promise<void> {
    const { database, leases } = this.#parts.stores;
    const key = `upkeep:${name}`;
    const row = await database.selectFrom("meta").select("value").where("name", "=", key).executeTakeFirst();
    if (Date.now() - Number(row?.value ?? 0) < everyMs) return;
    const lease = await leases.acquire(key);
    if (lease === undefined) return;
    try {
      await work();
      const value = String(Date.now());
      await database
        .insertInto("meta")
        .values({ name: key, value })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
        .execute();
    } finally {
      await leases.release(lease);
    }
  }

  async #scrub(): Promise<void> {
    const figures = await scrub({ ...this.#parts, signal: this.#cut.signal });
    this.#parts.logger.info(figures, "the cache was read through");
  }

  async #prune(): Promise<void> {
    const { removed, kept, busy } = await prune(this.#parts.stores, this.#options.prune, false);
    const freed = removed.reduce((sum, { bytes }) => sum + bytes, 0);
    if (removed.length > 0)
      this.#parts.logger.info({ removed: removed.length, freed, kept, busy }, "old or surplus versions were removed");
  }
}
