// Bodies that are being sent. The cache may forget a body, but as long as one client still takes it, slowly, its bytes stay
// in memory. So they are counted, each body once however many clients take it; above the limit, zips are sent from
// disk, chunk by chunk.

export class Pinned {
  readonly #counts = new Map<Buffer, number>();
  readonly #limit: number;
  #bytes = 0;

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True while no further body should be sent from memory. */
  get full(): boolean {
    return this.#bytes >= this.#limit;
  }

  /** Counts a body as being sent, until the returned function is called; calling that again does nothing. */
  pin(body: Buffer): () => void {
    const count = this.#counts.get(body) ?? 0;
    if (count === 0) this.#bytes += body.length;
    this.#counts.set(body, count + 1);
    let isPinned = true;
    return () => {
      if (!isPinned) return;
      isPinned = false;
      const left = (this.#counts.get(body) ?? 1) - 1;
      if (left > 0) {
        this.#counts.set(body, left);
        return;
      }
      this.#counts.delete(body);
      this.#bytes -= body.length;
    };
  }
}
