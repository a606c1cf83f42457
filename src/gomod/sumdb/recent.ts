/**
 * Work that is done once for callers that come while it goes on, and whose last results are kept. A failure is not: the next
 * caller tries anew. (The reference keeps everything for ever, failures too, as a go command soon ends; a server does not.)
 */
export class Recent<T> {
  readonly #limit: number;
  readonly #results = new Map<string, T>();
  readonly #going = new Map<string, Promise<T>>();

  /** @param limit How many results are kept; 0 for none. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): T | undefined {
    const result = this.#results.get(key);
    // Used last, dropped last.
    if (result !== undefined) this.set(key, result);
    return result;
  }

  set(key: string, result: T): void {
    this.#results.delete(key);
    this.#results.set(key, result);
    if (this.#results.size <= this.#limit) return;
    for (const oldest of this.#results.keys()) {
      this.#results.delete(oldest);
      return;
    }
  }

  /** The kept result, or that of the work which goes on, or of work that begins now. */
  async do(key: string, work: () => Promise<T>): Promise<T> {
    const kept = this.get(key);
    if (kept !== undefined) return kept;
    const going = this.#going.get(key);
    if (going !== undefined) return going;
    const begun = work();
    this.#going.set(key, begun);
    try {
      const result = await begun;
      if (this.#limit > 0) this.set(key, result);
      return result;
    } finally {
      this.#going.delete(key);
    }
  }
}
