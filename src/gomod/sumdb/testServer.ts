import { ModuleError } from "../error.ts";
import { sign } from "../note/sign.ts";
import type { Signer } from "../note/signer.ts";
import type { Sha256 } from "../sha256.ts";
import { type Hash, recordHash } from "../tlog/hash.ts";
import type { HashReader } from "../tlog/hashReader.ts";
import { formatRecord } from "../tlog/record.ts";
import { storedHashCount } from "../tlog/storedHashIndex.ts";
import type { Tile } from "../tlog/tile.ts";
import { readTileData } from "../tlog/tileData.ts";
import { formatTree } from "../tlog/tree.ts";
import { storedHashesForRecordHash, treeHash } from "../tlog/treeHash.ts";
import type { ModuleVersion } from "../version.ts";
import type { ServerOps } from "./serverOps.ts";

export interface TestServerOptions {
  readonly signer: Signer;
  /** The go.sum lines of a module version, each with its line end. Rejects with a ModuleError `notFound` if there is none. */
  gosum(path: string, version: string): Promise<Uint8Array>;
  readonly sha256: Sha256;
}

/** A checksum database in memory, for tests: it forgets its log when it ends, and its clients would call that a lie. */
export class TestServer implements ServerOps {
  readonly #options: TestServerOptions;
  readonly #records: Uint8Array[] = [];
  readonly #hashes: Hash[] = [];
  readonly #ids = new Map<string, number>();
  #adding: Promise<unknown> = Promise.resolve();

  constructor(options: TestServerOptions) {
    this.#options = options;
  }

  async signed(): Promise<Uint8Array> {
    const { signer, sha256 } = this.#options;
    const n = this.#records.length;
    const hash = await treeHash(n, this.#reader, sha256);
    return sign({ text: formatTree({ n, hash }) }, signer);
  }

  async readRecords(id: number, n: number): Promise<readonly Uint8Array[]> {
    if (id + n > this.#records.length) throw new ModuleError("notFound", "missing records");
    return this.#records.slice(id, id + n);
  }

  async lookup({ path, version }: ModuleVersion): Promise<number> {
    const key = `${path}@${version}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const data = await this.#options.gosum(path, version);
    // One after the other: each record's hashes need those of the record before.
    const added = this.#adding.then(() => this.#ids.get(key) ?? this.#add(key, data));
    this.#adding = added.catch(() => undefined);
    return added;
  }

  async readTileData(tile: Tile): Promise<Uint8Array> {
    const { h, l, n, w } = tile;
    if ((n * 2 ** h + w) * 2 ** (h * l) > this.#records.length) throw new ModuleError("notFound", "no such tile");
    return readTileData(tile, this.#reader);
  }

  async #add(key: string, data: Uint8Array): Promise<number> {
    const id = this.#records.length;
    // What can't be served must not get into the log, out of which nothing is ever taken.
    formatRecord(id, data);
    const { sha256 } = this.#options;
    const hashes = await storedHashesForRecordHash(id, recordHash(data, sha256), this.#reader, sha256);
    this.#hashes.push(...hashes);
    this.#records.push(data);
    this.#ids.set(key, id);
    return id;
  }

  readonly #reader: HashReader = {
    readHashes: (indexes) =>
      indexes.map((index) => {
        const hash = this.#hashes[index];
        if (hash !== undefined) return hash;
        const stored = storedHashCount(this.#records.length);
        throw new ModuleError("notFound", `no hash ${index} among ${stored}`);
      }),
  };
}
