// Layers come as tar, gzip or zstd; which one, their first bytes say, whatever a media type claims.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import { ImageError } from "../imageError.ts";

/** Bytes that a layer may unpack to; a bomb ends here. */
const unpackedLimit = 256 * 2 ** 30;

/** The stream's content, unpacked. Throws ImageError `bad-archive`, `too-large`, and what the stream itself throws. */
export async function* decompress(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = stream[Symbol.asyncIterator]();
  const head = await headOf(chunks);
  const whole = Readable.from(again(head, chunks), { objectMode: false, highWaterMark: chunkSize });
  const unpack = unpackerFor(head);
  // Its failure destroys the unpacker, and reading from that throws.
  if (unpack !== undefined) void pipeline(whole, unpack).catch(() => undefined);
  let total = 0;
  try {
    for await (const chunk of unpack ?? whole) {
      if (!Buffer.isBuffer(chunk)) continue;
      total += chunk.length;
      if (total > unpackedLimit)
        throw new ImageError("too-large", `a layer unpacks to more than ${unpackedLimit} bytes`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof ImageError || !isFormatError(error)) throw error;
    throw new ImageError("bad-archive", `a compressed layer is damaged or cut off: ${error.message}`, { cause: error });
  } finally {
    whole.destroy();
    unpack?.destroy();
  }
}

/** As many of the first chunks as tell what it is: a connection may bring a byte at a time. */
async function headOf(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < magicSize) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return head;
}

/** What was taken to look at, and what follows it. */
async function* again(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

const chunkSize = 256 * 1024;
/** zstd's magic number has four bytes, gzip's two. */
const magicSize = 4;

function unpackerFor(
  first: Buffer,
): ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress> | undefined {
  if (first[0] === 0x1f && first[1] === 0x8b) return createGunzip({ chunkSize });
  if (first.length >= magicSize && first.readUInt32LE(0) === 0xfd2fb528) {
    // Windows up to 128 MiB, as Go's library allows them: a frame can ask for as much memory as it likes.
    return createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: 27 } });
  }
  return undefined;
}

function isFormatError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^(Z_|ZSTD_|ERR_ZSTD)/.test(error.code)
  );
}
