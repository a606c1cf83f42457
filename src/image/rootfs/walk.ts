import type { FsNode } from "./node.ts";
import type { RootFs } from "./rootFs.ts";

export interface Walked {
  /** Absolute: `/usr/bin/env`. */
  readonly path: string;
  readonly node: FsNode;
}

/** Everything below a folder in the order of names, byte by byte, a folder before what is in it. */
export function* walk(fs: RootFs): Generator<Walked> {
  const pending: Walked[] = childrenOf({ path: "", node: fs.root });
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield next;
    pending.push(...childrenOf(next));
  }
}

/** In reverse order, for a stack. */
function childrenOf({ path, node }: Walked): Walked[] {
  return [...(node.children ?? [])]
    .sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0))
    .map(([name, child]) => ({ path: `${path}/${name}`, node: child }));
}
