// The files in a tar that `git archive` wrote to disk: where each begins. Nothing is unpacked, so no path of the
// repository becomes a path here.
//
// Source: pax(1), ustar interchange format and pax extended headers.

import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { FileType } from "../../gomod/fileTree.ts";
import type { ModuleFile } from "../../gomod/zip.ts";

const block = 512;
const headersLimit = 1 << 20;

/** What is in the tar, folders left out, paths as they stand there. `names` bounds how many there may be. */
export async function listTar(path: string, names: number): Promise<readonly ModuleFile[]> {
  const file = await open(path, "r");
  try {
    const files: ModuleFile[] = [];
    const header = Buffer.alloc(block);
    let longPath: string | undefined;
    for (let at = 0; ;) {
      const { bytesRead } = await file.read(header, 0, block, at);
      if (bytesRead < block || header[0] === 0) return files;
      const size = octal(header, 124, 12);
      const start = at + block;
      const kind = String.fromCharCode(header[156] ?? 0);
      at = start + Math.ceil(size / block) * block;
      if (kind === "g") continue;
      if (kind === "x") {
        if (size > headersLimit) throw new Error("a name in the archive is longer than can be");
        const records = Buffer.alloc(size);
        await file.read(records, 0, size, start);
        longPath = paxPath(records);
        continue;
      }
      const name = longPath ?? ustarPath(header);
      longPath = undefined;
      if (kind === "5" || name.endsWith("/")) continue;
      if (files.length >= names) throw new Error(`the repository has more than ${names} files`);
      const type: FileType = kind === "0" || kind === "\0" ? "file" : kind === "2" ? "symlink" : "other";
      files.push({
        path: name,
        type,
        size,
        open: () => (size === 0 ? [] : createReadStream(path, { start, end: start + size - 1 })),
      });
    }
  } finally {
    await file.close();
  }
}

function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString("utf8");
}

function octal(header: Buffer, start: number, length: number): number {
  const digits = text(header, start, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw new Error("the archive has a size that is none");
  return Number.parseInt(digits || "0", 8);
}

function ustarPath(header: Buffer): string {
  const prefix = text(header, 345, 155);
  const name = text(header, 0, 100);
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** Records are `<length> <key>=<value>\n`, lengths in bytes. */
function paxPath(records: Buffer): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < records.length;) {
    const space = records.indexOf(32, at);
    const length = Number(records.subarray(at, space).toString("latin1"));
    if (space < 0 || !Number.isInteger(length) || length <= 0) break;
    const record = records.subarray(space + 1, at + length - 1).toString("utf8");
    if (record.startsWith("path=")) path = record.slice("path=".length);
    at += length;
  }
  return path;
}
