// Whether the bytes of a module version are the ones that everybody else gets: held against the checksum database before
// anybody has them whole. The proofs are gomod's; here are the network, the disk and what a client is told.

import { hash } from "node:crypto";
import type { Logger } from "pino";
import { hashGoMod } from "../gomod/dirhash.ts";
import { ModuleError } from "../gomod/error.ts";
import { matchPrefixPatterns } from "../gomod/module.ts";
import { Client, type ClientOps } from "../gomod/sumdb.ts";
import type { DiskBlobs } from "../storage/blobs.ts";
import type { Database } from "../storage/database.ts";
import { nodeNoteCrypto } from "../storage/noteCrypto.ts";
import { GatewayError } from "./gatewayError.ts";
import { parseTarget, type FileRoute, type SumdbRoute } from "./route.ts";
import { SourceFailure } from "./source.ts";
import type { Sumdb } from "./sumdb.ts";

/** Plain data: part of what a worker is told. */
export interface ChecksumOptions {
  readonly database: string;
  readonly verifierKey: string;
  /** Patterns as GONOSUMDB has them: modules that no public database knows. */
  readonly except: string;
  /** How long a source that lied is left alone. Milliseconds. */
  readonly isolateMs: number;
}

/** Holds bytes, by their h1 hash, against what was looked up. Throws SourceFailure `mismatch`, GatewayError. */
export type Check = (h1: string) => Promise<void>;

export class Checksums {
  readonly #options: ChecksumOptions;
  readonly #client: Client;

  constructor(options: ChecksumOptions, parts: { sumdb: Sumdb; blobs: DiskBlobs; database: Database; logger: Logger }) {
    this.#options = options;
    this.#client = new Client({ ops: clientOps(options, parts), crypto: nodeNoteCrypto });
  }

  /** Begins to look the file up, while its bytes are on their way. undefined for what is not looked up at all. */
  begin({ kind, module, version }: FileRoute): Check | undefined {
    // The database has no lines for .info files, which nothing is built from.
    if (kind === "info" || matchPrefixPatterns(this.#options.except, module)) return undefined;
    const name = kind === "mod" ? `${version}/go.mod` : version;
    // Who waits for the bytes gets the error, from the check.
    this.#client.lookup(module, name).catch(() => undefined);
    return async (h1) => {
      try {
        await this.#client.verify(module, name, h1);
      } catch (error) {
        if (!(error instanceof ModuleError)) throw error;
        throw this.#failure(error, `${module}@${version}`);
      }
    };
  }

  #failure(error: ModuleError, what: string): SourceFailure | GatewayError {
    const { database } = this.#options;
    const cause = rootOf(error);
    switch (error.code) {
      case "checksumMismatch":
        // Once more from the same source: a transfer may have gone wrong in a way that still is a zip.
        return new SourceFailure("mismatch", `sent other bytes than everybody else gets: ${error.message}`, {
          transient: true,
          cause: error,
        });
      case "securityError":
        return new GatewayError(
          "unverified",
          `${what}: checksum database ${database} has signed two histories that contradict each other; nothing is taken on its word any more (both are in the gateway's log)`,
          { cause: error },
        );
      case "checksumMissing":
      case "operationFailed":
        if (error.code === "checksumMissing" || (cause instanceof GatewayError && cause.code === "not-found")) {
          return new GatewayError(
            "unverified",
            `${what}: checksum database ${database} does not know it, so nobody can say that these are the right bytes\nif it is private, add its path to gateway.verify.except (or GONOSUMDB or GOPRIVATE) where the gateway runs\n${cause.message}`,
            { cause: error },
          );
        }
        if (cause instanceof GatewayError) {
          return new GatewayError(cause.code, `${what} can't be verified: ${cause.message}`, { cause: error });
        }
        return new GatewayError("outage", `${what} can't be verified: ${error.message}`, { cause: error });
      default:
        return new GatewayError("bad-answer", `${what} can't be verified: ${error.message}`, { cause: error });
    }
  }
}

/** The hash that go.sum has for a go.mod file. */
export function h1OfMod(bytes: Buffer): string {
  return hashGoMod(bytes, (data) => hash("sha256", data, "hex"));
}

function rootOf(error: Error): Error {
  let root = error;
  while (root.cause instanceof Error && !(root instanceof GatewayError)) root = root.cause;
  return root;
}

function clientOps(
  { database: name, verifierKey }: ChecksumOptions,
  { sumdb, blobs, database, logger }: { sumdb: Sumdb; blobs: DiskBlobs; database: Database; logger: Logger },
): ClientOps {
  const latest = `sumdb/${name}/latest`;
  return {
    // Past our own cache: what is in there was good, or the client would not ask.
    readRemote: (path) => sumdb.fetch(sumdbRoute(name, path)),
    async readConfig(file) {
      if (file === "key") return Buffer.from(verifierKey);
      const row = await database.selectFrom("meta").select("value").where("name", "=", latest).executeTakeFirst();
      return Buffer.from(row?.value ?? "");
    },
    async writeConfig(_file, old, replacement) {
      const [before, value] = [old, replacement].map((bytes) => Buffer.from(bytes).toString("utf8"));
      if (value === undefined) return "conflict";
      const written =
        before === ""
          ? await database
              .insertInto("meta")
              .values({ name: latest, value })
              .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }).where("meta.value", "=", ""))
              .returning("name")
              .executeTakeFirst()
          : await database
              .updateTable("meta")
              .set({ value })
              .where("name", "=", latest)
              .where("value", "=", before ?? "")
              .returning("name")
              .executeTakeFirst();
      return written === undefined ? "conflict" : "written";
    },
    // In the same place as what clients ask for: they get what has been proven.
    readCache: (file) => blobs.read(sumdbRoute(name, file.slice(name.length)).key),
    writeCache: (file, data) => blobs.put(sumdbRoute(name, file.slice(name.length)).key, data),
    log: (message) => logger.warn({ database: name }, message),
    securityError: (message) => logger.fatal({ database: name, proof: message }, "a checksum database lies"),
  };
}

function sumdbRoute(name: string, path: string): SumdbRoute {
  const route = parseTarget(`/sumdb/${name}${path}`);
  if (route.kind === "sumdb-lookup" || route.kind === "sumdb-tile") return route;
  throw new GatewayError("bad-request", `${path} is neither a lookup nor a tile`);
}
