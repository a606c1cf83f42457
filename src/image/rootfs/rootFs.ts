// The file system that a container sees: layers one upon the other (OCI image specification, "Applying changesets").

import { Budget } from "../budget.ts";
import type { Layer, LayerEntry } from "../layer/layer.ts";
import { type FsNode, folderNode, impliedFolder } from "./node.ts";

const whiteout = ".wh.";
const opaque = ".wh..wh..opq";
/** Of a folder without an entry, in bytes. */
const folderCost = 400;

/** Told of what each layer does to the files of those below. A hard link is a file of its own name. */
export interface LayerObserver {
  /** The layer brings a file of that name; `before` is what it takes the place of. */
  added(path: string, node: FsNode, layer: number, before: FsNode | undefined): void;
  /** The layer takes it away. Folders are told after what was in them. */
  removed(path: string, node: FsNode, layer: number): void;
}

export class RootFs {
  readonly #observer: LayerObserver | undefined;
  readonly #budget: Budget;
  #root: FsNode = impliedFolder(0);
  /** Index of the layer that last removed what had this name. */
  readonly #removed = new Map<string, number>();

  constructor(observer?: LayerObserver, budget: Budget = new Budget()) {
    this.#observer = observer;
    this.#budget = budget;
  }

  get root(): FsNode {
    return this.#root;
  }

  /** Which layer removed what had that name, or the folder that it would be in, if one did and nothing took its place. */
  removedBy(name: string): { readonly name: string; readonly layer: number } | undefined {
    for (let path = name; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf("/")))) {
      const layer = this.#removed.get(path);
      if (layer !== undefined) return { name: path, layer };
    }
    return undefined;
  }

  /** Applies the next layer. Throws ImageError `too-large`. */
  apply({ entries }: Layer, layer: number): void {
    // Whiteouts concern the layers below alone, wherever they stand among a layer's entries.
    for (const entry of entries) this.#remove(entry, layer);
    for (const entry of entries) if (!baseOf(entry.name).startsWith(whiteout)) this.#add(entry, layer);
  }

  #remove({ name }: LayerEntry, layer: number): void {
    const base = baseOf(name);
    if (!base.startsWith(whiteout)) return;
    const folder = name.slice(0, Math.max(0, name.length - base.length - 1));
    const children = this.#find(folder)?.children;
    if (children === undefined) return;
    const gone = base === opaque ? [...children.keys()] : [base.slice(whiteout.length)];
    for (const each of gone) {
      const node = children.get(each);
      if (node === undefined) continue;
      const path = folder === "" ? each : `${folder}/${each}`;
      children.delete(each);
      this.#removed.set(path, layer);
      this.#tellRemoved(path, node, layer);
    }
  }

  #add(entry: LayerEntry, layer: number): void {
    const { name, type } = entry;
    this.#removed.delete(name);
    if (name === "") {
      if (type === "directory") this.#root = folderNode(entry, layer, this.#root.children ?? new Map());
      return;
    }
    const base = baseOf(name);
    const siblings = this.#folder(name.slice(0, Math.max(0, name.length - base.length - 1)), layer);
    if (type === "hardlink") {
      const target = this.#find(entry.link.replace(/^(\.?\/)+/, ""));
      if (target !== undefined && target.type !== "directory") this.#put(siblings, name, target, layer);
      return;
    }
    if (type === "directory") {
      const before = siblings.get(base);
      this.#put(siblings, name, folderNode(entry, layer, before?.children ?? new Map()), layer);
      return;
    }
    const { mode, uid, gid, size, link, hasCapabilities, content, digest } = entry;
    const node: FsNode = {
      type,
      mode,
      uid,
      gid,
      size,
      link,
      hasCapabilities,
      content,
      digest,
      layer,
      children: undefined,
    };
    this.#put(siblings, name, node, layer);
  }

  #put(siblings: Map<string, FsNode>, name: string, node: FsNode, layer: number): void {
    const base = baseOf(name);
    const before = siblings.get(base);
    siblings.set(base, node);
    if (this.#observer === undefined) return;
    if (before?.children !== undefined && node.children === undefined) this.#tellRemoved(name, before, layer);
    this.#observer.added(name, node, layer, before);
  }

  #tellRemoved(path: string, node: FsNode, layer: number): void {
    if (this.#observer === undefined) return;
    for (const [name, child] of node.children ?? []) this.#tellRemoved(`${path}/${name}`, child, layer);
    this.#observer.removed(path, node, layer);
  }

  /** Literally: a layer's names are followed through no link. */
  #find(name: string): FsNode | undefined {
    let node: FsNode | undefined = this.#root;
    if (name !== "") for (const part of name.split("/")) node = node?.children?.get(part);
    return node;
  }

  /** The folder's children. What is missing on the way is made, and what is no folder becomes one. */
  #folder(name: string, layer: number): Map<string, FsNode> {
    let children = this.#root.children ?? new Map<string, FsNode>();
    if (name === "") return children;
    for (const part of name.split("/")) {
      const node = children.get(part);
      if (node?.children !== undefined) {
        children = node.children;
        continue;
      }
      // One long name may make two thousand of them.
      this.#budget.spend(folderCost + name.length);
      const made = new Map<string, FsNode>();
      children.set(part, folderNode({ mode: 0o755, uid: 0, gid: 0 }, layer, made));
      children = made;
    }
    return children;
  }
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
