// Failures of answers, told from the process that asked to those that waited for it.

import type { Database } from "../storage/database.ts";
import { codeOfStatus, GatewayError } from "./gatewayError.ts";

export class SharedFailures {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async record(key: string, { status, message }: GatewayError): Promise<void> {
    const update = { status, error: message.slice(0, 2000), failed_at: Date.now() };
    await this.#database
      .insertInto("failures")
      .values({ key, ...update })
      .onConflict((conflict) => conflict.column("key").doUpdateSet(update))
      .execute();
  }

  /** Throws the failure of `key` recorded at or after `since` (milliseconds since 1970), if there is one. */
  async rethrow(key: string, since: number): Promise<void> {
    const row = await this.#database
      .selectFrom("failures")
      .select(["status", "error"])
      .where("key", "=", key)
      .where("failed_at", ">=", since)
      .executeTakeFirst();
    if (row !== undefined) throw new GatewayError(codeOfStatus(row.status), row.error);
  }

  /** Forgets failures that nobody can be waiting for any more. */
  async prune(): Promise<void> {
    await this.#database
      .deleteFrom("failures")
      .where("failed_at", "<", Date.now() - 10 * 60 * 1000)
      .execute();
  }
}
