// Checksum databases, passed through: what a client's go command asks of its database goes to the upstream proxies that
// offer the same service, then to the database itself. Nothing of the client's request but the checked path is passed
// on. The client verifies what it gets; a database's lookups and tiles never change, so they are cached like modules,
// in the place where Go's own cache has them.
//
// Only databases that are configured are served: the name is part of a URL that we would fetch.

import type { DiskBlobs } from "../storage/blobs.ts";
import { storageError } from "../storage/storageError.ts";
import { uncached, type Absences } from "./absences.ts";
import type { Asker } from "./asker.ts";
import type { Answer, Answers } from "./answers.ts";
import { walkChain } from "./chain.ts";
import { checkSumdb, contentLimits } from "./content.ts";
import { GatewayError } from "./gatewayError.ts";
import type { Outcome } from "./metrics.ts";
import type { SumdbRoute } from "./route.ts";
import { Joined } from "./sharedWork.ts";
import { readBody, type ChainLink, type Source, SourceFailure } from "./source.ts";

export interface SumdbOptions {
  /** The upstream list's proxies. */
  readonly chain: readonly ChainLink[];
  /** Database name → the database itself. */
  readonly databases: ReadonlyMap<string, Source>;
  readonly blobs: DiskBlobs;
  readonly answers: Answers;
  readonly absences: Absences;
  readonly signal: AbortSignal;
  readonly onStoreFailed: (key: string, error: Error) => void;
}

/** Most proxies have no checksum database: each lookup would cost a question more. */
const lackingMs = 600_000;

export class Sumdb {
  readonly #options: SumdbOptions;
  readonly #fetching = new Joined<Promise<Buffer>>();
  /** Sources without a database, by both names, until when they are not asked for it: milliseconds since 1970. */
  readonly #lacking = new Map<string, number>();

  constructor(options: SumdbOptions) {
    this.#options = options;
  }

  /** A lookup or a tile, which never change: cached, or fetched unless the asker says why not. Throws GatewayError. */
  async bytes(route: SumdbRoute, asker: Asker): Promise<{ bytes: Buffer; outcome: Outcome }> {
    this.#refuseUnknown(route);
    const { blobs, absences } = this.#options;
    const cached = await blobs.read(route.key);
    if (cached !== undefined) return { bytes: cached, outcome: "disk" };
    if (asker.noFetch !== undefined) throw uncached(route.key, asker.noFetch);
    absences.refuse(route.key);
    const { value, joined } = this.#fetching.join(route.key, () => {
      const fetched = this.#fetchAndStore(route, asker);
      return { value: fetched, settled: fetched };
    });
    return { bytes: await absences.watch(route.key, value), outcome: joined ? "join" : "fill" };
  }

  /** A lookup or a tile as the sources have it now, whatever is cached. Throws GatewayError. */
  async fetch(route: SumdbRoute): Promise<Buffer> {
    return (await this.#ask(route, { noFetch: undefined, via: undefined })).bytes;
  }

  /** The database's latest signed tree, or whether it can be reached through us. Throws GatewayError. */
  async answer(route: SumdbRoute, asker: Asker): Promise<Answer> {
    this.#refuseUnknown(route);
    const { answers, absences } = this.#options;
    if (asker.noFetch !== undefined) {
      // What is cached can be served, and without us the client has nobody: the service is there.
      if (route.kind === "sumdb-supported") return { body: Buffer.alloc(0), fetchedAt: Date.now() };
      const stored = await answers.stored(route.key);
      if (stored === undefined) throw uncached(route.key, asker.noFetch);
      return stored;
    }
    absences.refuse(route.key);
    const fetch = async (): Promise<{ body: Buffer; source: string }> => {
      const { bytes, source } = await this.#ask(route, asker);
      return { body: route.kind === "sumdb-supported" ? Buffer.alloc(0) : bytes, source };
    };
    return absences.watch(route.key, answers.get(route.key, fetch));
  }

  #refuseUnknown(route: SumdbRoute): void {
    const { databases } = this.#options;
    if (databases.has(route.database)) return;
    // 404 on /supported tells the go command to ask the database itself.
    throw new GatewayError(
      "not-found",
      `checksum database ${route.database} is not served here\nserved: ${[...databases.keys()].join(", ") || "none"}; add it under gateway.sumdb in fairlead.yaml`,
    );
  }

  async #fetchAndStore(route: SumdbRoute, asker: Asker): Promise<Buffer> {
    const { bytes } = await this.#ask(route, asker);
    try {
      await this.#options.blobs.put(route.key, bytes);
    } catch (error) {
      // The client's own check makes these bytes good or not; a full disk doesn't change that.
      this.#options.onStoreFailed(route.key, storageError(`storing ${route.key}`, error));
    }
    return bytes;
  }

  #ask(route: SumdbRoute, asker: Asker): Promise<{ bytes: Buffer; source: string }> {
    const { chain, databases, signal } = this.#options;
    const database = databases.get(route.database);
    const itself =
      database === undefined ? [] : [{ source: withoutPrefix(database, route), fallBackOnAnyError: false }];
    // A proxy that does not offer the service, or is ill, is no reason to give up: the database itself can be asked.
    const proxies = chain.filter(({ source }) => !this.#lacks(source, route));
    const links = [...proxies.map(({ source }) => ({ source, fallBackOnAnyError: true })), ...itself];
    const absentAt: Source[] = [];
    const noting = ({ source, ...link }: (typeof links)[number]): (typeof links)[number] => ({
      ...link,
      source: {
        name: source.name,
        ask: (path, consume, errand) =>
          source.ask(path, consume, errand).catch((error: unknown) => {
            if (error instanceof SourceFailure && error.kind === "not-found") absentAt.push(source);
            throw error;
          }),
      },
    });
    return walkChain(
      links.map(noting),
      route.key,
      `checksum database ${route.database}${route.path}`,
      async (answer, source) => {
        const bytes = checkSumdb(await readBody(answer, contentLimits.sumdb), answer);
        // Who says that there is nothing where there is something does not have this database.
        for (const { name } of absentAt) this.#lacking.set(`${name} ${route.database}`, Date.now() + lackingMs);
        return { bytes, source: source.name };
      },
      { signal, via: asker.via },
    );
  }

  #lacks({ name }: Source, { database }: SumdbRoute): boolean {
    return (this.#lacking.get(`${name} ${database}`) ?? 0) > Date.now();
  }
}

/** The database itself knows its paths without `sumdb/<name>`, and has no `/supported`: it supports itself. */
function withoutPrefix(database: Source, route: SumdbRoute): Source {
  return {
    name: database.name,
    ask: (_path, consume, errand) =>
      database.ask((route.kind === "sumdb-supported" ? "/latest" : route.path).slice(1), consume, errand),
  };
}
