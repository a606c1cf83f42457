import type { Hash } from "./hash.ts";

/** Reads stored hashes of a tree. */
export interface HashReader {
  /**
   * The hashes with those indexes (see storedHashIndex), one for each, in their order. Rejects where one can't be had. Most
   * calls ask for a few dozen at most.
   */
  readHashes(indexes: readonly number[]): readonly Hash[] | Promise<readonly Hash[]>;
}

/** Reads hashes, and holds the reader to what it promises. @throws Error if there are fewer or more. */
export async function readAll(reader: HashReader, indexes: readonly number[]): Promise<readonly Hash[]> {
  const hashes = await reader.readHashes(indexes);
  if (hashes.length === indexes.length) return hashes;
  throw new Error(`tlog: ReadHashes(${indexes.length} indexes) = ${hashes.length} hashes`);
}
