// One pass over a layer, whatever its size: unpacked, hashed and read as it comes; contents go as soon as they are looked at.

import { createHash } from "node:crypto";
import { Budget } from "../budget.ts";
import { ImageError } from "../imageError.ts";
import { type ContentSink, type TarEntry, TarReader } from "../tar/tarReader.ts";
import { contentSink } from "./content.ts";
import { costOf } from "./cost.ts";
import { decompress } from "./decompress.ts";
import type { Layer, LayerEntry } from "./layer.ts";

/** Linux' PATH_MAX: no engine can make a file of a longer name, nor a link to one. */
const nameLimit = 4096;

export interface LayerOptions {
  /** Hash each file's content, to compare two images: about half as much work again. */
  readonly digests?: boolean;
}

interface Bounds {
  /** Of the image that the layer is one of. */
  readonly budget?: Budget;
  /** Ends the reading with its reason. */
  readonly signal?: AbortSignal;
}

/** Reads a layer. Throws ImageError. */
export async function readLayer(
  stream: AsyncIterable<Buffer>,
  { digests = false, budget = new Budget(), signal }: LayerOptions & Bounds = {},
): Promise<Layer> {
  const entries: LayerEntry[] = [];
  const onEntry = (entry: TarEntry): ContentSink | undefined => {
    const name = placeOf(entry.path);
    if (name === undefined) return undefined;
    checkNames(entry);
    budget.spend(entryCost + entry.path.length + name.length + entry.link.length);
    const index = entries.length;
    entries.push({ ...entry, name, content: undefined, digest: undefined });
    if (entry.type !== "file" || entry.isSparse) return undefined;
    const hash = digests ? createHash("sha256") : undefined;
    const sink = contentSink(name, entry, (content) => {
      budget.spend(costOf(content));
      entries[index] = { ...entry, name, content, digest: hash?.digest("hex") };
    });
    if (hash === undefined) return sink;
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
    signal?.throwIfAborted();
    hash.update(chunk);
    size += chunk.length;
    reader.push(chunk);
  }
  reader.end();
  return { entries, diffId: `sha256:${hash.digest("hex")}`, size };
}

/** Of an entry itself, measured, in bytes. */
const entryCost = 400;

function checkNames({ path, link }: TarEntry): void {
  const long = path.length > nameLimit ? path : link.length > nameLimit ? link : undefined;
  if (long !== undefined)
    throw new ImageError(
      "bad-archive",
      `a layer has a file name or link of ${long.length} characters (${long.slice(0, 40)}…): Linux ends at ${nameLimit}`,
    );
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
