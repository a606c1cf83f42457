/**
 * What reading a zip needs from outside: bytes at a place (see randomAccess.ts), and three functions that every platform has
 * faster than JavaScript could. In Node:
 *
 *     const ports: ZipPorts = {
 *       crc32,                                                             // node:zlib
 *       sha256: (data) => hash("sha256", data, "hex"),                     // node:crypto
 *       createSha256() {
 *         const sha256 = createHash("sha256");
 *         return { update: (chunk) => void sha256.update(chunk), digest: () => sha256.digest("hex") };
 *       },
 *       inflate: (data, limit) => inflateRawSync(data, { chunkSize: Math.max(limit, 64), maxOutputLength: limit }),
 *       inflateChunks: (chunks) =>                                         // node:stream; the errors come by the iterator
 *         pipeline(Readable.from(chunks, { highWaterMark: 1 }), createInflateRaw({ chunkSize: 256 * 1024 }), () => {}),
 *       pause: () => setImmediate(),                                       // node:timers/promises
 *     };
 */
import type { Sha256Stream } from "../dirhash.ts";
import type { RandomAccess } from "../randomAccess.ts";

/** A zip. */
export type ZipReader = RandomAccess;

export interface ZipPorts {
  /** CRC-32 as zip and PNG have it; `previous` is the value so far, 0 or absent at first. */
  crc32(data: Uint8Array, previous?: number): number;
  /** In lower-case hexadecimal. */
  sha256(data: Uint8Array): string;
  createSha256(): Sha256Stream;
  /**
   * Inflates a raw deflate stream that is small. What follows the end of the stream is ignored. Throws, and stops, when more
   * than `limit` bytes come out (`limit` is at least 1), when the stream is cut off, and when it is none.
   */
  inflate(data: Uint8Array, limit: number): Uint8Array;
  /** The same for a stream that is big, piece by piece. It must not run far ahead of the one who takes the pieces. */
  inflateChunks(chunks: Iterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Lets others work; called every few megabytes. May reject, and so end the work. */
  pause?(): Promise<void>;
}
