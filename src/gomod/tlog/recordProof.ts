import { ModuleError } from "../error.ts";
import type { Sha256 } from "../sha256.ts";
import { equalHashes, type Hash, nodeHash } from "./hash.ts";
import type { HashReader } from "./hashReader.ts";
import { type Run, runHashes, splitOf } from "./subtree.ts";
import type { Tree } from "./tree.ts";

/**
 * Proves that a record is in a tree: the hashes beside the way from the record up to the root, the lowest first. RFC 6962
 * (section 2.1.1) calls it a Merkle audit path.
 */
export type RecordProof = readonly Hash[];

/**
 * Proves that the tree of the first `treeSize` records has record `n`.
 *
 * @throws ModuleError `notInTree` if it hasn't.
 */
export async function proveRecord(
  treeSize: number,
  n: number,
  reader: HashReader,
  sha256: Sha256,
): Promise<RecordProof> {
  checkInputs(treeSize, n, "ProveRecord");
  const beside = wayTo(n, treeSize).map((step) => step.beside);
  return runHashes(beside.toReversed(), reader, sha256);
}

/**
 * Checks a proof that record `n` of `tree` has that hash. Proof and hash may be anybody's; the tree must be one that is
 * believed.
 *
 * @throws ModuleError `invalidProof`: `invalid transparency proof`; `notInTree` if the tree is too small for a record `n`.
 */
export function checkRecord(proof: RecordProof, tree: Tree, n: number, hash: Hash, sha256: Sha256): void {
  checkInputs(tree.n, n, "CheckRecord");
  const steps = wayTo(n, tree.n).toReversed();
  let root = hash;
  for (const [i, { goesLeft }] of steps.entries()) {
    const beside = proof[i];
    if (beside === undefined) throw invalidProof();
    root = goesLeft ? nodeHash(root, beside, sha256) : nodeHash(beside, root, sha256);
  }
  if (proof.length !== steps.length || !equalHashes(root, tree.hash)) throw invalidProof();
}

export function invalidProof(): ModuleError {
  return new ModuleError("invalidProof", "invalid transparency proof");
}

interface Step {
  readonly goesLeft: boolean;
  /** The side that is not taken. */
  readonly beside: Run;
}

/** The way from the root of a tree down to a record. */
function wayTo(n: number, treeSize: number): Step[] {
  const steps: Step[] = [];
  let run: Run = { from: 0, to: treeSize };
  while (run.to - run.from > 1) {
    const split = splitOf(run);
    const left = { from: run.from, to: split };
    const right = { from: split, to: run.to };
    const goesLeft = n < split;
    steps.push({ goesLeft, beside: goesLeft ? right : left });
    run = goesLeft ? left : right;
  }
  return steps;
}

function checkInputs(treeSize: number, n: number, name: string): void {
  if (Number.isSafeInteger(treeSize) && Number.isSafeInteger(n) && n >= 0 && n < treeSize) return;
  throw new ModuleError("notInTree", `tlog: invalid inputs in ${name}`);
}
