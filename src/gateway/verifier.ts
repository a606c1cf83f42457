// Checks module zips in a thread of its own, so that no hit waits while a hundred megabytes are hashed.

import { Worker } from "node:worker_threads";
import { SourceFailure } from "./source.ts";

/** What the thread is asked (verifyThread.ts). */
export interface VerifyRequest {
  readonly id: number;
  readonly path: string;
  readonly module: string;
  readonly version: string;
}

/** What a module zip comes to. */
export interface ZipSums {
  /** The h1 hash. */
  readonly hash: string;
  /** The text of its go.mod; undefined where it has none. */
  readonly goMod: Uint8Array | undefined;
}

/** What the thread answers: what it found, or why the file is no module zip. */
export type VerifyReply = ({ readonly id: number } & ZipSums) | { readonly id: number; readonly refused: string };

interface Waiting {
  resolve: (sums: ZipSums) => void;
  reject: (error: Error) => void;
}

export class Verifier {
  #thread: Worker | undefined;
  #nextId = 0;
  readonly #waiting = new Map<number, Waiting>();

  /**
   * Checks that the file at `path` is a well-formed zip of that module version, contents included; resolves to its h1
   * hash and its go.mod. Throws SourceFailure `bad-answer` if it is not.
   */
  hashZip(path: string, module: string, version: string): Promise<ZipSums> {
    const id = this.#nextId++;
    const thread = (this.#thread ??= this.#start());
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // Work holds the process open, idleness does not.
      thread.ref();
      thread.postMessage({ id, path, module, version } satisfies VerifyRequest);
    });
  }

  async stop(): Promise<void> {
    await this.#thread?.terminate();
  }

  #start(): Worker {
    // Run from source the thread is TypeScript too; string paths are not rewritten by the build.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const thread = new Worker(new URL(`./verifyThread.${extension}`, import.meta.url));
    thread.on("message", (reply: VerifyReply) => this.#answer(reply));
    thread.on("error", (error: unknown) => this.#lost(thread, error));
    thread.on("exit", () => this.#lost(thread, new Error("the checking thread ended")));
    return thread;
  }

  #answer(reply: VerifyReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#thread?.unref();
    if ("hash" in reply) waiting?.resolve(reply);
    else waiting?.reject(new SourceFailure("bad-answer", `sent a bad zip: ${reply.refused}`, { transient: true }));
  }

  /** A thread that died (out of memory, a bug) fails what it was checking; the next check starts another. */
  #lost(thread: Worker, error: unknown): void {
    // Its exit follows its error, and another may have started in between.
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    const reason = error instanceof Error ? error.message : String(error);
    for (const { reject } of this.#waiting.values())
      reject(new Error(`checking a zip failed: ${reason}`, { cause: error }));
    this.#waiting.clear();
  }
}
