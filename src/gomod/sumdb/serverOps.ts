import type { Tile } from "../tlog/tile.ts";
import type { ModuleVersion } from "../version.ts";

/**
 * What a checksum database stores, for its server. What is not there is a ModuleError `notFound`, whose message the go
 * command shows to its user; other ModuleErrors are the server's fault, and their message is shown as well.
 *
 * The log only grows: a record, its number and its hash are never changed, or each client that has seen it is right to call
 * the database a liar.
 */
export interface ServerOps {
  /** The signed note with the latest tree. It has all records that {@link ServerOps.lookup} has given a number for. */
  signed(): Promise<Uint8Array>;

  /**
   * The texts of `n` records, from number `id` on. Both are anybody's numbers, `n` up to 2^30: compare them with the log's
   * size before anything else.
   */
  readRecords(id: number, n: number): Promise<readonly Uint8Array[]>;

  /**
   * The number of the record of a module version, which may be made now: fetch the module, hash its zip and its go.mod, and
   * append `<path> <version> h1:…` and `<path> <version>/go.mod h1:…`.
   */
  lookup(module: ModuleVersion): Promise<number>;

  /** The data of a tile of hashes (`l` ≥ 0), as tlog's readTileData gives it. Anybody's numbers, again. */
  readTileData(tile: Tile): Promise<Uint8Array>;
}
