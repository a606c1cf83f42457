// `--trace`: every decision of a request. Where it is made, `note` or `traced` says so; what belongs to which request is what
// was called for it (AsyncLocalStorage), so nothing is handed through. Without --trace nobody is listening, and a note costs
// the look at a variable.

import { AsyncLocalStorage } from "node:async_hooks";
import type { AccessRecord } from "../accessLog.ts";
import type { Asking, SourceObserver } from "../observedSource.ts";
import type { SourceFailure } from "../source.ts";
import { drawTrace, type TraceNode } from "./traceTree.ts";

interface Branch {
  readonly start: number;
  readonly children: TraceNode[];
}

/** More than this of one request is not kept. */
const maxNodes = 500;

// The one piece of state of a module here: what a running call belongs to is the runtime's to know.
const current = new AsyncLocalStorage<Branch>();

/** A decision, told where somebody traces. */
export function note(text: string): void {
  const branch = current.getStore();
  if (branch !== undefined) add(branch, text);
}

/** A piece of work with what happens in it; `end` says how it ended. */
export async function traced<T>(text: string, work: () => Promise<T>, end?: (value: T) => string): Promise<T> {
  const branch = current.getStore();
  if (branch === undefined) return work();
  const node = add(branch, text);
  const start = performance.now();
  try {
    const value = await current.run({ start: branch.start, children: node.children }, work);
    node.end = end?.(value);
    return value;
  } catch (error) {
    node.end = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw error;
  } finally {
    node.took = performance.now() - start;
  }
}

function add({ start, children }: Branch, text: string): TraceNode {
  const at = performance.now() - start;
  const node: TraceNode = { text, at, took: undefined, end: undefined, children: [] };
  if (children.length < maxNodes) children.push(node);
  return node;
}

/** Collects the trees and hands each over when its request has been answered. */
export class Tracer implements SourceObserver {
  readonly #tell: (tree: string) => void;
  readonly #askings = new WeakMap<Asking, TraceNode>();

  constructor(tell: (tree: string) => void) {
    this.#tell = tell;
  }

  /** Answers a request; the tree is told when `serve` has ended. */
  async request(serve: () => Promise<AccessRecord>): Promise<void> {
    const root: Branch = { start: performance.now(), children: [] };
    const record = await current.run(root, serve);
    this.tellOf(record, root.children);
  }

  tellOf(
    { id, method, target, status, outcome, bytes, milliseconds }: AccessRecord,
    nodes: readonly TraceNode[] = [],
  ): void {
    const what = target.slice(0, 500).replaceAll(/\p{C}/gu, "?");
    this.#tell(drawTrace(`${id} ${method} ${what}  ${status} ${outcome}, ${bytes} bytes, ${milliseconds} ms`, nodes));
  }

  asking(asking: Asking): void {
    const branch = current.getStore();
    if (branch !== undefined) this.#askings.set(asking, add(branch, `source ${asking.source}`));
  }

  retrying(asking: Asking, failure: SourceFailure, pauseMs: number): void {
    const node = this.#askings.get(asking);
    const branch = current.getStore();
    if (node === undefined || branch === undefined) return;
    add({ start: branch.start, children: node.children }, `${failure.message}; again in ${Math.round(pauseMs)} ms`);
  }

  asked(asking: Asking, milliseconds: number, failure: SourceFailure | undefined): void {
    const node = this.#askings.get(asking);
    if (node === undefined) return;
    node.took = milliseconds;
    node.end = failure === undefined ? "answered" : `${failure.kind}, ${failure.message}`;
  }
}
