/**
 * The tiles of one database: from memory, from the cache, from the server. Only what is proven to be in a tree of the
 * database's timeline is kept.
 */
import { ModuleError } from "../error.ts";
import type { Sha256 } from "../sha256.ts";
import type { HashReader } from "../tlog/hashReader.ts";
import { hashSize } from "../tlog/hash.ts";
import { type Tile, tilePath } from "../tlog/tile.ts";
import { type HashTile, rememberingTileHasher } from "../tlog/tileData.ts";
import { TileHashReader, type TileReader } from "../tlog/tileHashReader.ts";
import type { Tree } from "../tlog/tree.ts";
import type { ClientOps } from "./clientOps.ts";
import { Recent } from "./recent.ts";

/** Tiles kept in memory. At height 8 they have 8 KiB at most. */
const maxTiles = 512;

export interface TileSourceOptions {
  readonly ops: ClientOps;
  /** The database's. */
  readonly name: string;
  readonly tileHeight: number;
  readonly sha256: Sha256;
}

export class TileSource {
  readonly #options: TileSourceOptions;
  readonly #proven = new Recent<Uint8Array>(maxTiles);
  readonly #fetching = new Recent<Uint8Array>(0);
  readonly #hashTile: HashTile;

  constructor(options: TileSourceOptions) {
    this.#options = options;
    this.#hashTile = rememberingTileHasher(options.sha256);
  }

  /**
   * Runs `use` with a reader of the hashes of `tree`, and keeps the tiles that it read if it resolves.
   *
   * Where kept tiles don't fit the tree, either these are damaged or the tree is of another timeline. Which it is shows
   * without them: so `use` is run once more, with the server's tiles only.
   */
  async withHashes<T>(tree: Tree, use: (reader: HashReader) => Promise<T>): Promise<T> {
    const first = new Reading(this, true);
    try {
      return await this.#run(tree, use, first);
    } catch (error) {
      const mayBeOurs = error instanceof ModuleError && error.code === "inconsistentTile" && first.usedKept;
      if (!mayBeOurs) throw error;
      const { name, ops } = this.#options;
      ops.log(`${name}: kept tiles do not fit the tree of ${tree.n} records; asking the server for all of them`);
      return this.#run(tree, use, new Reading(this, false));
    }
  }

  async #run<T>(tree: Tree, use: (reader: HashReader) => Promise<T>, reading: Reading): Promise<T> {
    const result = await use(new TileHashReader(tree, reading, this.#options.sha256, this.#hashTile));
    for (const { tile, data, isKept } of reading.proven.values()) {
      this.#proven.set(tilePath(tile), data);
      if (!isKept) await this.#writeCache(tile, data);
    }
    return result;
  }

  get tileHeight(): number {
    return this.#options.tileHeight;
  }

  /** A tile that was proven before, or so the cache says. It must not be changed: its hashes are remembered. */
  async kept(tile: Tile): Promise<Uint8Array | undefined> {
    const full = fullOf(tile);
    const data = this.#proven.get(tilePath(tile)) ?? (await this.#readCache(tile));
    if (data !== undefined || tile.w === full.w) return data;
    const fullData = this.#proven.get(tilePath(full)) ?? (await this.#readCache(full));
    return fullData?.subarray(0, tile.w * hashSize);
  }

  /** A tile as the server has it, which proves nothing. A copy, like those out of the cache: others have the array too. */
  fetched(tile: Tile): Promise<Uint8Array> {
    const { ops } = this.#options;
    const full = fullOf(tile);
    const path = `/${tilePath(tile)}`;
    return this.#fetching.do(path, async () => {
      try {
        return new Uint8Array(await ops.readRemote(path));
      } catch (error) {
        // A server drops partial tiles once they are full.
        const data = tile.w === full.w ? undefined : await orUndefined(ops.readRemote(`/${tilePath(full)}`));
        if (data === undefined) throw error;
        return new Uint8Array(data.subarray(0, Math.floor(data.length / full.w) * tile.w));
      }
    });
  }

  async #readCache(tile: Tile): Promise<Uint8Array | undefined> {
    const { ops, name } = this.#options;
    const file = `${name}/${tilePath(tile)}`;
    try {
      const data = await ops.readCache(file);
      // A file that was cut off is no tile.
      return data?.length === tile.w * hashSize ? new Uint8Array(data) : undefined;
    } catch (error) {
      ops.log(`reading ${file} from the cache: ${String(error)}`);
      return undefined;
    }
  }

  async #writeCache(tile: Tile, data: Uint8Array): Promise<void> {
    const { ops, name } = this.#options;
    const file = `${name}/${tilePath(tile)}`;
    try {
      await ops.writeCache(file, new Uint8Array(data));
    } catch (error) {
      ops.log(`writing ${file} to the cache: ${String(error)}`);
    }
  }
}

function fullOf(tile: Tile): Tile {
  return { ...tile, w: 2 ** tile.h };
}

function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  return promise.catch(() => undefined);
}

interface ReadTile {
  readonly tile: Tile;
  readonly data: Uint8Array;
  readonly isKept: boolean;
}

/** The tiles that one check reads, each once: what is shown as proof must be what was checked. */
class Reading implements TileReader {
  /** Some tile was one that we had kept. */
  usedKept = false;
  /** Those that the tree's hash vouches for. They are kept only once the tree is known to be of our timeline. */
  readonly proven = new Map<string, ReadTile>();
  readonly #read = new Map<string, ReadTile>();
  readonly #source: TileSource;
  readonly #mayUseKept: boolean;

  constructor(source: TileSource, mayUseKept: boolean) {
    this.#source = source;
    this.#mayUseKept = mayUseKept;
  }

  get height(): number {
    return this.#source.tileHeight;
  }

  async readTiles(tiles: readonly Tile[]): Promise<Uint8Array[]> {
    const read = await Promise.allSettled(tiles.map((tile) => this.#readTile(tile)));
    // All are waited for, and the first that failed is the one reported.
    return read.map((result) => {
      if (result.status === "fulfilled") return result.value.data;
      throw result.reason;
    });
  }

  saveTiles(tiles: readonly Tile[]): void {
    for (const path of tiles.map(tilePath)) {
      const read = this.#read.get(path);
      if (read !== undefined) this.proven.set(path, read);
    }
  }

  async #readTile(tile: Tile): Promise<ReadTile> {
    const path = tilePath(tile);
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    const kept = this.#mayUseKept ? await this.#source.kept(tile) : undefined;
    if (kept !== undefined) this.usedKept = true;
    const data = kept ?? (await this.#source.fetched(tile));
    const read = { tile, data, isKept: kept !== undefined };
    this.#read.set(path, read);
    return read;
  }
}
