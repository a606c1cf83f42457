// A source that sent other bytes than the checksum database has is left alone for a while, by all workers, where there is
// another one to ask. What it sent is refused in any case; this keeps every download from being tried at a liar first.

import type { Logger } from "pino";
import type { Database } from "../storage/database.ts";
import { SourceFailure, type ChainLink, type Source } from "./source.ts";

/** How long what the database said is believed. Milliseconds. */
const rememberMs = 1000;

export class Isolation {
  readonly #database: Database;
  readonly #forMs: number;
  readonly #logger: Logger;
  #known: { readonly at: number; readonly reasons: ReadonlyMap<string, string> } | undefined;

  /** `forMs`: how long a source is left alone; 0 never. */
  constructor(database: Database, forMs: number, logger: Logger) {
    this.#database = database;
    this.#forMs = forMs;
    this.#logger = logger;
  }

  /** The chain, with those left out that have lied; a single source is asked for ever, there is no other. */
  guard(chain: readonly ChainLink[]): readonly ChainLink[] {
    const hasOthers = chain.filter(({ source }) => source.name.includes("://")).length > 1;
    return chain.map((link) => ({ ...link, source: this.#guarded(link.source, hasOthers) }));
  }

  #guarded(source: Source, hasOthers: boolean): Source {
    const { name } = source;
    return {
      name,
      ask: async (path, consume, errand) => {
        const reason = hasOthers ? (await this.#reasons()).get(name) : undefined;
        if (reason !== undefined) throw new SourceFailure("isolated", `is not asked for now: ${reason}`);
        try {
          return await source.ask(path, consume, errand);
        } catch (error) {
          if (error instanceof SourceFailure && error.kind === "mismatch")
            await this.#isolate(name, path, error, hasOthers);
          throw error;
        }
      },
    };
  }

  async #reasons(): Promise<ReadonlyMap<string, string>> {
    const now = Date.now();
    if (this.#known !== undefined && now - this.#known.at < rememberMs) return this.#known.reasons;
    const rows = await this.#database.selectFrom("isolated").selectAll().where("until", ">", now).execute();
    this.#known = { at: now, reasons: new Map(rows.map(({ source, reason }) => [source, reason])) };
    return this.#known.reasons;
  }

  async #isolate(source: string, path: string, failure: SourceFailure, hasOthers: boolean): Promise<void> {
    this.#logger.error(
      { source, path, err: failure.message },
      "a source sent bytes that the checksum database contradicts",
    );
    if (this.#forMs === 0 || !hasOthers) return;
    const until = Date.now() + this.#forMs;
    const reason = `it sent other bytes of ${path} than everybody else gets`;
    await this.#database
      .insertInto("isolated")
      .values({ source, reason, until })
      .onConflict((conflict) => conflict.column("source").doUpdateSet({ reason, until }))
      .execute();
    this.#known = undefined;
  }
}
