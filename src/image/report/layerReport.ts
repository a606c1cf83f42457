// What each layer brought and took, and what of it nobody sees any more: bytes that are pulled and stored for nothing.

import type { Image } from "../readImage.ts";
import type { FsNode } from "../rootfs/node.ts";
import type { LayerObserver } from "../rootfs/rootFs.ts";

export interface Tally {
  readonly files: number;
  readonly bytes: number;
}

export interface LayerRow {
  /** From 0, the lowest. */
  readonly index: number;
  readonly instruction: string | undefined;
  /** Bytes of its unpacked tar. */
  readonly size: number;
  readonly added: Tally;
  /** What stood there before, in a layer below. */
  readonly changed: Tally;
  /** Of what layers below had. */
  readonly removed: Tally;
  /** Of its own files, those that a later layer hides. */
  readonly wasted: Tally;
}

/** Bytes of one layer that another hides: saved if both were one instruction, or neither. */
export interface Saving {
  readonly from: number;
  readonly hiddenBy: number;
  readonly bytes: number;
  readonly files: number;
  /** The largest of them. */
  readonly largest: readonly { readonly path: string; readonly size: number }[];
}

export interface LayerReport {
  readonly layers: readonly LayerRow[];
  /** The most bytes first. */
  readonly savings: readonly Saving[];
  /** Of all layers, unpacked. */
  readonly size: number;
  readonly wasted: number;
}

const shownFiles = 5;

interface Count {
  files: number;
  bytes: number;
}

/** Looks on while an image's layers are laid upon each other; give it to readImage, then ask it. */
export class LayerWatch implements LayerObserver {
  readonly #added: Count[] = [];
  readonly #changed: Count[] = [];
  readonly #removed: Count[] = [];
  /** Names of a file that still show: one under several names is hidden with its last. */
  readonly #names = new Map<FsNode, number>();
  readonly #savings = new Map<
    string,
    { from: number; hiddenBy: number; count: Count; largest: { path: string; size: number }[] }
  >();

  added(path: string, node: FsNode, layer: number, before: FsNode | undefined): void {
    const isNewFile = node.children === undefined;
    if (isNewFile) {
      const names = this.#names.get(node) ?? 0;
      this.#names.set(node, names + 1);
      const wasBelow = before !== undefined && before.layer < layer;
      // A hard link's bytes are there once.
      add(wasBelow ? this.#changed : this.#added, layer, names === 0 ? node.size : 0);
    }
    if (before !== undefined && before.children === undefined) this.#hide(path, before, layer);
  }

  removed(path: string, node: FsNode, layer: number): void {
    if (node.children !== undefined) return;
    add(this.#removed, layer, node.size);
    this.#hide(path, node, layer);
  }

  report({ source, layers }: Image): LayerReport {
    const savings = [...this.#savings.values()]
      .map(({ from, hiddenBy, count, largest }): Saving => ({ from, hiddenBy, ...count, largest }))
      .toSorted((a, b) => b.bytes - a.bytes || a.from - b.from || a.hiddenBy - b.hiddenBy);
    const rows = layers.map(({ size }, index): LayerRow => {
      const own = savings.filter(({ from }) => from === index);
      return {
        index,
        instruction: source.config.instructions[index],
        size,
        added: this.#added[index] ?? none,
        changed: this.#changed[index] ?? none,
        removed: this.#removed[index] ?? none,
        wasted: { files: sum(own.map(({ files }) => files)), bytes: sum(own.map(({ bytes }) => bytes)) },
      };
    });
    return {
      layers: rows,
      savings: savings.filter(({ bytes }) => bytes > 0),
      size: sum(layers.map(({ size }) => size)),
      wasted: sum(rows.map(({ wasted }) => wasted.bytes)),
    };
  }

  #hide(path: string, node: FsNode, layer: number): void {
    const names = (this.#names.get(node) ?? 1) - 1;
    this.#names.set(node, names);
    // Within a layer the archive has both; engines and people see the last alone.
    if (names > 0 || node.layer === layer) return;
    const key = `${node.layer} ${layer}`;
    const saving = this.#savings.get(key) ?? {
      from: node.layer,
      hiddenBy: layer,
      count: { files: 0, bytes: 0 },
      largest: [],
    };
    this.#savings.set(key, saving);
    saving.count.files++;
    saving.count.bytes += node.size;
    saving.largest = [...saving.largest, { path: `/${path}`, size: node.size }]
      .toSorted((a, b) => b.size - a.size)
      .slice(0, shownFiles);
  }
}

const none: Tally = { files: 0, bytes: 0 };

function add(counts: Count[], layer: number, bytes: number): void {
  const count = (counts[layer] ??= { files: 0, bytes: 0 });
  count.files++;
  count.bytes += bytes;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
