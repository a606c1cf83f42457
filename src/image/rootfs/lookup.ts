// Finds files as the kernel does (path_resolution(7)): links are followed inside of the root, `..` ends there, and every
// folder on the way must let the user through.

import type { FsNode } from "./node.ts";
import type { RootFs } from "./rootFs.ts";

/** Who asks. Root passes everywhere. */
export interface Identity {
  readonly uid: number;
  /** Primary and supplementary groups. */
  readonly gids: readonly number[];
}

const root: Identity = { uid: 0, gids: [0] };

export type Found =
  | {
      readonly ok: true;
      readonly node: FsNode;
      /** Absolute, without links: `/usr/bin/busybox`. */
      readonly path: string;
      /** The links that were followed, each with its target. */
      readonly links: readonly { readonly path: string; readonly target: string }[];
    }
  | {
      readonly ok: false;
      readonly error: "ENOENT" | "ENOTDIR" | "ELOOP" | "EACCES";
      /** What is missing or in the way, absolute: where a link leads nowhere, the place it leads to. */
      readonly at: string;
      readonly links: readonly { readonly path: string; readonly target: string }[];
    };

/** As many as Linux follows. */
const linkLimit = 40;

/** `path` is absolute, or taken from `folder`. */
export function lookup(fs: RootFs, path: string, who: Identity = root, folder = "/"): Found {
  const pending = (path.startsWith("/") ? path : `${folder}/${path}`).split("/").toReversed();
  const needsFolder = path.endsWith("/");
  const links: { path: string; target: string }[] = [];
  const trail: { readonly name: string; readonly node: FsNode }[] = [];
  const here = (): FsNode => trail.at(-1)?.node ?? fs.root;
  const place = (more?: string): string =>
    `/${[...trail.map(({ name }) => name), ...(more === undefined ? [] : [more])].join("/")}`;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      trail.pop();
      continue;
    }
    const { children } = here();
    if (children === undefined) return { ok: false, error: "ENOTDIR", at: place(), links };
    if (!allows(here(), 1, who)) return { ok: false, error: "EACCES", at: place(), links };
    const node = children.get(part);
    if (node === undefined) return { ok: false, error: "ENOENT", at: place(part), links };
    if (node.type !== "symlink") {
      trail.push({ name: part, node });
      continue;
    }
    links.push({ path: place(part), target: node.link });
    if (links.length > linkLimit) return { ok: false, error: "ELOOP", at: place(part), links };
    if (node.link.startsWith("/")) trail.length = 0;
    for (const each of node.link.split("/").toReversed()) pending.push(each);
  }
  if (needsFolder && here().children === undefined) return { ok: false, error: "ENOTDIR", at: place(), links };
  return { ok: true, node: here(), path: place(), links };
}

/** Whether the permission bits (4 read, 2 write, 1 execute or search) let them. */
export function allows({ mode, uid, gid, type }: FsNode, bits: 1 | 2 | 4, who: Identity): boolean {
  // Root may do all, but a file that nobody may execute is no program for root either.
  if (who.uid === 0) return bits !== 1 || type === "directory" || (mode & 0o111) !== 0;
  const shift = who.uid === uid ? 6 : who.gids.includes(gid) ? 3 : 0;
  return ((mode >> shift) & bits) !== 0;
}
