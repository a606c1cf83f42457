// One pass over a layer, whatever its size: unpacked, hashed and read as it comes; contents go as soon as they are looked at.

import { createHash } from "node:crypto";
import { ImageError } from "../imageError.ts";
import { type ContentSink, type TarEntry, TarReader } from "../tar/tarReader.ts";
import { contentSink } from "./content.ts";
import { decompress } from "./decompress.ts";
import type { Layer, LayerEntry } from "./layer.ts";

/** Of all entries of a layer; an image of a whole distribution has a hundred thousand. */
const entryLimit = 2_000_000;
const nameLimit = 256 << 20;

export interface LayerOptions {
  /** Hash each file's content, to compare two images: about half as much work again. */
  readonly digests?: boolean;
}

/** Reads a layer. Throws ImageError. */
export async function readLayer(stream: AsyncIterable<Buffer>, { digests = false }: LayerOptions = {}): Promise<Layer> {
  const entries: LayerEntry[] = [];
  let names = 0;
  const onEntry = (entry: TarEntry): ContentSink | undefined => {
    const name = placeOf(entry.path);
    if (name === undefined) return undefined;
    names += name.length + entry.link.length;
    if (entries.length >= entryLimit || names > nameLimit)
      throw new ImageError(
        "too-large",
        `a layer has more than ${entryLimit} entries, or names of more than ${nameLimit >> 20} MiB`,
      );
    const index = entries.length;
    entries.push({ ...entry, name, content: undefined, digest: undefined });
    if (entry.type !== "file") return undefined;
    if (!digests) {
      return contentSink(name, entry, (content) => (entries[index] = { ...entry, name, content, digest: undefined }));
    }
    const hash = createHash("sha256");
    const sink = contentSink(name, entry, (content) => {
      entries[index] = { ...entry, name, content, digest: hash.digest("hex") };
    });
    return {
      write(piece) {
        hash.update(piece);
        sink.write(piece);
      },
      end: () => sink.end(),
    };
  };
  const reader = new TarReader(onEntry);
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of decompress(stream)) {
    hash.update(chunk);
    size += chunk.length;
    reader.push(chunk);
  }
  reader.end();
  return { entries, diffId: `sha256:${hash.digest("hex")}`, size };
}

/**
 * The place that an entry has below the root: an engine unpacks `/x`, `./x` and `a/../x` there too. undefined for one that
 * leads out of the root, which no engine unpacks.
 */
export function placeOf(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}
