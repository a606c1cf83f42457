// An image in files: what `docker save`, `podman save`, `skopeo copy` and `buildx -o type=oci` write.

import * as z from "zod";
import { ImageError } from "../imageError.ts";
import type { BlobFiles } from "./blobFiles.ts";
import { checkDigest, digestOf, parseConfig, parseImageJson } from "./config.ts";
import { choose, type Descriptor, parseManifest } from "./manifest.ts";
import { formatPlatform } from "./platform.ts";
import type { ImageSource, LayerSource, Platform } from "./source.ts";

export interface Wanted {
  /** Which of several, as named inside; the empty string for the only one. */
  readonly name: string;
  readonly platform: Platform;
  /** Called when the source is not needed any more. */
  readonly release: () => Promise<void>;
}

/** Indexes in indexes end somewhere. */
const depthLimit = 4;

/** Throws ImageError. */
export async function openFiles(files: BlobFiles, wanted: Wanted): Promise<ImageSource> {
  // Newer engines write both; docker's own list names the layers in either case.
  if ((await files.size("manifest.json")) !== undefined) return openDockerArchive(files, wanted);
  if ((await files.size("index.json")) !== undefined) return openLayout(files, wanted);
  throw new ImageError(
    "bad-image",
    `${files.name} has neither manifest.json (docker save) nor index.json (OCI): it is no image`,
  );
}

const dockerManifest = z
  .array(z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()) }))
  .min(1);

async function openDockerArchive(files: BlobFiles, { name, release }: Wanted): Promise<ImageSource> {
  const images = parseImageJson(dockerManifest, await files.read("manifest.json"), `${files.name}: manifest.json`);
  const named = name === "" ? images : images.filter(({ RepoTags }) => RepoTags?.includes(name));
  const [image] = named;
  if (image === undefined || named.length > 1) {
    const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []).join(", ");
    throw new ImageError(
      "not-found",
      `${files.name} holds ${images.length} images (${tags}): name one, as in docker-archive:FILE:NAME`,
    );
  }
  const bytes = await files.read(image.Config);
  const config = parseConfig(bytes, files.name);
  if (config.diffIds.length !== image.Layers.length)
    throw new ImageError(
      "bad-image",
      `${files.name}: ${image.Layers.length} layers, and the configuration tells of ${config.diffIds.length}`,
    );
  const layers = await Promise.all(
    image.Layers.map(async (path, index): Promise<LayerSource> => ({
      diffId: config.diffIds[index] ?? "",
      size: await files.size(path),
      open: () => files.open(path),
    })),
  );
  return { name: files.name, id: digestOf(bytes), config, layers, [Symbol.asyncDispose]: release };
}

async function openLayout(files: BlobFiles, { name, platform, release }: Wanted): Promise<ImageSource> {
  let manifest = parseManifest(await files.read("index.json"), `${files.name}: index.json`);
  for (let depth = 0; manifest.kind === "index"; depth++) {
    if (depth === depthLimit) throw new ImageError("bad-image", `${files.name}: indexes in indexes without end`);
    // Names are given at the top alone.
    const chosen = choose(manifest.manifests, platform, depth === 0 ? name : "", files.name);
    manifest = parseManifest(await blob(files, chosen), `${files.name}: manifest ${chosen.digest}`);
  }
  const bytes = await blob(files, manifest.config);
  const config = parseConfig(bytes, files.name);
  if (config.diffIds.length !== manifest.layers.length)
    throw new ImageError(
      "bad-image",
      `${files.name}: the manifest has ${manifest.layers.length} layers, the configuration for ${formatPlatform(config)} ${config.diffIds.length}`,
    );
  const layers = manifest.layers.map(({ digest, size }, index): LayerSource => ({
    diffId: config.diffIds[index] ?? "",
    size,
    open: () => files.open(blobPath(digest)),
  }));
  return { name: files.name, id: manifest.config.digest, config, layers, [Symbol.asyncDispose]: release };
}

async function blob(files: BlobFiles, { digest }: Descriptor): Promise<Buffer> {
  const bytes = await files.read(blobPath(digest));
  checkDigest(bytes, digest, `${files.name}: ${blobPath(digest)}`);
  return bytes;
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}
