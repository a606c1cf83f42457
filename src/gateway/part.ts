// A file that is still arriving. The file is the buffer: one writer appends, every reader has its own descriptor and
// position, so a slow reader delays nobody and costs one chunk of memory.
//
// Until the whole has been checked, readers stop short of its last bytes. A zip's directory is at its end, and HTTP
// shows a missing end as a broken transfer, so no client ever gets a whole file that turns out bad.

import { open, type FileHandle } from "node:fs/promises";

/** Bytes at the end that no reader gets before the check is done: more than the longest end record of a zip. */
const holdBack = 128 * 1024;
const chunkSize = 128 * 1024;

export class Part {
  readonly path: string;
  /** Bytes expected, if the source said so. */
  readonly total: number | undefined;
  #written = 0;
  #state: "growing" | "whole" | "broken" = "growing";
  #wake: (() => void)[] = [];

  constructor(path: string, total: number | undefined) {
    this.path = path;
    this.total = total;
  }

  get written(): number {
    return this.#written;
  }

  get state(): "growing" | "whole" | "broken" {
    return this.#state;
  }

  /** The writer has `written` bytes in the file. */
  grow(written: number): void {
    this.#written = written;
    this.#notify();
  }

  /** The file is complete, checked and stored: readers get the rest. */
  complete(): void {
    if (this.#state !== "growing") return;
    this.#state = "whole";
    this.#notify();
  }

  /** The bytes are no good or will not come: readers are cut. */
  breakOff(): void {
    if (this.#state !== "growing") return;
    this.#state = "broken";
    this.#notify();
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #notify(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }
}

/** The file was cut: its bytes are no good, or its writer died. */
export class BrokenPartError extends Error {
  override readonly name = "BrokenPartError";

  constructor() {
    super("the download that this answer was following broke off");
  }
}

/**
 * Reads a part as it grows, chunk by chunk, and ends when it is whole. Each chunk is good until the next is asked for.
 * `opened` may hand in a descriptor that was opened while the file still had its part name. Throws BrokenPartError.
 */
export async function* readPart(part: Part, opened?: FileHandle): AsyncGenerator<Buffer> {
  const handle = opened ?? (await open(part.path, "r"));
  try {
    const buffer = Buffer.allocUnsafe(chunkSize);
    let position = 0;
    for (;;) {
      const { state } = part;
      if (state === "broken") throw new BrokenPartError();
      const readable = state === "whole" ? part.written : part.written - holdBack;
      if (position < readable) {
        const { bytesRead } = await handle.read(buffer, 0, Math.min(chunkSize, readable - position), position);
        if (bytesRead === 0) throw new BrokenPartError();
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      } else if (state === "whole") {
        return;
      } else {
        await part.changed();
      }
    }
  } finally {
    await handle.close();
  }
}
