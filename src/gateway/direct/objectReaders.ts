// A reader for each mirror that is being used, kept for a while: most questions about a repository come close together, and a
// process for each would cost more than its answer.

import { ObjectReader } from "./objectReader.ts";

const idleMs = 30_000;
/** The longest unused goes. */
const mostReaders = 16;

export class ObjectReaders {
  readonly #readers = new Map<string, { readonly reader: ObjectReader; readonly timer: NodeJS.Timeout }>();

  /** The reader of the mirror at this path, for now. */
  of(path: string): ObjectReader {
    const kept = this.#readers.get(path);
    if (kept !== undefined) {
      kept.timer.refresh();
      // The last one of the map is the youngest.
      this.#readers.delete(path);
      this.#readers.set(path, kept);
      return kept.reader;
    }
    const [oldest] = this.#readers.keys();
    if (this.#readers.size >= mostReaders && oldest !== undefined) void this.#drop(oldest);
    const reader = new ObjectReader(path);
    const timer = setTimeout(() => void this.#drop(path), idleMs).unref();
    this.#readers.set(path, { reader, timer });
    return reader;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#readers.keys()].map((path) => this.#drop(path)));
  }

  async #drop(path: string): Promise<void> {
    const kept = this.#readers.get(path);
    this.#readers.delete(path);
    clearTimeout(kept?.timer);
    await kept?.reader.close();
  }
}
