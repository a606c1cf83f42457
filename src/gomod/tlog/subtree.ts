/**
 * Runs of records and their hashes. A run's hash is that of the tree over it: split at the largest power of two below its
 * length, hash both sides, hash the two together (RFC 6962, section 2.1). The left sides are complete subtrees, whose hashes
 * are stored; so a run takes one stored hash for each bit of its length.
 */
import type { Sha256 } from "../sha256.ts";
import { type Hash, nodeHash } from "./hash.ts";
import { type HashReader, readAll } from "./hashReader.ts";
import { storedHashIndex } from "./storedHashIndex.ts";

/** The records from `from` to before `to`: at least one. `from` is a multiple of the largest power of two in the length. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** The largest power of two that is not above `n` (at least 1), and its exponent. */
function powerOfTwoUpTo(n: number): { readonly power: number; readonly exponent: number } {
  let power = 1;
  let exponent = 0;
  while (power * 2 <= n) {
    power *= 2;
    exponent++;
  }
  return { power, exponent };
}

/** Where a run is split: the left side is as long as the largest power of two below the length (at least 2). */
export function splitOf({ from, to }: Run): number {
  return from + powerOfTwoUpTo(to - from - 1).power;
}

/** The stored hashes that make up a run's, the largest subtree first. */
export function storedIndexes({ from, to }: Run): number[] {
  const indexes: number[] = [];
  for (let at = from; at < to;) {
    const { power, exponent } = powerOfTwoUpTo(to - at);
    indexes.push(storedHashIndex(exponent, at / power));
    at += power;
  }
  return indexes;
}

/** The hash of a run from the hashes of {@link storedIndexes}. */
export function joinHashes(hashes: readonly Hash[], sha256: Sha256): Hash {
  return hashes.reduceRight((right, left) => nodeHash(left, right, sha256));
}

/** The hashes of runs, for which the reader is asked once. */
export async function runHashes(runs: readonly Run[], reader: HashReader, sha256: Sha256): Promise<Hash[]> {
  const indexes = runs.map(storedIndexes);
  const hashes = indexes.length === 0 ? [] : await readAll(reader, indexes.flat());
  let read = 0;
  return indexes.map(({ length }) => joinHashes(hashes.slice(read, (read += length)), sha256));
}
