import { createHash, hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import type { ZipPorts, ZipReader } from "../../src/gomod/zip.ts";

/** What src/gomod/zip.ts needs, out of Node. */
export const nodeZipPorts: ZipPorts = {
  crc32,
  sha256: (data) => hash("sha256", data, "hex"),
  createSha256() {
    const sha256 = createHash("sha256");
    return { update: (chunk) => void sha256.update(chunk), digest: () => sha256.digest("hex") };
  },
  inflate: (data, limit) => inflateRawSync(data, { chunkSize: Math.max(limit, 64), maxOutputLength: limit }),
  inflateChunks: (chunks) =>
    pipeline(Readable.from(chunks, { highWaterMark: 1 }), createInflateRaw({ chunkSize: 256 * 1024 }), () => {}),
  pause: () => setImmediate(),
};

/** A zip in memory. */
export function bytesReader(bytes: Uint8Array): ZipReader {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** A zip on disk, open while `use` runs. */
export async function withFile<T>(path: string, use: (reader: ZipReader) => Promise<T>): Promise<T> {
  const fd = openSync(path, "r");
  try {
    return await use({
      size: fstatSync(fd).size,
      read(offset, length) {
        const buffer = Buffer.allocUnsafe(length);
        return buffer.subarray(0, readSync(fd, buffer, 0, length, offset));
      },
    });
  } finally {
    closeSync(fd);
  }
}
