// A copy in a temporary folder of what can be read only once, or only from its beginning.

import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface Spooled {
  readonly path: string;
  remove(): Promise<void>;
}

/** Writes the stream to a file that nobody else may read. Nothing of it is left if that fails. */
export async function spool(stream: AsyncIterable<Buffer>): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-image-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const path = join(folder, "image.tar");
  try {
    await pipeline(Readable.from(stream), createWriteStream(path, { mode: 0o600 }));
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
