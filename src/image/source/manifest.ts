// Indexes and manifests (OCI image specification; Docker's manifest lists and schema 2 are alike in what is read here).

import * as z from "zod";
import { ImageError } from "../imageError.ts";
import { parseImageJson } from "./config.ts";
import { fits, formatPlatform } from "./platform.ts";
import type { Platform } from "./source.ts";

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform: Platform | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

export type Manifest =
  | { readonly kind: "index"; readonly manifests: readonly Descriptor[] }
  | { readonly kind: "image"; readonly config: Descriptor; readonly layers: readonly Descriptor[] };

const platform = z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() });
const descriptor = z
  .object({
    mediaType: z.string().default(""),
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "only sha256 digests are read"),
    size: z.int().min(0),
    platform: platform.nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
  })
  .transform(({ platform, annotations, ...rest }): Descriptor => ({
    ...rest,
    platform: platform ? { ...platform, variant: platform.variant } : undefined,
    annotations: annotations ?? {},
  }));
const schema = z.union([
  z.object({ manifests: z.array(descriptor).max(1000) }),
  z.object({ config: descriptor, layers: z.array(descriptor).max(1000) }),
]);

/** Throws ImageError `bad-image`. */
export function parseManifest(bytes: Buffer, what: string): Manifest {
  const read = parseImageJson(schema, bytes, what);
  return "manifests" in read ? { kind: "index", ...read } : { kind: "image", ...read };
}

/**
 * The one of an index's images that was asked for: by name where there are names, by platform where there are platforms.
 * Throws ImageError `not-found`, saying what there is.
 */
export function choose(manifests: readonly Descriptor[], wanted: Platform, name: string, what: string): Descriptor {
  // Attestations (SBOMs, provenance) stand in the same list.
  const images = manifests.filter(({ platform }) => platform?.os !== "unknown");
  const named = name === "" ? images : images.filter(({ annotations }) => hasName(annotations, name));
  const able = named.filter(({ platform }) => platform === undefined || fits(platform, wanted));
  const [first] = able;
  if (
    first !== undefined &&
    (able.length === 1 || able.every(({ digest }) => digest === first.digest) || first.platform)
  )
    return first;
  const there = images.map(({ platform, annotations, digest }) =>
    [annotations[refName] ?? digest.slice(0, 19), platform === undefined ? "" : formatPlatform(platform)]
      .join(" ")
      .trim(),
  );
  const asked = `${name === "" ? "" : `${name} for `}${formatPlatform(wanted)}`;
  const problem =
    able.length > 1 ? `${what} holds several images, and none was chosen` : `${what} has no image ${asked}`;
  throw new ImageError("not-found", `${problem}; it has: ${there.slice(0, 20).join(", ") || "none"}`);
}

const refName = "org.opencontainers.image.ref.name";

function hasName(annotations: Descriptor["annotations"], name: string): boolean {
  return annotations[refName] === name || annotations["io.containerd.image.name"] === name;
}
