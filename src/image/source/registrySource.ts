// An image of a registry: manifests by digest, layers streamed and never written down. A connection that breaks is taken up
// where it broke.
//
// Source: OCI distribution specification 1.1, "Pulling blobs".

import { baseUrl, fetchManifest, type ResolveOptions } from "../registry/resolve.ts";
import { follow, get, timeout } from "../registry/exchange.ts";
import { type ImageReference, parseReference } from "../registry/reference.ts";
import { RegistryError } from "../registry/registryError.ts";
import { ImageError } from "../imageError.ts";
import { checkDigest, parseConfig } from "./config.ts";
import { choose, type Descriptor, parseManifest } from "./manifest.ts";
import { formatPlatform } from "./platform.ts";
import type { ImageSource, LayerSource, Platform } from "./source.ts";

export type RegistryOptions = Pick<ResolveOptions, "login" | "insecure">;

const configLimit = 16 << 20;
/** How often a broken connection is taken up again without that many bytes coming in between. */
const tries = 4;
const progress = 1 << 20;
/** What must come within the time limit of a request: a registry that sends a byte now and then would hold us for years. */
const trickle = 16 << 10;

/** Throws RegistryError, ImageError. */
export async function openInRegistry(
  reference: string,
  options: RegistryOptions & { readonly platform: Platform },
): Promise<ImageSource> {
  const image = parseReference(reference);
  const { platform } = options;
  let fetched = await fetchManifest(reference, options);
  let manifest = parseManifest(fetched.body, reference);
  if (manifest.kind === "index") {
    const chosen = choose(manifest.manifests, platform, "", reference);
    const exact = `${image.registry}/${image.repository}@${chosen.digest}`;
    fetched = await fetchManifest(exact, { ...options, authorization: fetched.authorization });
    manifest = parseManifest(fetched.body, exact);
    if (manifest.kind === "index") throw new ImageError("bad-image", `${reference}: an index within an index`);
  }
  const pull = new Pull(image, reference, options.insecure === true, fetched.authorization);
  const bytes = await pull.blob(manifest.config);
  const config = parseConfig(bytes, reference);
  if (config.diffIds.length !== manifest.layers.length)
    throw new ImageError(
      "bad-image",
      `${reference}: the manifest has ${manifest.layers.length} layers, the configuration for ${formatPlatform(config)} ${config.diffIds.length}`,
    );
  const layers = manifest.layers.map((descriptor, index): LayerSource => ({
    diffId: config.diffIds[index] ?? "",
    size: descriptor.size,
    open: (signal) => pull.stream(descriptor, signal),
  }));
  return { name: reference, id: manifest.config.digest, config, layers, [Symbol.asyncDispose]: async () => undefined };
}

interface Part {
  readonly digest: string;
  readonly start: number;
  readonly asked: string;
  readonly signal: AbortSignal | undefined;
}

class Pull {
  readonly #base: URL;
  readonly #image: ImageReference;
  readonly #shown: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(image: ImageReference, shown: string, insecure: boolean, authorization: string | undefined) {
    this.#image = image;
    this.#shown = shown;
    this.#base = baseUrl(image.registry, insecure);
    this.#headers = authorization === undefined ? {} : { authorization };
  }

  async blob({ digest }: Descriptor): Promise<Buffer> {
    const asked = `${digest.slice(0, 19)} of ${this.#shown}`;
    const answer = await get(this.#url(digest), this.#headers, configLimit, asked, AbortSignal.timeout(3 * timeout));
    if (answer.status !== 200) throw new RegistryError("bad-answer", `${asked}: status ${answer.status}`);
    checkDigest(answer.body, digest, asked);
    return answer.body;
  }

  async *stream({ digest, size }: Descriptor, signal?: AbortSignal): AsyncGenerator<Buffer> {
    const asked = `layer ${digest.slice(0, 19)} of ${this.#shown}`;
    let read = 0;
    let atFailure = 0;
    for (let failures = 0; read < size;) {
      try {
        for await (const chunk of this.#from({ digest, start: read, asked, signal })) {
          read += chunk.length;
          if (read > size)
            throw new RegistryError("bad-answer", `${asked}: more than the ${size} bytes that the manifest promises`);
          yield chunk;
        }
        if (read < size) throw new Error(`the connection ended after ${read} of ${size} bytes`);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof RegistryError) throw error;
        failures = read - atFailure >= progress ? 1 : failures + 1;
        atFailure = read;
        if (failures < tries) continue;
        throw new RegistryError("unreachable", `${asked}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
    }
  }

  async *#from({ digest, start, asked, signal }: Part): AsyncGenerator<Buffer> {
    const stalled = new AbortController();
    const slow = new Error(`fewer than ${trickle >> 10} KiB came in ${timeout / 1000} s`);
    const timer = setTimeout(() => stalled.abort(slow), timeout);
    const ends = signal === undefined ? stalled.signal : AbortSignal.any([stalled.signal, signal]);
    let came = 0;
    try {
      const headers = { ...this.#headers, ...(start > 0 && { range: `bytes=${start}-` }) };
      const answer = await follow(this.#url(digest), headers, asked, ends);
      // A registry without ranges sends all of it again, and the beginning was passed on already.
      if (answer.status !== (start > 0 ? 206 : 200))
        throw new RegistryError("bad-answer", `${asked}: status ${answer.status}`);
      for await (const chunk of answer.body ?? []) {
        came += chunk.length;
        if (came >= trickle) {
          came = 0;
          timer.refresh();
        }
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      }
    } finally {
      clearTimeout(timer);
      stalled.abort();
    }
  }

  #url(digest: string): URL {
    return new URL(`/v2/${this.#image.repository}/blobs/${digest}`, this.#base);
  }
}
