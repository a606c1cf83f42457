import { Buffer } from "node:buffer";
import { ModuleError } from "../../src/gomod/error.ts";
import * as sumdb from "../../src/gomod/sumdb.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/gomod/utf8.ts";
import { nodeCrypto } from "./nodeNote.ts";

/** What a client found, and what it leaves behind; see clientWorld in test/oracle/databases.go. */
export interface ClientReport {
  readonly results: readonly ({ readonly lines: readonly string[] } | { readonly error: string })[];
  readonly latest: string;
  /** File → base64. */
  readonly cache: Readonly<Record<string, string>>;
  readonly security: string;
}

export interface ClientWorldOptions {
  readonly verifierKey: string;
  /** The stored tree head. */
  readonly latest?: string;
  readonly tileHeight?: number;
  readonly gonosumdb?: string;
  readonly readRemote: (path: string) => Promise<Uint8Array>;
}

/** All that a client has beside the server, in memory. */
export class ClientWorld {
  readonly client: sumdb.Client;
  readonly config: Map<string, Uint8Array> = new Map();
  readonly cache: Map<string, Uint8Array> = new Map();
  readonly logged: string[] = [];
  readonly asked: string[] = [];
  security = "";
  readonly #results: ClientReport["results"][number][] = [];
  readonly #latestFile: string;
  #failed = "";

  constructor({ verifierKey, latest = "", tileHeight = 8, gonosumdb = "", readRemote }: ClientWorldOptions) {
    this.#latestFile = `${verifierKey.slice(0, verifierKey.indexOf("+"))}/latest`;
    this.config.set("key", encodeUtf8(`${verifierKey}\n`));
    this.config.set(this.#latestFile, encodeUtf8(latest));
    const ops: sumdb.ClientOps = {
      readRemote: (path) => {
        this.asked.push(path);
        return readRemote(path);
      },
      readConfig: async (file) => this.config.get(file) ?? new Uint8Array(0),
      writeConfig: async (file, old, replacement) => {
        if (Buffer.compare(this.config.get(file) ?? new Uint8Array(0), old) !== 0) return "conflict";
        this.config.set(file, replacement);
        return "written";
      },
      readCache: async (file) => this.cache.get(file),
      writeCache: async (file, data) => void this.cache.set(file, data),
      log: (message) => void this.logged.push(message),
      securityError: (message) => void (this.security += message),
    };
    this.client = new sumdb.Client({ ops, crypto: nodeCrypto, gonosumdb, tileHeight });
  }

  /**
   * Looks up "path version", and says whether to go on: not once the server was caught. Of a module that failed, the go.mod
   * file is not asked for: Go remembers the failure, and ours would try anew.
   */
  async lookup(lookup: string): Promise<boolean> {
    const [path = "", version = ""] = lookup.split(" ");
    if (path === this.#failed && version.endsWith("/go.mod")) return true;
    try {
      this.#results.push({ lines: await this.client.lookup(path, version) });
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      // Go gives no lines here, and leaves it to the caller to see that there are none.
      if (error.code !== "checksumMissing") this.#failed = path;
      const isMissing = error.code === "checksumMissing";
      this.#results.push(isMissing ? { lines: [] } : { error: error.message });
    }
    return this.security === "";
  }

  report(): ClientReport {
    return {
      results: this.#results,
      latest: decodeUtf8(this.config.get(this.#latestFile) ?? new Uint8Array(0)),
      cache: Object.fromEntries(
        [...this.cache].map(([file, data]) => [file, Buffer.from(data).toString("base64")] as const),
      ),
      security: this.security,
    };
  }
}
