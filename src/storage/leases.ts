// Leases: who may do a piece of work, across workers and processes. A row holds the holder, a token unique to this
// acquisition, and a deadline that the holder moves on while it lives. A dead holder's leases lapse by themselves; a
// supervisor that saw it die gives them back at once.
//
// A lease keeps work from being done twice; it does not protect data. Whoever loses its lease while stalled may still
// finish, so what leases guard must be harmless when done twice (here: whole files renamed into place).

import { randomUUID } from "node:crypto";
import type { Database } from "./database.ts";

/** How long a holder may be silent before others take over, in milliseconds. */
const leaseMs = 4000;
const renewEveryMs = 1000;

export interface Lease {
  readonly key: string;
  /** Unique to this acquisition. */
  readonly token: string;
}

export class Leases {
  readonly #database: Database;
  readonly #holder: string;
  readonly #now: () => number;
  #held = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `holder` names this process; no two live processes may share it. */
  constructor(database: Database, holder: string, now: () => number = Date.now) {
    this.#database = database;
    this.#holder = holder;
    this.#now = now;
  }

  /** Takes the lease if it is free or has lapsed; undefined if somebody holds it. */
  async acquire(key: string): Promise<Lease | undefined> {
    const now = this.#now();
    const row = { key, holder: this.#holder, token: randomUUID(), deadline: now + leaseMs };
    const taken = await this.#database
      .insertInto("leases")
      .values(row)
      .onConflict((conflict) =>
        conflict
          .column("key")
          .doUpdateSet({ holder: row.holder, token: row.token, deadline: row.deadline })
          .where("leases.deadline", "<", now),
      )
      .returning("token")
      .executeTakeFirst();
    if (taken === undefined) return undefined;
    this.#held++;
    this.#startRenewing();
    return { key, token: row.token };
  }

  /** Gives a lease back. Harmless if it has lapsed and somebody else holds it now. */
  async release(lease: Lease): Promise<void> {
    this.#held--;
    if (this.#held === 0) this.#stopRenewing();
    await this.#database.deleteFrom("leases").where("key", "=", lease.key).where("token", "=", lease.token).execute();
  }

  /** True while somebody holds the lease. */
  async isHeld(key: string): Promise<boolean> {
    const row = await this.#database.selectFrom("leases").select("deadline").where("key", "=", key).executeTakeFirst();
    return row !== undefined && row.deadline >= this.#now();
  }

  /** Gives back all that this process holds: the end of a graceful stop. */
  async releaseAll(): Promise<void> {
    this.#stopRenewing();
    await releaseHolder(this.#database, this.#holder);
  }

  #startRenewing(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.#renew(), renewEveryMs);
    this.#timer.unref();
  }

  #stopRenewing(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #renew(): Promise<void> {
    try {
      await this.#database
        .updateTable("leases")
        .set({ deadline: this.#now() + leaseMs })
        .where("holder", "=", this.#holder)
        .execute();
    } catch {
      // A renewal that fails (disk full, database busy) is tried again in a second; three in a row let the leases
      // lapse, which costs a second download and nothing else.
    }
  }
}

/** Gives back the leases of a holder that was seen to die. */
export async function releaseHolder(database: Database, holder: string): Promise<void> {
  await database.deleteFrom("leases").where("holder", "=", holder).execute();
}

/** The tokens of all leases that have not lapsed. */
export async function liveTokens(database: Database, now: number = Date.now()): Promise<ReadonlySet<string>> {
  const rows = await database.selectFrom("leases").select("token").where("deadline", ">=", now).execute();
  return new Set(rows.map((row) => row.token));
}
