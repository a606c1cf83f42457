// All layers of an image, read side by side and laid upon each other in their order.

import { Budget } from "./budget.ts";
import { ImageError } from "./imageError.ts";
import type { Layer } from "./layer/layer.ts";
import { type LayerOptions, readLayer } from "./layer/readLayer.ts";
import { type LayerObserver, RootFs } from "./rootfs/rootFs.ts";
import { diskFault } from "./source/diskFault.ts";
import type { ImageSource } from "./source/source.ts";

export interface Image {
  readonly source: ImageSource;
  readonly layers: readonly Layer[];
  readonly fs: RootFs;
}

export interface ReadOptions extends LayerOptions {
  /** Told of each layer that is read, for progress. */
  readonly onLayer?: (index: number, layer: Layer) => void;
  /** Told of what each layer does, once all are read. */
  readonly observer?: LayerObserver;
}

/** Unpacking runs on threads of its own, hashing and reading on this one: more at once would only hold more memory. */
const atOnce = 4;

/** Reads an image. Throws ImageError, `digest-mismatch` for a layer that is not the one the configuration names. */
export async function readImage(source: ImageSource, { onLayer, digests, observer }: ReadOptions = {}): Promise<Image> {
  const layers: Layer[] = [];
  const pending = source.layers.entries();
  const budget = new Budget();
  const stop = new AbortController();
  const { signal } = stop;
  const work = async (): Promise<void> => {
    for (const [index, from] of pending) {
      let layer: Layer;
      try {
        layer = await readLayer(from.open(signal), { digests: digests === true, budget, signal });
      } catch (thrown) {
        const error = signal.aborted ? thrown : diskFault(thrown, "its bytes");
        if (signal.aborted || !(error instanceof ImageError)) throw error;
        throw new ImageError(error.code, `layer ${index + 1} of ${source.name}: ${error.message}`, { cause: error });
      }
      if (layer.diffId !== from.diffId)
        throw new ImageError(
          "digest-mismatch",
          `layer ${index + 1} of ${source.name}: unpacked it has the digest ${layer.diffId}, and the configuration says ${from.diffId}`,
        );
      layers[index] = layer;
      onLayer?.(index, layer);
    }
  };
  const ends = await Promise.allSettled(
    Array.from({ length: atOnce }, () =>
      work().catch((error: unknown) => {
        // The others end with the same: no layer is read on behind a failure, after its source has gone.
        stop.abort(error);
        throw error;
      }),
    ),
  );
  if (ends.some(({ status }) => status === "rejected")) throw signal.reason;
  const fs = new RootFs(observer, budget);
  for (const [index, layer] of layers.entries()) fs.apply(layer, index);
  return { source, layers, fs };
}
