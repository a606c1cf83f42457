// Which C library an image has, and what that means for where programs come from.

import { lookup } from "../rootfs/lookup.ts";
import type { RootFs } from "../rootfs/rootFs.ts";

/** "glibc", "musl", or undefined for an image without either, as scratch. */
export function libcOf(fs: RootFs): "glibc" | "musl" | undefined {
  const lib = lookup(fs, "/lib");
  for (const name of lib.ok ? (lib.node.children?.keys() ?? []) : [])
    if (/^ld-musl-.*\.so\.1$/.test(name)) return "musl";
  const loaders = [
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-linux.so.2",
    "/lib/ld-linux-armhf.so.3",
  ];
  return loaders.some((path) => lookup(fs, path).ok) ? "glibc" : undefined;
}

/** `Alpine Linux v3.20`, out of os-release. */
export function distribution(fs: RootFs): { readonly id: string; readonly name: string } | undefined {
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    const found = lookup(fs, path);
    if (!found.ok || found.node.content?.kind !== "kept") continue;
    const text = found.node.content.bytes.toString("utf8");
    const value = (key: string): string | undefined => new RegExp(`^${key}="?([^"\\n]*)"?$`, "m").exec(text)?.[1];
    const id = value("ID");
    if (id !== undefined) return { id, name: value("PRETTY_NAME") ?? id };
  }
  return undefined;
}

/** Which Debian first had a version of glibc: what a program linked there needs at least. */
const debians: readonly (readonly [number, string])[] = [
  [2.28, "Debian 10"],
  [2.31, "Debian 11"],
  [2.36, "Debian 12"],
  [2.41, "Debian 13"],
];

/** "GLIBC_2.34" → the oldest Debian that has it. */
export function debianWith(version: string): string | undefined {
  const minor = /^GLIBC_2\.(\d+)/.exec(version)?.[1];
  if (minor === undefined) return undefined;
  return debians.find(([has]) => Math.round((has - 2) * 100) >= Number(minor))?.[1];
}
