// One file being fetched into the cache, as the requests that wait for it see it.

import type { Part } from "./part.ts";

/** A small file's bytes; undefined for a zip, which is on disk now. */
export type Filled = Buffer | undefined;

export class Fill {
  /** The outcome. Rejects with GatewayError. A small file is there before it is on disk: its bytes are checked. */
  readonly result: Promise<Filled>;
  #part: Part | undefined;
  #done = false;
  #resolve: (filled: Filled) => void;
  #reject: (error: unknown) => void;
  #wake: (() => void)[] = [];

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<Filled>();
    this.result = promise;
    // Whoever waits gets the error; that nobody may be waiting any more is no failure of the process.
    promise.catch(() => undefined);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  succeed(filled: Filled): void {
    this.#part?.complete();
    this.#resolve(filled);
    this.#finish();
  }

  fail(error: unknown): void {
    this.#part?.breakOff();
    this.#reject(error);
    this.#finish();
  }

  /** Lets readers follow a large file while it grows. */
  offer(part: Part): void {
    this.#part?.breakOff();
    this.#part = part;
    this.#notify();
  }

  /** The growing file is gone: its download failed, or whoever wrote it died. Started readers are cut. */
  withdraw(): void {
    this.#part?.breakOff();
    this.#part = undefined;
  }

  /** A growing file as soon as there is one, or undefined once the fill has ended (look at `result`). */
  async growing(): Promise<Part | undefined> {
    while (!this.#done && this.#part === undefined) await new Promise<void>((resolve) => this.#wake.push(resolve));
    return this.#done ? undefined : this.#part;
  }

  #finish(): void {
    this.#done = true;
    this.#notify();
  }

  #notify(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }
}
