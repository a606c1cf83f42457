/**
 * The client's side of a checksum database (golang.org/x/mod/sumdb, Client). The database is a log of go.sum lines, one record
 * a module version; the server and every proxy before it are untrusted. A line is believed when the record that holds it is
 * proven to be in a tree whose head the database's key has signed, and that head is of the one history which this client
 * has seen so far.
 */
import { ModuleError } from "../error.ts";
import { escapePath, escapeVersion } from "../escape.ts";
import { newVerifier, type VerifierCrypto, verifierList } from "../note/verifier.ts";
import { matchPrefixPatterns } from "../pattern.ts";
import { equalHashes, recordHash } from "../tlog/hash.ts";
import { parseRecord } from "../tlog/record.ts";
import { storedHashIndex } from "../tlog/storedHashIndex.ts";
import { decodeUtf8, trimSpace } from "../utf8.ts";
import type { ClientOps } from "./clientOps.ts";
import { explained } from "./explained.ts";
import { Recent } from "./recent.ts";
import { Timeline } from "./timeline.ts";
import { TileSource } from "./tileSource.ts";

export interface ClientOptions {
  readonly ops: ClientOps;
  readonly crypto: VerifierCrypto;
  /** GONOSUMDB: modules that match are not looked up. Empty by default. */
  readonly gonosumdb?: string;
  /** The database's, from 1 to 30; 8 by default. */
  readonly tileHeight?: number;
}

/** Texts of records kept in memory: one is asked for twice, for the module and for its go.mod. */
const maxRecords = 512;

/** What is known once the key and the stored head are read. */
interface Session {
  readonly name: string;
  readonly timeline: Timeline;
  readonly tiles: TileSource;
}

/** A client of one database. It may be asked many things at once, and for as long as the process lives. */
export class Client {
  readonly #options: ClientOptions;
  readonly #tileHeight: number;
  readonly #sessions = new Recent<Session>(1);
  readonly #records = new Recent<string>(maxRecords);

  /** @throws RangeError for a tile height that is none. */
  constructor(options: ClientOptions) {
    const { tileHeight = 8 } = options;
    if (!Number.isInteger(tileHeight) || tileHeight < 1 || tileHeight > 30) {
      throw new RangeError(`a tile height is from 1 to 30, not ${tileHeight}`);
    }
    this.#options = options;
    this.#tileHeight = tileHeight;
  }

  /**
   * The go.sum lines of a module version, authenticated: `<path> <version> h1:…`, at least one.
   *
   * @param version With `/go.mod` at its end for the lines of the go.mod file alone.
   * @throws ModuleError `skipped` for what GONOSUMDB matches; `checksumMissing` where the record has no such line, which is
   * no reason to go on unverified (golang/go#79070); `securityError` where the database has signed two histories;
   * `invalidPath`, `invalidVersion` for what can't be looked up; `operationFailed`, with the cause, where the network, the
   * configuration or the cache failed; else the code of what is wrong with the server's answer.
   */
  async lookup(path: string, version: string): Promise<string[]> {
    if (matchPrefixPatterns(this.#options.gonosumdb ?? "", path)) {
      throw new ModuleError("skipped", "skipped (listed in GONOSUMDB)");
    }
    try {
      const text = await this.#record(path, withoutSuffix(version));
      // Only the record's text is authenticated. The head behind it may hold lines that look the same (golang/go#80745).
      const lines = text.split("\n").filter((line) => line.startsWith(`${path} ${version} `));
      if (lines.length > 0) return lines;
    } catch (error) {
      const isMissing = error instanceof ModuleError && error.code === "checksumMissing";
      if (!isMissing) throw explained(`${path}@${version}`, error);
    }
    throw checksumMissing(`${path} ${version}`);
  }

  /**
   * Checks what was downloaded against the database, as the go command does.
   *
   * @param hash `h1:…` of the zip (dirhash) or, if `version` ends in `/go.mod`, of the go.mod file.
   * @throws ModuleError `checksumMismatch` if the database has another one; and as {@link lookup}.
   */
  async verify(path: string, version: string, hash: string): Promise<void> {
    const lines = await this.lookup(path, version);
    const prefix = `${path} ${version} `;
    // The first of its kind decides, as in Go: a second one would be a second opinion about the same bytes.
    const line = lines.find((line) => line === prefix + hash || line.startsWith(`${prefix}h1:`));
    if (line === prefix + hash) return;
    if (line === undefined) throw checksumMissing(`${path} ${version}`);
    const { name } = await this.#session();
    const isGoMod = version.endsWith(goModSuffix);
    throw new ModuleError(
      "checksumMismatch",
      `${path}@${withoutSuffix(version)}: verifying ${isGoMod ? "go.mod" : "module"}: checksum mismatch\n\tdownloaded: ${hash}\n\t${name}: ${line.slice(prefix.length)}`,
    );
  }

  /** The authenticated text of the record of a module version. */
  async #record(path: string, version: string): Promise<string> {
    const session = await this.#session();
    const remotePath = `/lookup/${escapePath(path)}@${escapeVersion(version)}`;
    return this.#records.do(remotePath, () => this.#authenticRecord(session, remotePath, `${path} ${version}`));
  }

  /**
   * A true record of something else, without a line of `wanted`, is a failure, and no last word: neither remembered nor
   * believed in the cache. Go believes its cache there, and who sent it once has spoken for ever.
   */
  async #authenticRecord(session: Session, remotePath: string, wanted: string): Promise<string> {
    const hasLine = (text: string): boolean =>
      text.split("\n").some((line) => line.startsWith(`${wanted} `) || line.startsWith(`${wanted}${goModSuffix} `));
    const { ops } = this.#options;
    const file = session.name + remotePath;
    const cached = await this.#readCache(file);
    if (cached !== undefined) {
      try {
        const text = await this.#authenticate(session, cached);
        if (hasLine(text)) return text;
        ops.log(`${file} in the cache: has no line of ${wanted}; asking the server`);
      } catch (error) {
        if (!isDamage(error)) throw error;
        ops.log(`${file} in the cache: ${error.message}; asking the server`);
      }
    }
    const answer = await ops.readRemote(remotePath);
    const text = await this.#authenticate(session, answer);
    await this.#writeCache(file, answer);
    if (!hasLine(text)) throw checksumMissing(wanted);
    return text;
  }

  /** The text of the record in an answer to a lookup, once it is proven to be in the log. */
  async #authenticate({ timeline, tiles }: Session, answer: Uint8Array): Promise<string> {
    const { id, text, rest } = parseRecord(answer);
    await timeline.merge(rest);
    const tree = timeline.latest;
    if (id < 0 || id >= tree.n) {
      throw new ModuleError("notInTree", `cannot validate record ${id} in tree of size ${tree.n}`);
    }
    const [hash] = await tiles.withHashes(tree, async (reader) => reader.readHashes([storedHashIndex(0, id)]));
    if (hash === undefined || !equalHashes(hash, recordHash(text, this.#options.crypto.sha256))) {
      throw new ModuleError("inconsistentRecord", "cannot authenticate record data in server response");
    }
    return decodeUtf8(text);
  }

  #session(): Promise<Session> {
    return this.#sessions.do("", async () => {
      try {
        return await this.#begin();
      } catch (error) {
        throw explained("initializing sumdb.Client", error);
      }
    });
  }

  async #begin(): Promise<Session> {
    const { ops, crypto } = this.#options;
    const { sha256 } = crypto;
    const verifier = newVerifier(trimSpace(decodeUtf8(await ops.readConfig("key"))), crypto);
    const { name } = verifier;
    const tiles = new TileSource({ ops, name, tileHeight: this.#tileHeight, sha256 });
    const timeline = new Timeline({ ops, name, verifiers: verifierList(verifier), tiles, sha256 });
    await timeline.load();
    return { name, timeline, tiles };
  }

  async #readCache(file: string): Promise<Uint8Array | undefined> {
    const { ops } = this.#options;
    try {
      return await ops.readCache(file);
    } catch (error) {
      ops.log(`reading ${file} from the cache: ${String(error)}`);
      return undefined;
    }
  }

  async #writeCache(file: string, data: Uint8Array): Promise<void> {
    const { ops } = this.#options;
    try {
      await ops.writeCache(file, data);
    } catch (error) {
      ops.log(`writing ${file} to the cache: ${String(error)}`);
    }
  }
}

const goModSuffix = "/go.mod";

function withoutSuffix(version: string): string {
  return version.endsWith(goModSuffix) ? version.slice(0, -goModSuffix.length) : version;
}

/** `what` is a module and a version, apart by a blank. */
function checksumMissing(what: string): ModuleError {
  return new ModuleError("checksumMissing", `${what.replace(" ", "@")}: checksum missing from sumdb response`);
}

/** What a damaged file of the cache may cause, and another answer of the server may not. */
function isDamage(error: unknown): error is ModuleError {
  if (!(error instanceof ModuleError)) return false;
  return error.code !== "securityError" && error.code !== "writeConflict" && error.code !== "operationFailed";
}
