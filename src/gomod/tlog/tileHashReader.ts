/**
 * Reads hashes of a tree out of tiles that an untrusted server sends, and believes none that does not lead up to the tree's
 * hash.
 *
 * The tiles at the right edge of the tree, one a level, are partial; together they make the tree's hash, which checks all of
 * them at once. Every other tile is full, and its hash stands in the tile above. So each tile that is read is either checked
 * by the root or by its parent, and the parent is always read with it.
 *
 * golang.org/x/mod before v0.40.0 counted the tiles at the edge wrongly when two of the root's hashes were in one tile, and so
 * left some of the others unchecked: a forged tile passed in a tree of 300 records (golang/go#80744, CVE-2026-56865). Here a
 * tile carries its parent, and no tile is passed over by its position.
 */
import { ModuleError } from "../error.ts";
import type { Sha256 } from "../sha256.ts";
import { equalHashes, type Hash, hashSize } from "./hash.ts";
import type { HashReader } from "./hashReader.ts";
import { storedHashIndex } from "./storedHashIndex.ts";
import { joinHashes, storedIndexes } from "./subtree.ts";
import { type Tile, tilePath } from "./tile.ts";
import { hashFromTileBy, type HashTile, tileForIndex, tileHasher } from "./tileData.ts";
import type { Tree } from "./tree.ts";

/** Where tiles come from. */
export interface TileReader {
  /** Of all tiles of this log. */
  readonly height: number;
  /** The data of those tiles, one for each, in their order, `w` × 32 bytes each. They are not believed yet: keep them in no cache. */
  readTiles(tiles: readonly Tile[]): Promise<readonly Uint8Array[]>;
  /** Called with what `readTiles` gave, once it is known to be right, and so may be cached for good. */
  saveTiles(tiles: readonly Tile[], data: readonly Uint8Array[]): void | Promise<void>;
}

/** A reader of the hashes in `tree`: what it gives is proven to be in that tree. See {@link TileHashReader}. */
export function tileHashReader(tree: Tree, tiles: TileReader, sha256: Sha256): HashReader {
  return new TileHashReader(tree, tiles, sha256, tileHasher(sha256));
}

/** A tile to read, and which tile holds its hash; none does for those at the right edge. */
interface Planned {
  readonly tile: Tile;
  readonly parent: Planned | undefined;
}

export class TileHashReader implements HashReader {
  readonly #tree: Tree;
  readonly #tiles: TileReader;
  readonly #sha256: Sha256;
  readonly #hashTile: HashTile;

  constructor(tree: Tree, tiles: TileReader, sha256: Sha256, hashTile: HashTile) {
    this.#tree = tree;
    this.#tiles = tiles;
    this.#sha256 = sha256;
    this.#hashTile = hashTile;
  }

  /**
   * @throws ModuleError `notInTree` (`indexes not in tree`); `invalidTile` where a tile is not as long as it should be,
   * `inconsistentTile` where it is forged.
   */
  async readHashes(indexes: readonly number[]): Promise<Hash[]> {
    const { n } = this.#tree;
    if (indexes.length === 0) return [];
    const end = storedHashIndex(0, n);
    if (indexes.some((index) => !(index < end))) throw new ModuleError("notInTree", "indexes not in tree");
    const plan = new Plan(this.#tiles.height, n);
    const rootIndexes = storedIndexes({ from: 0, to: n });
    const roots = rootIndexes.map((index) => plan.add(index));
    const wanted = indexes.map((index) => plan.add(index));
    const data = await this.#read(plan.tiles);

    const hashIn = (planned: Planned, index: number): Hash =>
      hashFromTileBy(this.#hashTile, planned.tile, dataOf(data, planned), index);
    const rootHashes = rootIndexes.map((index, i) => hashIn(at(roots, i), index));
    if (!equalHashes(joinHashes(rootHashes, this.#sha256), this.#tree.hash)) throw inconsistent();
    const checkedByRoot = new Set(roots);
    for (const planned of plan.tiles) {
      if (checkedByRoot.has(planned)) continue;
      const { tile, parent } = planned;
      if (parent === undefined) throw new Error(`tlog: ${tilePath(tile)} is checked by no other tile`);
      const promised = hashIn(parent, storedHashIndex((tile.l + 1) * tile.h, tile.n));
      if (!equalHashes(promised, this.#hashTile(dataOf(data, planned), 0, tile.w))) throw inconsistent();
    }
    await this.#tiles.saveTiles(
      plan.tiles.map(({ tile }) => tile),
      plan.tiles.map((planned) => dataOf(data, planned)),
    );
    return indexes.map((index, i) => hashIn(at(wanted, i), index));
  }

  async #read(plan: readonly Planned[]): Promise<ReadonlyMap<Planned, Uint8Array>> {
    const all = await this.#tiles.readTiles(plan.map(({ tile }) => tile));
    if (all.length !== plan.length) {
      throw new Error(`TileReader returned bad result slice (len=${all.length}, want ${plan.length})`);
    }
    const read = new Map<Planned, Uint8Array>();
    for (const [i, planned] of plan.entries()) {
      const data = at(all, i);
      const wanted = planned.tile.w * hashSize;
      if (data.length !== wanted) {
        const fault = `${tilePath(planned.tile)} len=${data.length}, want ${wanted}`;
        throw new ModuleError("invalidTile", `TileReader returned bad result slice (${fault})`);
      }
      read.set(planned, data);
    }
    return read;
  }
}

/** The tiles to read for some hashes, each once and its parents before it. */
class Plan {
  readonly #height: number;
  readonly #treeSize: number;
  readonly #planned = new Map<string, Planned>();

  constructor(height: number, treeSize: number) {
    this.#height = height;
    this.#treeSize = treeSize;
  }

  get tiles(): readonly Planned[] {
    return [...this.#planned.values()];
  }

  /** Plans the tile with the hash of that index. */
  add(index: number): Planned {
    const { l, n } = tileForIndex(this.#height, index);
    return this.#addTile(l, n);
  }

  #addTile(l: number, n: number): Planned {
    const tile = this.#widest(l, n);
    const path = tilePath(tile);
    const known = this.#planned.get(path);
    if (known !== undefined) return known;
    const width = 2 ** this.#height;
    const parent = tile.w === width ? this.#addTile(l + 1, Math.floor(n / width)) : undefined;
    const planned = { tile, parent };
    this.#planned.set(path, planned);
    return planned;
  }

  /** The tile at that place with all the hashes that the tree has for it. Servers drop the narrower ones. */
  #widest(l: number, n: number): Tile {
    const h = this.#height;
    const hashesInLevel = Math.floor(this.#treeSize / 2 ** (h * l));
    return { h, l, n, w: Math.min(2 ** h, hashesInLevel - n * 2 ** h) };
  }
}

function inconsistent(): ModuleError {
  return new ModuleError("inconsistentTile", "downloaded inconsistent tile");
}

function dataOf(data: ReadonlyMap<Planned, Uint8Array>, planned: Planned): Uint8Array {
  const found = data.get(planned);
  if (found === undefined) throw new Error(`tlog: ${tilePath(planned.tile)} was not read`);
  return found;
}

function at<T>(list: readonly T[], i: number): T {
  const item = list[i];
  if (item === undefined) throw new RangeError(`tlog: nothing at ${i}`);
  return item;
}
