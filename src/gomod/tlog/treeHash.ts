import type { Sha256 } from "../sha256.ts";
import { type Hash, nodeHash, recordHash } from "./hash.ts";
import { type HashReader, readAll } from "./hashReader.ts";
import { checkNatural, storedHashIndex, trailingOnes } from "./storedHashIndex.ts";
import { runHashes } from "./subtree.ts";

/**
 * The hash of the tree of the first `n` records, from at most 1 + log₂ n stored hashes. That of no records is SHA-256 of
 * nothing (RFC 6962, section 2.1).
 */
export async function treeHash(n: number, reader: HashReader, sha256: Sha256): Promise<Hash> {
  checkNatural(n);
  const [hash] = n === 0 ? [] : await runHashes([{ from: 0, to: n }], reader, sha256);
  return hash ?? sha256(new Uint8Array(0));
}

/**
 * The hashes to store when record `n` is written, at storedHashIndex(0, n) and behind: the record's own, and those of
 * the subtrees that it completes. On average there are not quite two.
 *
 * @param reader Has the hashes of the records before.
 */
export function storedHashes(n: number, data: Uint8Array, reader: HashReader, sha256: Sha256): Promise<Hash[]> {
  return storedHashesForRecordHash(n, recordHash(data, sha256), reader, sha256);
}

/** As {@link storedHashes}, where the record's hash is known and its data may not be. */
export async function storedHashesForRecordHash(
  n: number,
  hash: Hash,
  reader: HashReader,
  sha256: Sha256,
): Promise<Hash[]> {
  checkNatural(n);
  const levels = Array.from({ length: trailingOnes(n) }, (_, level) => level);
  // At each level the subtree to the left is waiting for its other half.
  const indexes = levels.map((level) => storedHashIndex(level, Math.floor(n / 2 ** level) - 1));
  const lefts = await readAll(reader, indexes);
  const hashes = [hash];
  let right = hash;
  for (const left of lefts) {
    right = nodeHash(left, right, sha256);
    hashes.push(right);
  }
  return hashes;
}
