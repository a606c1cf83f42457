import type { Tree } from "../tlog/tree.ts";

/** A tree and the signed note that it came in; empty for the tree of no records, which nobody signs. */
export interface Head {
  readonly tree: Tree;
  readonly note: Uint8Array;
}
