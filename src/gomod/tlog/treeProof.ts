import { ModuleError } from "../error.ts";
import type { Sha256 } from "../sha256.ts";
import { equalHashes, type Hash, nodeHash } from "./hash.ts";
import type { HashReader } from "./hashReader.ts";
import { invalidProof } from "./recordProof.ts";
import { type Run, runHashes, splitOf } from "./subtree.ts";
import type { Tree } from "./tree.ts";

/**
 * Proves that a tree goes on where an older one ended, with nothing changed: hashes from which both roots follow. RFC 6962
 * (section 2.1.2) calls it a Merkle consistency proof.
 */
export type TreeProof = readonly Hash[];

/**
 * Proves that the tree of the first `treeSize` records begins with the tree of the first `olderSize`.
 *
 * @throws ModuleError `notInTree` unless 1 ≤ `olderSize` ≤ `treeSize`.
 */
export async function proveTree(
  treeSize: number,
  olderSize: number,
  reader: HashReader,
  sha256: Sha256,
): Promise<TreeProof> {
  checkInputs(treeSize, olderSize, "ProveTree");
  const { steps, common } = wayToEnd(olderSize, treeSize);
  const beside = steps.map((step) => step.beside).toReversed();
  return runHashes(common.from === 0 ? beside : [common, ...beside], reader, sha256);
}

/**
 * Checks a proof that `tree` begins with `older`. The proof may be anybody's.
 *
 * @throws ModuleError `invalidProof`: `invalid transparency proof`; `notInTree` unless 1 ≤ `older.n` ≤ `tree.n`.
 */
export function checkTree(proof: TreeProof, tree: Tree, older: Tree, sha256: Sha256): void {
  checkInputs(tree.n, older.n, "CheckTree");
  const { steps, common } = wayToEnd(older.n, tree.n);
  // If all of the older tree is one subtree of the newer, the checker knows its hash already.
  const [start, beside] = common.from === 0 ? [older.hash, proof] : [proof[0], proof.slice(1)];
  if (start === undefined || beside.length !== steps.length) throw invalidProof();
  let olderRoot = start;
  let root = start;
  for (const [i, { goesLeft }] of steps.toReversed().entries()) {
    const hash = beside[i] ?? start;
    if (!goesLeft) olderRoot = nodeHash(hash, olderRoot, sha256);
    root = goesLeft ? nodeHash(root, hash, sha256) : nodeHash(hash, root, sha256);
  }
  if (!equalHashes(olderRoot, older.hash) || !equalHashes(root, tree.hash)) throw invalidProof();
}

interface Step {
  readonly goesLeft: boolean;
  /** The side that is not taken. What is to the left is in both trees, what is to the right in the newer only. */
  readonly beside: Run;
}

/** The way from the root down to the largest subtree that ends where the older tree did: the two have it in common. */
function wayToEnd(olderSize: number, treeSize: number): { readonly steps: readonly Step[]; readonly common: Run } {
  const steps: Step[] = [];
  let run: Run = { from: 0, to: treeSize };
  while (run.to !== olderSize) {
    const split = splitOf(run);
    const left = { from: run.from, to: split };
    const right = { from: split, to: run.to };
    const goesLeft = olderSize <= split;
    steps.push({ goesLeft, beside: goesLeft ? right : left });
    run = goesLeft ? left : right;
  }
  return { steps, common: run };
}

function checkInputs(treeSize: number, olderSize: number, name: string): void {
  if (Number.isSafeInteger(treeSize) && Number.isSafeInteger(olderSize) && olderSize >= 1 && olderSize <= treeSize)
    return;
  throw new ModuleError("notInTree", `tlog: invalid inputs in ${name}`);
}
