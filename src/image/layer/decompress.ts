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
  const first = await chunks.next();
  const whole = Readable.from(again(first, chunks), { objectMode: false, highWaterMark: chunkSize });
  const unpack = unpackerFor(first.done === true ? Buffer.alloc(0) : first.value);
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

/** What was taken to look at, and what follows it. */
async function* again(first: IteratorResult<Buffer>, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    for (let result = first; result.done !== true; result = await rest.next()) yield result.value;
  } finally {
    await rest.return?.();
  }
}

const chunkSize = 256 * 1024;

function unpackerFor(
  first: Buffer,
): ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress> | undefined {
  if (first[0] === 0x1f && first[1] === 0x8b) return createGunzip({ chunkSize });
  if (first.length >= 4 && first.readUInt32LE(0) === 0xfd2fb528) {
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
