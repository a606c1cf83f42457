import type { Content, LayerEntry } from "../layer/layer.ts";

/** A file of the merged file system. Hard links are one node under several names. */
export interface FsNode {
  readonly type: Exclude<LayerEntry["type"], "hardlink">;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** A symbolic link's target. */
  readonly link: string;
  readonly hasCapabilities: boolean;
  readonly content: Content | undefined;
  readonly digest: string | undefined;
  /** Index of the layer that has it. */
  readonly layer: number;
  /** Of a folder, by name. */
  readonly children: Map<string, FsNode> | undefined;
}

/** A folder that layers use without saying anything of it. */
export function impliedFolder(layer: number): FsNode {
  return folderNode({ mode: 0o755, uid: 0, gid: 0 }, layer, new Map());
}

export function folderNode(
  { mode, uid, gid }: Pick<LayerEntry, "mode" | "uid" | "gid">,
  layer: number,
  children: Map<string, FsNode>,
): FsNode {
  return {
    type: "directory",
    mode,
    uid,
    gid,
    size: 0,
    link: "",
    hasCapabilities: false,
    content: undefined,
    digest: undefined,
    layer,
    children,
  };
}
