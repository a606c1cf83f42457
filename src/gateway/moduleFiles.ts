// The immutable files of a version: from disk, or fetched. Small ones go into memory; of large zips only those that
// are asked for again.

import { open } from "node:fs/promises";
import type { DiskBlobs } from "../storage/blobs.ts";
import { uncached, type Absences } from "./absences.ts";
import type { Asker } from "./asker.ts";
import type { Filler } from "./filler.ts";
import { GatewayError } from "./gatewayError.ts";
import { Memory } from "./memory.ts";
import type { Outcome } from "./metrics.ts";
import type { Pinned } from "./pinned.ts";
import type { Reply } from "./reply.ts";
import { readyFile, type Ready } from "./ready.ts";
import type { FileRoute } from "./route.ts";
import { note } from "./trace/trace.ts";
import { zipHashKey } from "./zipDownload.ts";

/** Zips up to this size enter memory when they are first read. Bytes. */
const smallZip = 1 << 20;

export class ModuleFiles {
  readonly #blobs: DiskBlobs;
  readonly #filler: Filler;
  readonly #memory: Memory<Ready>;
  readonly #pinned: Pinned;
  readonly #absences: Absences;
  /** Keys of larger zips that were asked for once: the second time they are worth memory. */
  readonly #askedOnce = new Memory<true>(1 << 20);

  constructor(parts: { blobs: DiskBlobs; filler: Filler; memory: Memory<Ready>; pinned: Pinned; absences: Absences }) {
    this.#blobs = parts.blobs;
    this.#filler = parts.filler;
    this.#memory = parts.memory;
    this.#pinned = parts.pinned;
    this.#absences = parts.absences;
  }

  /** The file; fetched if need be, unless the asker says why it must not. Throws GatewayError. */
  async get(route: FileRoute, asker: Asker): Promise<Reply> {
    if (route.kind === "zip") return this.#zip(route, asker);
    const { bytes, outcome } = await this.bytes(route, asker);
    const ready = readyFile(route.kind, bytes);
    this.#memory.set(`/${route.key}`, ready, bytes.length);
    return { type: "ready", ready, outcome };
  }

  /** The bytes of an `.info` or `.mod`. Throws GatewayError. */
  async bytes(route: FileRoute, asker: Asker): Promise<{ bytes: Buffer; outcome: Outcome }> {
    const cached = await this.#blobs.read(route.key);
    note(`cache: ${cached === undefined ? "not there" : "on disk"}`);
    if (cached !== undefined) return { bytes: cached, outcome: "disk" };
    if (asker.noFetch !== undefined) throw uncached(route.key, asker.noFetch);
    this.#absences.refuse(route.key);
    const { value: fill, joined } = this.#filler.fill(route, asker.via);
    if (joined) note("waits: another request here is fetching it");
    const bytes = await this.#absences.watch(route.key, fill.result);
    if (bytes === undefined) throw new GatewayError("storage", `${route.key}: fetched, but without its bytes`);
    return { bytes, outcome: joined ? "join" : "fill" };
  }

  async #zip(route: FileRoute, asker: Asker): Promise<Reply> {
    const cached = await this.#zipFromDisk(route, "disk");
    note(`cache: ${cached === undefined ? "not there" : "on disk"}`);
    if (cached !== undefined) return cached;
    if (asker.noFetch !== undefined) throw uncached(route.key, asker.noFetch);
    this.#absences.refuse(route.key);
    const { value: fill, joined } = this.#filler.fill(route, asker.via);
    if (joined) note("waits: another request here is fetching it");
    const outcome = joined ? "join" : "fill";
    const part = await fill.growing();
    if (part !== undefined) {
      // Opened by the name it has while it grows. If it has just been given its own name, the result is near.
      const handle = await open(part.path, "r").catch(() => undefined);
      if (handle !== undefined) return { type: "part", part, handle, outcome };
    }
    await this.#absences.watch(route.key, fill.result);
    const fetched = await this.#zipFromDisk(route, outcome);
    if (fetched !== undefined) return fetched;
    throw new GatewayError(
      "storage",
      `${route.key} was stored, and is gone again: something else removes files from the data folder`,
    );
  }

  /** A zip is there when its hash file is, which is written last. */
  async #zipFromDisk(route: FileRoute, outcome: Outcome): Promise<Reply | undefined> {
    if (!this.#blobs.has(zipHashKey(route.key))) return undefined;
    const blob = await this.#blobs.open(route.key);
    if (blob === undefined) return undefined;
    const { handle, size, mtimeMs } = blob;
    const etag = `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`;
    const isWanted = size <= smallZip || (size <= this.#memory.largest && this.#askedOnce.get(route.key) === true);
    if (!isWanted || this.#pinned.full) {
      this.#askedOnce.set(route.key, true, 0);
      return { type: "file", handle, size, etag, outcome };
    }
    try {
      const ready = readyFile("zip", await handle.readFile(), etag);
      this.#memory.set(`/${route.key}`, ready, size);
      return { type: "ready", ready, outcome };
    } finally {
      await handle.close();
    }
  }
}
