import type { ImageConfig } from "./config.ts";

/** An image, wherever it lies: its configuration, and its layers from the lowest to the topmost. */
export interface ImageSource extends AsyncDisposable {
  /** For people: where it was found. */
  readonly name: string;
  /** "sha256:…" of the configuration: what engines call the image's id. */
  readonly id: string;
  readonly config: ImageConfig;
  readonly layers: readonly LayerSource[];
}

export interface LayerSource {
  /** Of the unpacked tar, as the configuration promises it. */
  readonly diffId: string;
  /** Bytes as they lie there, packed or not; undefined where that is not known before. */
  readonly size: number | undefined;
  /** The bytes, from their beginning. May be called again. The signal ends the waiting for more. */
  open(signal?: AbortSignal): AsyncIterable<Buffer>;
}

/** Which of several platforms: `linux/arm64`, `linux/arm/v7`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;
}
