/**
 * Transparency logs: golang.org/x/mod/sumdb/tlog under its own names. A log of records is a Merkle tree as in RFC 6962, whose
 * root's hash commits to each record and to their order. Somebody who has signed a tree's hash can neither change nor drop a
 * record of it without being caught: see {@link checkRecord}, {@link checkTree}, and {@link tileHashReader} for what is read
 * from an untrusted server.
 *
 * Go's functions take hashing for granted; here it is the last argument.
 */
export { equalHashes, formatHash, type Hash, hashSize, nodeHash, parseHash, recordHash } from "./tlog/hash.ts";
export type { HashReader } from "./tlog/hashReader.ts";
export { formatRecord, type ParsedRecord, parseRecord } from "./tlog/record.ts";
export { checkRecord, proveRecord, type RecordProof } from "./tlog/recordProof.ts";
export { splitStoredHashIndex, storedHashCount, storedHashIndex, type TreePosition } from "./tlog/storedHashIndex.ts";
export { parseTilePath, type Tile, tilePath } from "./tlog/tile.ts";
export { hashFromTile, newTiles, readTileData, tileForIndex } from "./tlog/tileData.ts";
export { tileHashReader, type TileReader } from "./tlog/tileHashReader.ts";
export { formatTree, parseTree, type Tree } from "./tlog/tree.ts";
export { storedHashes, storedHashesForRecordHash, treeHash } from "./tlog/treeHash.ts";
export { checkTree, proveTree, type TreeProof } from "./tlog/treeProof.ts";
export type { Sha256 } from "./sha256.ts";
