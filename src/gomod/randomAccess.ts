/**
 * Files that are read at any place and never as a whole: zips, executables. What reads comes from outside; in Node
 *
 *     const reader: RandomAccess = {
 *       size: fstatSync(fd).size,
 *       read(offset, length) {
 *         const buffer = Buffer.allocUnsafe(length);
 *         return buffer.subarray(0, readSync(fd, buffer, 0, length, offset));
 *       },
 *     };
 */

/** The bytes of a file, at any place. */
export interface RandomAccess {
  /** In bytes. It must not change while the file is read. */
  readonly size: number;
  /**
   * The bytes from `offset` on, `length` of them; fewer only if the file has become shorter than `size`. Asked only inside
   * of the file. The array must stay as it is: later calls need another.
   */
  read(offset: number, length: number): Uint8Array;
}

const readAhead = 256 * 1024;

/** Reads ahead, so that headers and small files, which lie one behind the other, don't each cost a system call. */
export class Window {
  readonly #reader: RandomAccess;
  readonly #tooShort: () => Error;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array();

  /** @param tooShort What to throw where the file ends too early. */
  constructor(reader: RandomAccess, tooShort: () => Error) {
    this.#reader = reader;
    this.#tooShort = tooShort;
  }

  /** The size of the file. */
  get size(): number {
    return this.#reader.size;
  }

  /** A view of `length` bytes at `offset`. Throws if the file doesn't have them all. */
  view(offset: number, length: number): DataView {
    const bytes = this.bytes(offset, length);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** As {@link view}. */
  bytes(offset: number, length: number): Uint8Array {
    if (offset < 0 || offset + length > this.size) throw this.#tooShort();
    if (offset < this.#start || offset + length > this.#start + this.#bytes.length) {
      this.#bytes = this.#reader.read(offset, Math.min(Math.max(length, readAhead), this.size - offset));
      this.#start = offset;
      // The file shrank while it was read.
      if (this.#bytes.length < length) throw this.#tooShort();
    }
    return this.#bytes.subarray(offset - this.#start, offset - this.#start + length);
  }
}
