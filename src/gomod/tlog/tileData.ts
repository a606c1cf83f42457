import { ModuleError } from "../error.ts";
import type { Sha256 } from "../sha256.ts";
import { type Hash, hashSize, nodeHash } from "./hash.ts";
import { type HashReader, readAll } from "./hashReader.ts";
import { checkNatural, splitStoredHashIndex, storedHashIndex } from "./storedHashIndex.ts";
import { type Tile, tilePath } from "./tile.ts";

/** A hash's place in a tile: it is that of `count` of the tile's hashes, from `start` on. */
interface Place {
  readonly tile: Tile;
  readonly start: number;
  readonly count: number;
}

/**
 * The narrowest tile of that height from which the hash with that index follows.
 *
 * @throws RangeError if the height is not at least 1.
 */
export function tileForIndex(height: number, index: number): Tile {
  if (!(height >= 1)) throw new RangeError(`TileForIndex: invalid height ${height}`);
  return placeOf(height, index).tile;
}

function placeOf(h: number, index: number): Place {
  const position = splitStoredHashIndex(index);
  const l = Math.floor(position.level / h);
  const count = 2 ** (position.level - l * h);
  // Within one tile the numbers of a level begin at a multiple of how many of it there are.
  const hashesInTile = 2 ** h / count;
  const n = Math.floor(position.n / hashesInTile);
  const start = (position.n % hashesInTile) * count;
  return { tile: { h, l, n, w: start + count }, start, count };
}

/**
 * The hash with that index out of a tile's data.
 *
 * @param data The hashes of the tile, at least `tile.w` of them. They are not checked: whoever got them from elsewhere reads
 * through {@link tileHashReader}, which does.
 * @throws ModuleError `invalidTile` if the tile can't be one, has too little data, or hasn't that hash.
 */
export function hashFromTile(tile: Tile, data: Uint8Array, index: number, sha256: Sha256): Hash {
  return hashFromTileBy(tileHasher(sha256), tile, data, index);
}

/** {@link hashFromTile}, with a way of its own to hash. */
export function hashFromTileBy(hash: HashTile, tile: Tile, data: Uint8Array, index: number): Hash {
  const { h, l, n, w } = tile;
  if (!(h >= 1 && h <= 30 && l >= 0 && l < 64 && w >= 1 && w <= 2 ** h)) {
    throw new ModuleError("invalidTile", `invalid tile ${tilePath(tile)}`);
  }
  if (data.length < w * hashSize) {
    throw new ModuleError("invalidTile", `data len ${data.length} too short for tile ${tilePath(tile)}`);
  }
  const place = placeOf(h, index);
  if (l !== place.tile.l || n !== place.tile.n || w < place.tile.w) {
    throw new ModuleError("invalidTile", `index ${index} is in ${tilePath(place.tile)} not ${tilePath(tile)}`);
  }
  return hash(data, place.start, place.count);
}

/** The hash over `count` hashes of a tile's data, a power of two of them, from `start` on, a multiple of it. */
export type HashTile = (data: Uint8Array, start: number, count: number) => Hash;

export function tileHasher(sha256: Sha256): HashTile {
  const hash: HashTile = (data, start, count) => {
    // A copy: what it is out of may be reused. (`slice` of a Buffer of Node's is none.)
    if (count <= 1) return new Uint8Array(data.subarray(start * hashSize, (start + 1) * hashSize));
    const half = count / 2;
    return nodeHash(hash(data, start, half), hash(data, start + half, half), sha256);
  };
  return hash;
}

/** Fewer are hashed again sooner than looked up. */
const leastRemembered = 16;

/**
 * The same, remembering hashes over 16 and more for as long as the data is held by somebody. The data must not change. Of
 * a log with millions of records a few tiles are read again and again.
 */
export function rememberingTileHasher(sha256: Sha256): HashTile {
  const plain = tileHasher(sha256);
  const known = new WeakMap<Uint8Array, Map<string, Hash>>();
  const hash: HashTile = (data, start, count) => {
    if (count < leastRemembered) return plain(data, start, count);
    const ofData = known.get(data) ?? new Map<string, Hash>();
    known.set(data, ofData);
    const place = `${start}+${count}`;
    const half = count / 2;
    const result = ofData.get(place) ?? nodeHash(hash(data, start, half), hash(data, start + half, half), sha256);
    ofData.set(place, result);
    return result;
  };
  return hash;
}

/**
 * The tiles that a log must publish when it has grown from one size to another, partial ones included.
 *
 * @throws RangeError if the height is not at least 1.
 */
export function newTiles(height: number, oldTreeSize: number, newTreeSize: number): Tile[] {
  if (!(height >= 1)) throw new RangeError(`NewTiles: invalid height ${height}`);
  checkNatural(oldTreeSize);
  checkNatural(newTreeSize);
  const h = height;
  const width = 2 ** h;
  const tiles: Tile[] = [];
  for (let l = 0; Math.floor(newTreeSize / width ** l) > 0; l++) {
    const oldHashes = Math.floor(oldTreeSize / width ** l);
    const newHashes = Math.floor(newTreeSize / width ** l);
    if (oldHashes === newHashes) continue;
    const full = Math.floor(newHashes / width);
    for (let n = Math.floor(oldHashes / width); n < full; n++) tiles.push({ h, l, n, w: width });
    const rest = newHashes - full * width;
    if (rest > 0) tiles.push({ h, l, n: full, w: rest });
  }
  return tiles;
}

/**
 * The data of a tile from stored hashes. It asks for `tile.w` of them at once, which for a tile that somebody named may be
 * 2^30: hold it to the heights that are served, first.
 */
export async function readTileData(tile: Tile, reader: HashReader): Promise<Uint8Array> {
  const { h, l, n, w } = tile;
  const first = n * 2 ** h;
  const indexes = Array.from({ length: w === 0 ? 2 ** h : w }, (_, i) => storedHashIndex(h * l, first + i));
  const data = new Uint8Array(indexes.length * hashSize);
  for (const [i, hash] of (await readAll(reader, indexes)).entries()) data.set(hash, i * hashSize);
  return data;
}
