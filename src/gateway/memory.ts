// A bounded cache in memory, least recently used first out. The bound is in bytes and counts an overhead for each entry,
// so that a million small ones can't pass for nothing.

/** What an entry costs beyond its bytes: key, headers, map slots. Measured, rounded up. */
const entryOverhead = 1024;

export class Memory<T> {
  readonly #entries = new Map<string, { value: T; cost: number }>();
  readonly #limit: number;
  #used = 0;

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // A Map keeps insertion order: moving an entry to the end is what makes it recently used.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Keeps a value of `bytes` bytes; one larger than the largest allowed is not kept. */
  set(key: string, value: T, bytes: number): void {
    this.delete(key);
    if (bytes > this.largest) return;
    const cost = bytes + key.length * 2 + entryOverhead;
    this.#entries.set(key, { value, cost });
    this.#used += cost;
    for (const [oldest, entry] of this.#entries) {
      if (this.#used <= this.#limit) break;
      this.#entries.delete(oldest);
      this.#used -= entry.cost;
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#used -= entry.cost;
  }

  /** Bytes of the largest value that is kept: none may push out more than half of the rest. */
  get largest(): number {
    return this.#limit / 2;
  }

  /** Bytes in use, overhead included. */
  get used(): number {
    return this.#used;
  }

  get size(): number {
    return this.#entries.size;
  }
}
