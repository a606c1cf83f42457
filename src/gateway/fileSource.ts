// A folder in the layout of Go's cache/download as an upstream: `file:///srv/modules`.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../storage/storageError.ts";
import { SourceFailure, type Errand, type Source, type SourceAnswer } from "./source.ts";

export class FileSource implements Source {
  readonly name: string;
  readonly #folder: string;

  /** `folder` is absolute; `name` is for people. */
  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.name = name;
  }

  async ask<T>(path: string, consume: (answer: SourceAnswer) => Promise<T>, { signal }: Errand): Promise<T> {
    // Paths are built from checked module paths and versions: they hold no `..`.
    const file = join(this.#folder, path);
    let length: number;
    try {
      const found = await stat(file);
      if (!found.isFile()) throw new SourceFailure("not-found", "no such file");
      length = found.size;
    } catch (error) {
      throw asFailure(error);
    }
    return consume({ length, contentType: "", body: read(file, signal) });
  }
}

async function* read(file: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    const stream: AsyncIterable<Buffer> = createReadStream(file, { signal, highWaterMark: 256 * 1024 });
    for await (const chunk of stream) yield chunk;
  } catch (error) {
    throw asFailure(error);
  }
}

function asFailure(error: unknown): SourceFailure {
  if (error instanceof SourceFailure) return error;
  const code = errnoOf(error);
  if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG")
    return new SourceFailure("not-found", "no such file", { cause: error });
  return new SourceFailure("outage", error instanceof Error ? error.message : String(error), { cause: error });
}
