// Fetches files that are not cached yet: one download a file, however many ask, detached from those who asked.

import type { Logger } from "pino";
import type { DiskBlobs } from "../storage/blobs.ts";
import type { Lease, Leases } from "../storage/leases.ts";
import { storageError } from "../storage/storageError.ts";
import { writeCachedList } from "./cachedList.ts";
import { walkChain } from "./chain.ts";
import type { Chains } from "./chains.ts";
import { type Check, type Checksums, h1OfMod } from "./checksums.ts";
import { checkInfo, checkMod, contentLimits } from "./content.ts";
import { Fill, type Filled } from "./fill.ts";
import type { FillLog } from "./fillLog.ts";
import { Follower } from "./follower.ts";
import { GatewayError } from "./gatewayError.ts";
import type { Part } from "./part.ts";
import type { FileRoute } from "./route.ts";
import { Joined, runShared } from "./sharedWork.ts";
import { quarantine } from "./quarantine.ts";
import { Slots } from "./slots.ts";
import { readBody, SourceFailure, type Source, type SourceAnswer } from "./source.ts";
import { note, traced } from "./trace/trace.ts";
import type { Verifier } from "./verifier.ts";
import { downloadZip, zipHashKey } from "./zipDownload.ts";

export interface FillerOptions {
  readonly chains: Chains;
  readonly blobs: DiskBlobs;
  readonly leases: Leases;
  readonly fillLog: FillLog;
  readonly verifier: Verifier;
  /** undefined: nothing is held against a checksum database. */
  readonly checksums: Checksums | undefined;
  /** The folder for zips that the checksum database contradicts. */
  readonly quarantine: string;
  readonly logger: Logger;
  /** Downloads at once in this worker. */
  readonly slots: number;
  /** Bytes a zip may have. */
  readonly zipLimit: number;
  /** A zip of up to so many bytes is checked before its first byte leaves. */
  readonly holdZipsUpTo: number;
  /** Ends all downloads: the worker is stopping and its time is up. */
  readonly signal: AbortSignal;
}

interface Fetched {
  readonly bytes: Filled;
  readonly size: number;
  readonly source: Source;
}

export class Filler {
  readonly #options: FillerOptions;
  readonly #fills = new Joined<Fill>();
  readonly #slots: Slots;
  readonly #settling = new Set<Promise<void>>();

  constructor(options: FillerOptions) {
    this.#options = options;
    this.#slots = new Slots(options.slots);
  }

  /** The fill for a file: the one under way, or a new one. `via` is the way of the request that asks for it. */
  fill(route: FileRoute, via: string | undefined): { value: Fill; joined: boolean } {
    return this.#fills.join(route.key, () => {
      const fill = new Fill();
      const settled = this.#run(route, fill, via);
      this.#settling.add(settled);
      settled.finally(() => this.#settling.delete(settled)).catch(() => undefined);
      return { value: fill, settled };
    });
  }

  /** Files being fetched by this worker now. */
  get inFlight(): number {
    return this.#fills.size;
  }

  /** Resolves when nothing is being fetched any more. */
  async idle(): Promise<void> {
    while (this.#settling.size > 0) await Promise.allSettled(this.#settling);
  }

  /** Never rejects: the outcome is the fill's. */
  async #run(route: FileRoute, fill: Fill, via: string | undefined): Promise<void> {
    const { blobs, leases, fillLog, logger, signal } = this.#options;
    const follower = new Follower(route, fill, blobs, fillLog);
    try {
      if (this.#slots.full) note("waits for a slot: as many downloads run as may");
      if (this.#slots.full) await fillLog.pending(route);
      const filled = await this.#slots.run(() =>
        runShared(
          leases,
          route.key,
          {
            found: () => this.#found(route),
            watch: () => follower.look(),
            lead: async (lease) => {
              await follower.stop();
              return this.#lead(route, fill, lease, via);
            },
          },
          signal,
        ),
      );
      await follower.arrived();
      fill.succeed(filled.bytes);
    } catch (error) {
      await follower.stop();
      const failure = asGatewayError(error, route, signal);
      fill.fail(failure);
      if (failure.code !== "not-found")
        logger.warn({ key: route.key, status: failure.status, err: failure.message }, "fill failed");
    }
  }

  /** Wrapped, because a zip has no bytes to show and undefined would mean "not found". */
  async #found(route: FileRoute): Promise<{ bytes: Filled } | undefined> {
    const { blobs } = this.#options;
    if (route.kind === "zip") {
      const whole = blobs.has(zipHashKey(route.key)) && blobs.has(route.key);
      return whole ? { bytes: undefined } : undefined;
    }
    const bytes = await blobs.read(route.key);
    return bytes === undefined ? undefined : { bytes };
  }

  async #lead(route: FileRoute, fill: Fill, lease: Lease, via: string | undefined): Promise<{ bytes: Filled }> {
    const { fillLog, signal } = this.#options;
    // Written while the source is already being asked: the client waits for the slower of the two, not for both.
    const recorded = fillLog.downloading(route, undefined);
    recorded.catch(() => undefined);
    try {
      const fetched =
        route.kind === "zip" ? await this.#fetchZip(route, fill, lease, via) : await this.#fetchSmall(route, fill, via);
      await recorded;
      await fillLog.cached(route, fetched.size, fetched.source.name);
      return fetched;
    } catch (error) {
      const failure = asGatewayError(error, route, signal);
      const isLie = failure.cause instanceof SourceFailure && failure.cause.kind === "mismatch";
      await fillLog.failed(route, failure.status, failure.message, isLie);
      throw failure;
    }
  }

  async #fetchSmall(route: FileRoute, fill: Fill, via: string | undefined): Promise<Fetched> {
    const { blobs, checksums } = this.#options;
    const check = checksums?.begin(route);
    if (check === undefined && route.kind === "mod") note("checksum database: not asked (off, or exempt)");
    const { bytes, source } = await this.#ask(route, via, async (answer, source) => {
      const isMod = route.kind === "mod";
      const body = await readBody(answer, isMod ? contentLimits.mod : contentLimits.info);
      const bytes = isMod ? checkMod(body, answer) : checkInfo(body, answer, route.version);
      if (check !== undefined)
        await traced(
          "checksum database",
          () => check(h1OfMod(bytes)),
          () => "these are the bytes",
        );
      return { bytes, source };
    });
    // These bytes are good whether or not the disk takes them: those who wait need not wait for the disk.
    fill.succeed(bytes);
    await blobs.put(route.key, bytes);
    if (route.kind === "info") await writeCachedList(blobs, route.module);
    return { bytes, size: bytes.length, source };
  }

  async #fetchZip(route: FileRoute, fill: Fill, lease: Lease, via: string | undefined): Promise<Fetched> {
    const { blobs, fillLog, verifier, checksums } = this.#options;
    const check = checksums?.begin(route);
    if (check === undefined) note("checksum database: not asked (off, or exempt)");
    let attempt = 0;
    const { size, source } = await this.#ask(route, via, async (answer, source) => {
      const name = `${lease.token}.${attempt++}`;
      const download = {
        key: route.key,
        module: route.module,
        version: route.version,
        partPath: blobs.partPath(name),
        limit: this.#options.zipLimit,
        holdUpTo: this.#options.holdZipsUpTo,
        check: check === undefined ? undefined : (h1: string) => this.#checkZip(check, h1, route, blobs.partPath(name)),
        onGrowing: async (part: Part) => {
          await fillLog.downloading(route, { part: name, total: part.total });
          fill.offer(part);
        },
      };
      try {
        return { size: await downloadZip(answer, download, blobs, verifier), source };
      } catch (error) {
        fill.withdraw();
        await fillLog.downloading(route, undefined);
        throw error;
      }
    });
    fill.succeed(undefined);
    return { bytes: undefined, size, source };
  }

  /** A zip that is not what it should be is kept for somebody to look at. */
  async #checkZip(check: Check, h1: string, route: FileRoute, path: string): Promise<void> {
    try {
      await traced(
        "checksum database",
        () => check(h1),
        () => "these are the bytes",
      );
    } catch (error) {
      if (error instanceof SourceFailure && error.kind === "mismatch") {
        const place = await quarantine(this.#options.quarantine, path, route.key);
        this.#options.logger.warn({ key: route.key, place }, "a zip was put into quarantine");
      }
      throw error;
    }
  }

  #ask<T>(
    route: FileRoute,
    via: string | undefined,
    consume: (answer: SourceAnswer, source: Source) => Promise<T>,
  ): Promise<T> {
    const { chains, signal } = this.#options;
    const chain = chains.of(route.module);
    return walkChain(chain, route.key, `${route.module}@${route.version} (.${route.kind})`, consume, { signal, via });
  }
}

function asGatewayError(error: unknown, route: FileRoute, signal: AbortSignal): GatewayError {
  if (error instanceof GatewayError) return error;
  const what = `${route.module}@${route.version}`;
  if (signal.aborted)
    return new GatewayError("stopping", `${what}: the gateway is stopping; try again in a moment`, { cause: error });
  const failure = storageError(`fetching ${what}`, error);
  return new GatewayError(failure.code === "no-space" ? "no-space" : "storage", failure.message, { cause: error });
}
