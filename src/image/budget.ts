import { ImageError } from "./imageError.ts";

/** What is kept of an image of a whole distribution is some 100 MiB. */
const usual = 2 ** 30;

/**
 * What may be kept in memory of one image: names, tables and lists of all of its layers. Each file is bounded by itself; but an
 * archive of a few KiB can unpack to any number of them.
 */
export class Budget {
  readonly #limit: number;
  #spent = 0;

  /** In bytes, as far as they can be told. */
  constructor(limit: number = usual) {
    this.#limit = limit;
  }

  /** Throws ImageError `too-large`. */
  spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent > this.#limit)
      throw new ImageError(
        "too-large",
        `the names and tables of its files take more than ${this.#limit >> 20} MiB of memory: no image has so many; it is broken, or made to exhaust its readers`,
      );
  }
}
