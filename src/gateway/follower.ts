// When another process leads a download, its part file is there for our readers too: the database says which file it is,
// the file's size says how far it has come.

import { open, stat, type FileHandle } from "node:fs/promises";
import type { DiskBlobs } from "../storage/blobs.ts";
import type { Fill } from "./fill.ts";
import type { FillLog } from "./fillLog.ts";
import { codeOfStatus, GatewayError } from "./gatewayError.ts";
import { Part } from "./part.ts";
import type { FileRoute } from "./route.ts";

/** Follows the part file of another process's download, so that this process's readers can. */
export class Follower {
  readonly #route: FileRoute;
  readonly #fill: Fill;
  readonly #blobs: DiskBlobs;
  readonly #fillLog: FillLog;
  readonly #since = Date.now();
  #name: string | null = null;
  #part: Part | undefined;
  #handle: FileHandle | undefined;

  constructor(route: FileRoute, fill: Fill, blobs: DiskBlobs, fillLog: FillLog) {
    this.#route = route;
    this.#fill = fill;
    this.#blobs = blobs;
    this.#fillLog = fillLog;
  }

  /** Looks at how the leader is doing. Throws the leader's failure. */
  async look(): Promise<void> {
    const row = await this.#fillLog.get(this.#route.key);
    if (row === undefined) return;
    const hasFailed = row.state === "FAILED" || row.state === "QUARANTINED";
    if (hasFailed && row.status !== null && row.updated_at >= this.#since) {
      throw new GatewayError(codeOfStatus(row.status), row.error ?? "the download failed in another worker");
    }
    if (row.part !== this.#name && row.state === "DOWNLOADING") {
      await this.stop();
      if (row.part !== null) await this.#start(row.part, row.total ?? undefined);
    }
    if (this.#handle !== undefined) this.#part?.grow((await this.#handle.stat()).size);
  }

  /** The file is whole and has its name. */
  async arrived(): Promise<void> {
    if (this.#handle === undefined || this.#part === undefined) return;
    const followed = await this.#handle.stat();
    // The leader may have begun again since we last looked: then ours is not the file that got the name.
    const stored = await stat(this.#blobs.pathOf(this.#route.key)).catch(() => undefined);
    if (stored?.ino !== followed.ino) return this.stop();
    this.#part.grow(followed.size);
    this.#part.complete();
    await this.#close();
  }

  /** Stops following: what was being followed will not become whole. */
  async stop(): Promise<void> {
    if (this.#part !== undefined) this.#fill.withdraw();
    await this.#close();
  }

  async #start(name: string, total: number | undefined): Promise<void> {
    const path = this.#blobs.partPath(name);
    try {
      this.#handle = await open(path, "r");
    } catch {
      // Renamed or removed between the row and now: the next look tells which.
      return;
    }
    this.#name = name;
    this.#part = new Part(path, total);
    this.#fill.offer(this.#part);
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#part = undefined;
    this.#name = null;
    await handle?.close();
  }
}
