// Real absences, remembered for a short time and in memory only: the go command probes every prefix of a package path,
// and most of what it asks for does not exist. Outages are never remembered.

import { GatewayError } from "./gatewayError.ts";
import { Memory } from "./memory.ts";

/** Bytes that the remembered errors may take. */
const limit = 8 << 20;

export class Absences {
  readonly #memory = new Memory<{ error: GatewayError; until: number }>(limit);
  readonly #forMs: number;

  constructor(forMs: number) {
    this.#forMs = forMs;
  }

  /** Throws what the sources said of `key` a moment ago, if they said that it does not exist. */
  refuse(key: string): void {
    const absent = this.#memory.get(key);
    if (absent === undefined) return;
    if (absent.until > Date.now()) throw absent.error;
    this.#memory.delete(key);
  }

  /** Passes on the outcome of `work`, and remembers an absence. */
  async watch<T>(key: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof GatewayError && error.code === "not-found") {
        const remembered = new GatewayError("not-found", error.message, { cause: error.cause, remembered: true });
        this.#memory.set(key, { error: remembered, until: Date.now() + this.#forMs }, error.message.length);
      }
      throw error;
    }
  }
}

/**
 * The refusal of what is not cached and must not be fetched, for the reason `why`. 404, as the go command's own
 * `GOPROXY=off` is an absence: it probes every prefix of a path, and another status would stop it at the first.
 */
export function uncached(key: string, why: string): GatewayError {
  return new GatewayError("not-found", `${key} is not in the cache, and ${why}`);
}
