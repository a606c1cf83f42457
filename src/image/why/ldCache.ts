// /etc/ld.so.cache, which glibc's loader reads in place of /etc/ld.so.conf (glibc, sysdeps/generic/dl-cache.h).

import { lookup } from "../rootfs/lookup.ts";
import type { RootFs } from "../rootfs/rootFs.ts";

const magic = "glibc-ld.so.cache1.1";
const slash = 0x2f;
const headerSize = 48;
const entrySize = 24;
const pathLimit = 4096;
/** Real ones know a few; whoever asks looks into each of them. */
const folderLimit = 1000;

/** The folders in which the cache knows libraries. Empty where there is no cache, or it can't be read. */
export function cachedLibraries(fs: RootFs): string[] {
  const found = lookup(fs, "/etc/ld.so.cache");
  if (!found.ok || found.node.content?.kind !== "kept") return [];
  const { bytes } = found.node.content;
  const start = bytes.indexOf(magic);
  if (start < 0 || start + headerSize > bytes.length) return [];
  const count = bytes.readUInt32LE(start + magic.length);
  const folders = new Set<string>();
  for (let i = 0; i < count && folders.size < folderLimit; i++) {
    const entry = start + headerSize + i * entrySize;
    if (entry + entrySize > bytes.length) break;
    // Offsets of texts count from the header.
    const value = start + bytes.readUInt32LE(entry + 8);
    if (bytes[value] !== slash) continue;
    const text = bytes.subarray(value, value + pathLimit);
    const end = text.indexOf(0);
    const path = text.toString("utf8", 0, Math.max(0, end));
    folders.add(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
  }
  return [...folders];
}
