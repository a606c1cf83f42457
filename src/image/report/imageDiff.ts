// What differs between two images: files by their contents, and the configuration.

import type { Image } from "../readImage.ts";
import type { FsNode } from "../rootfs/node.ts";
import { walk } from "../rootfs/walk.ts";
import type { ImageConfig } from "../source/config.ts";

export interface FileChange {
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  /** In words: "mode 0644 → 0755". */
  readonly what: readonly string[];
  readonly before: number | undefined;
  readonly after: number | undefined;
}

export interface ImageDiff {
  readonly files: readonly FileChange[];
  readonly settings: readonly { readonly name: string; readonly before: string; readonly after: string }[];
  /** Of all files that show, in bytes. */
  readonly size: { readonly before: number; readonly after: number };
}

/** Both must have been read with digests. */
export function diffImages(before: Image, after: Image): ImageDiff {
  const old = filesOf(before);
  const now = filesOf(after);
  const files: FileChange[] = [];
  for (const [path, node] of now) {
    const was = old.get(path);
    if (was === undefined) files.push({ path, change: "added", what: [], before: undefined, after: node.size });
    else {
      const what = changes(was, node);
      if (what.length > 0) files.push({ path, change: "changed", what, before: was.size, after: node.size });
    }
  }
  for (const [path, { size }] of old)
    if (!now.has(path)) files.push({ path, change: "removed", what: [], before: size, after: undefined });
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files,
    settings: settingChanges(before.source.config, after.source.config),
    size: { before: total(old), after: total(now) },
  };
}

function filesOf({ fs }: Image): Map<string, FsNode> {
  return new Map([...walk(fs)].map(({ path, node }) => [path, node]));
}

function changes(was: FsNode, now: FsNode): string[] {
  const octal = (mode: number): string => mode.toString(8).padStart(4, "0");
  return [
    ...(was.type === now.type ? [] : [`${was.type} → ${now.type}`]),
    ...(was.type === now.type && was.digest !== now.digest ? ["content"] : []),
    ...(was.link === now.link ? [] : [`link ${was.link} → ${now.link}`]),
    ...(was.mode === now.mode ? [] : [`mode ${octal(was.mode)} → ${octal(now.mode)}`]),
    ...(was.uid === now.uid && was.gid === now.gid ? [] : [`owner ${was.uid}:${was.gid} → ${now.uid}:${now.gid}`]),
  ];
}

function settingChanges(before: ImageConfig, after: ImageConfig): ImageDiff["settings"] {
  const old = texts(before);
  const now = texts(after);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
    const [a = "", b = ""] = [old.get(name), now.get(name)];
    if (a === b) return [];
    // Variables may hold secrets, and a diff is pasted into tickets.
    const shown = (value: string): string => (name.startsWith("env ") && value !== "" ? "a value" : value);
    return [{ name, before: shown(a), after: shown(b) === shown(a) ? "another" : shown(b) }];
  });
}

function texts(config: ImageConfig): Map<string, string> {
  const list = (items: readonly string[]): string => (items.length === 0 ? "" : JSON.stringify(items));
  const entries: [string, string][] = [
    ["platform", `${config.os}/${config.architecture}`],
    ["entrypoint", list(config.entrypoint)],
    ["cmd", list(config.cmd)],
    ["user", config.user],
    ["working directory", config.workingDir],
    ["ports", list(config.exposedPorts)],
    ["volumes", list(config.volumes)],
    ...config.env.map((line): [string, string] => {
      const [name = "", ...value] = line.split("=");
      return [`env ${name}`, value.join("=")];
    }),
    ...Object.entries(config.labels).map(([name, value]): [string, string] => [`label ${name}`, value]),
  ];
  return new Map(entries);
}

function total(files: ReadonlyMap<string, FsNode>): number {
  // A file under several names is one node.
  let bytes = 0;
  for (const { size } of new Set(files.values())) bytes += size;
  return bytes;
}
