// One file's content out of an image: found in the merged file system, read from the layer that has it.

import { ImageError } from "../imageError.ts";
import { decompress } from "../layer/decompress.ts";
import { placeOf } from "../layer/readLayer.ts";
import type { Image } from "../readImage.ts";
import { lookup } from "../rootfs/lookup.ts";
import { walk } from "../rootfs/walk.ts";
import { TarReader } from "../tar/tarReader.ts";

/** Links are followed. Throws ImageError `not-found`. */
export async function* extractFile({ fs, source }: Image, path: string): AsyncGenerator<Buffer> {
  const found = lookup(fs, path);
  if (!found.ok)
    throw new ImageError("not-found", `${source.name} has no file ${path}: ${found.at} is missing (${found.error})`);
  const { node } = found;
  if (node.type !== "file")
    throw new ImageError("not-found", `${found.path} in ${source.name} is no file, but a ${node.type}`);
  // A hard link's content stands under the name that the layer had first.
  const names = new Set([...walk(fs)].filter((each) => each.node === node).map((each) => each.path.slice(1)));
  const layer = source.layers[node.layer];
  if (layer === undefined) return;
  let pieces: Buffer[] = [];
  let isDone = false;
  const reader = new TarReader((entry) => {
    const name = placeOf(entry.path);
    if (isDone || name === undefined || !names.has(name) || entry.type !== "file") return undefined;
    return { write: (piece) => void pieces.push(Buffer.from(piece)), end: () => void (isDone = true) };
  });
  for await (const chunk of decompress(layer.open())) {
    reader.push(chunk);
    yield* pieces;
    pieces = [];
    if (isDone) return;
  }
}
