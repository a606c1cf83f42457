import { hash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sha256 } from "./sha256.ts";
import * as tlog from "./tlog.ts";

const sha256: Sha256 = (data) => hash("sha256", data, "buffer");

/** A log of that many records, all of its hashes. */
async function logOf(size: number): Promise<tlog.Hash[]> {
  const hashes: tlog.Hash[] = [];
  for (let n = 0; n < size; n++) {
    hashes.push(...(await tlog.storedHashes(n, Buffer.from(`record ${n}`), readerOf(hashes), sha256)));
  }
  return hashes;
}

function readerOf(hashes: readonly tlog.Hash[]): tlog.HashReader {
  return { readHashes: (indexes) => indexes.map((index) => hashes[index] ?? new Uint8Array(0)) };
}

const size = 70;
const hashes = await logOf(size);
const reader = readerOf(hashes);
const trees: tlog.Tree[] = [];
for (let n = 0; n <= size; n++) trees.push({ n, hash: await tlog.treeHash(n, reader, sha256) });
const treeOf = (n: number): tlog.Tree => trees[n] ?? { n, hash: new Uint8Array(32) };

it("hashes as RFC 6962 says", () => {
  const leaf = (text: string): Buffer => hash("sha256", `\0${text}`, "buffer");
  const node = (left: Buffer, right: Buffer): Buffer =>
    hash("sha256", Buffer.concat([Buffer.from([1]), left, right]), "buffer");
  const [a, b, c] = [leaf("record 0"), leaf("record 1"), leaf("record 2")];
  expect(Buffer.from(treeOf(0).hash)).toEqual(hash("sha256", "", "buffer"));
  expect(Buffer.from(treeOf(1).hash)).toEqual(a);
  expect(Buffer.from(treeOf(3).hash)).toEqual(node(node(a, b), c));
});

it("stores each hash once, in a dense order", () => {
  for (let index = 0; index < 10_000; index++) {
    const { level, n } = tlog.splitStoredHashIndex(index);
    expect(tlog.storedHashIndex(level, n)).toBe(index);
  }
  expect(hashes).toHaveLength(tlog.storedHashCount(size));
});

it("proves each record of each tree, and no other", async () => {
  for (let t = 1; t <= 40; t++) {
    for (let n = 0; n < t; n++) {
      const proof = await tlog.proveRecord(t, n, reader, sha256);
      const record = tlog.recordHash(Buffer.from(`record ${n}`), sha256);
      tlog.checkRecord(proof, treeOf(t), n, record, sha256);
      const other = tlog.recordHash(Buffer.from(`record ${n + 1}`), sha256);
      const wrong = expect.objectContaining({ code: "invalidProof" });
      expect(() => tlog.checkRecord(proof, treeOf(t), n, other, sha256)).toThrow(wrong);
      expect(() => tlog.checkRecord([...proof, other], treeOf(t), n, record, sha256)).toThrow(wrong);
      if (t > 1) expect(() => tlog.checkRecord(proof.slice(1), treeOf(t), n, record, sha256)).toThrow(wrong);
      expect(() => tlog.checkRecord(proof, { n: t, hash: other }, n, record, sha256)).toThrow(wrong);
    }
  }
});

it("proves that each tree begins with each older one", async () => {
  for (let t = 1; t <= 40; t++) {
    for (let n = 1; n <= t; n++) {
      const proof = await tlog.proveTree(t, n, reader, sha256);
      tlog.checkTree(proof, treeOf(t), treeOf(n), sha256);
      const forged = { n, hash: tlog.recordHash(new Uint8Array(n), sha256) };
      const wrong = expect.objectContaining({ code: "invalidProof" });
      expect(() => tlog.checkTree(proof, treeOf(t), forged, sha256)).toThrow(wrong);
      expect(() => tlog.checkTree([...proof, forged.hash], treeOf(t), treeOf(n), sha256)).toThrow(wrong);
    }
  }
});

it("says when a reader gives too few hashes", async () => {
  const short: tlog.HashReader = { readHashes: () => [] };
  await expect(tlog.treeHash(3, short, sha256)).rejects.toThrow("tlog: ReadHashes(2 indexes) = 0 hashes");
});

describe("tiles", () => {
  /** A server of tiles; `forge` may change what it sends. */
  function tilesOf(height: number, forge: (tile: tlog.Tile, data: Uint8Array) => Uint8Array): tlog.TileReader {
    return {
      height,
      readTiles: (tiles) => Promise.all(tiles.map(async (tile) => forge(tile, await tlog.readTileData(tile, reader)))),
      saveTiles: () => undefined,
    };
  }
  const honest = (_: tlog.Tile, data: Uint8Array): Uint8Array => data;

  it("every hash of every tree can be read from them", async () => {
    for (const height of [1, 2, 3, 8]) {
      for (let n = 1; n <= size; n++) {
        const all = Array.from({ length: tlog.storedHashIndex(0, n) }, (_, index) => index);
        const read = await tlog.tileHashReader(treeOf(n), tilesOf(height, honest), sha256).readHashes(all);
        expect(read.every((hash, i) => tlog.equalHashes(hash, hashes[i] ?? new Uint8Array(0)))).toBe(true);
      }
    }
  });

  it("not one bit of any tile that is read can be changed", async () => {
    const asked = fc.record({
      height: fc.integer({ min: 1, max: 4 }),
      n: fc.integer({ min: 1, max: size }),
      index: fc.nat(),
      tile: fc.nat(),
      bit: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ height, n, index, tile, bit }) => {
        const wanted = index % tlog.storedHashIndex(0, n);
        const seen = new Set<string>();
        const watching = tilesOf(height, (tile, data) => {
          seen.add(tlog.tilePath(tile));
          return data;
        });
        await tlog.tileHashReader(treeOf(n), watching, sha256).readHashes([wanted]);
        const victim = [...seen][tile % seen.size];
        const forging = tilesOf(height, (tile, data) => {
          if (tlog.tilePath(tile) !== victim) return data;
          const at = Math.floor(bit / 8) % data.length;
          return data.map((byte, i) => (i === at ? byte ^ (1 << (bit % 8)) : byte));
        });
        const read = tlog.tileHashReader(treeOf(n), forging, sha256).readHashes([wanted]);
        await expect(read).rejects.toMatchObject({ code: "inconsistentTile" });
      }),
      { numRuns: 1000 },
    );
  });

  it("a tile of another length is refused", async () => {
    const short = tilesOf(2, (_, data) => data.subarray(0, -1));
    const read = tlog.tileHashReader(treeOf(5), short, sha256).readHashes([0]);
    await expect(read).rejects.toThrow("TileReader returned bad result slice (tile/2/1/000.p/1 len=31, want 32)");
  });

  it("nothing is read of a tree that has it not", async () => {
    const read = tlog.tileHashReader(treeOf(5), tilesOf(2, honest), sha256).readHashes([8]);
    await expect(read).rejects.toMatchObject({ code: "notInTree", message: "indexes not in tree" });
    await expect(tlog.tileHashReader(treeOf(0), tilesOf(2, honest), sha256).readHashes([])).resolves.toEqual([]);
  });
});
