/**
 * The hole of golang/go#80744 (CVE-2026-56865): of a tree with 300 records, in tiles of height 8, the tile of the first 256
 * records was not checked by anything.
 */
import { hash } from "node:crypto";
import { expect, it } from "vitest";
import type { Sha256 } from "../sha256.ts";
import { equalHashes, type Hash, recordHash } from "./hash.ts";
import type { HashReader } from "./hashReader.ts";
import { storedHashIndex } from "./storedHashIndex.ts";
import { joinHashes, storedIndexes } from "./subtree.ts";
import { type Tile, tilePath } from "./tile.ts";
import { hashFromTile, readTileData, tileHasher } from "./tileData.ts";
import { tileHashReader, type TileReader } from "./tileHashReader.ts";
import type { Tree } from "./tree.ts";
import { storedHashes, treeHash } from "./treeHash.ts";

const sha256: Sha256 = (data) => hash("sha256", data, "buffer");
const size = 300;
const hashes: Hash[] = [];
const reader: HashReader = { readHashes: (indexes) => indexes.map((index) => hashes[index] ?? new Uint8Array(0)) };
for (let n = 0; n < size; n++) hashes.push(...(await storedHashes(n, Buffer.from(`record ${n}`), reader, sha256)));
const tree: Tree = { n: size, hash: await treeHash(size, reader, sha256) };

const forgedRecord = recordHash(Buffer.from("example.com/m v1.0.0 h1:forged\n"), sha256);
const forgedTile = "tile/8/0/000";

/** A server that has another record 7, and the signed head of the honest log. */
class Forger implements TileReader {
  readonly height = 8;
  readonly saved: string[] = [];

  readTiles(tiles: readonly Tile[]): Promise<Uint8Array[]> {
    return Promise.all(
      tiles.map(async (tile) => {
        const data = await readTileData(tile, reader);
        if (tilePath(tile) === forgedTile) data.set(forgedRecord, 7 * 32);
        return data;
      }),
    );
  }

  saveTiles(tiles: readonly Tile[]): void {
    this.saved.push(...tiles.map(tilePath));
  }
}

/**
 * Reads record 7 as the reference did: it checks the tiles that make the root's hash, and then those behind them in the
 * list. But it takes the number of the root's hashes, four, for the number of their tiles, which is two.
 */
async function naiveRead(server: TileReader): Promise<Hash> {
  const roots = storedIndexes({ from: 0, to: size });
  const top = { h: 8, l: 1, n: 0, w: 1 };
  const edge = { h: 8, l: 0, n: 1, w: size - 256 };
  const wanted = { h: 8, l: 0, n: 0, w: 256 };
  const tiles = [top, edge, wanted];
  const [topData, edgeData, wantedData] = await server.readTiles(tiles);
  if (topData === undefined || edgeData === undefined || wantedData === undefined) throw new Error("no tiles");
  const rootHashes = roots.map((index, i) =>
    hashFromTile(i === 0 ? top : edge, i === 0 ? topData : edgeData, index, sha256),
  );
  if (!equalHashes(joinHashes(rootHashes, sha256), tree.hash)) throw new Error("downloaded inconsistent tile");
  for (let i = roots.length; i < tiles.length; i++) {
    const promised = hashFromTile(top, topData, storedHashIndex(8, 0), sha256);
    if (!equalHashes(promised, tileHasher(sha256)(wantedData, 0, 256))) throw new Error("downloaded inconsistent tile");
  }
  return hashFromTile(wanted, wantedData, storedHashIndex(0, 7), sha256);
}

it("a forged tile that a naive reader believes is refused", async () => {
  expect(Buffer.from(await naiveRead(new Forger()))).toEqual(Buffer.from(forgedRecord));

  const server = new Forger();
  const read = tileHashReader(tree, server, sha256).readHashes([storedHashIndex(0, 7)]);
  await expect(read).rejects.toMatchObject({ code: "inconsistentTile", message: "downloaded inconsistent tile" });
  expect(server.saved).toEqual([]);
});

it("whichever hash is asked for, and beside whichever others", async () => {
  const all = Array.from({ length: storedHashIndex(0, size) }, (_, index) => index);
  for (const indexes of [[0], [storedHashIndex(7, 0)], [storedHashIndex(0, 299), storedHashIndex(0, 8)], all]) {
    const read = tileHashReader(tree, new Forger(), sha256).readHashes(indexes);
    await expect(read).rejects.toMatchObject({ code: "inconsistentTile" });
  }
  // What does not come from that tile needs it not.
  const top = await tileHashReader(tree, new Forger(), sha256).readHashes([storedHashIndex(8, 0)]);
  expect(top).toHaveLength(1);
});
