/**
 * Where the hashes of a tree stand when they are written one after the other: each record's hash when the record comes, and
 * right behind it those of the subtrees that it completes, the smaller first. So a log of hashes is only ever appended to
 * (Crosby and Wallach, "Efficient Data Structures for Tamper-Evident Logging", section 3.3).
 *
 *     level 2              6
 *     level 1       2             5             9
 *     level 0   0      1      3      4      7      8     10
 *
 * Numbers of records and indexes are JavaScript numbers, so they end at 2^53 - 1 where Go's end at 2^63 - 1.
 */

/** A place in a tree: level 0 are the records, `n` counts from the left. */
export interface TreePosition {
  readonly level: number;
  readonly n: number;
}

/** The index of the `n`th hash at a level. @throws RangeError if it would be beyond 2^53 - 1, or what is given is no place. */
export function storedHashIndex(level: number, n: number): number {
  checkNatural(level);
  checkNatural(n);
  // The hash stands `level` behind that of the last record below it.
  let record = n;
  for (let l = 0; l < level && record <= Number.MAX_SAFE_INTEGER; l++) record = 2 * record + 1;
  checkNatural(record);
  // Before a record come all records, half as many pairs, a quarter as many fours …
  let index = level;
  for (let count = record; count > 0; count = Math.floor(count / 2)) index += count;
  checkNatural(index);
  return index;
}

/** The place of the hash with that index; the inverse of {@link storedHashIndex}. @throws RangeError. */
export function splitStoredHashIndex(index: number): TreePosition {
  checkNatural(index);
  // A record's index is below twice its number, so this one stands before the index, or on it, and not far.
  let record = Math.floor(index / 2);
  let at = storedHashIndex(0, record);
  for (;;) {
    const next = at + 1 + trailingOnes(record);
    if (next > index) break;
    record++;
    at = next;
  }
  const level = index - at;
  return { level, n: Math.floor(record / 2 ** level) };
}

/** How many hashes are stored for a tree of `n` records. @throws RangeError. */
export function storedHashCount(n: number): number {
  checkNatural(n);
  return n === 0 ? 0 : storedHashIndex(0, n - 1) + 1 + trailingOnes(n - 1);
}

/** How many subtrees the record with that number completes: the ones at the end of the number in binary. */
export function trailingOnes(n: number): number {
  let count = 0;
  for (let rest = n; rest % 2 === 1; rest = (rest - 1) / 2) count++;
  return count;
}

/** @throws RangeError for what is no number of records, levels or hashes. */
export function checkNatural(n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`tlog: ${n} is no integer from 0 to 2^53 - 1`);
}
