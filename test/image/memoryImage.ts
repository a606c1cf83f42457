import { ImageError } from "../../src/image/imageError.ts";
import type { BlobFiles } from "../../src/image/source/blobFiles.ts";
import { digestOf } from "../../src/image/source/config.ts";
import { openFiles } from "../../src/image/source/filesSource.ts";
import type { ImageSource } from "../../src/image/source/source.ts";

/** Files of an image that are nowhere but in memory; each comes in pieces of that size. */
export function memoryFiles(files: ReadonlyMap<string, Buffer>, pieceSize: number = 1 << 16): BlobFiles {
  const file = (path: string): Buffer => {
    const bytes = files.get(path);
    if (bytes === undefined) throw new ImageError("not-found", `there is no ${path}`);
    return bytes;
  };
  return {
    name: "memory",
    size: async (path) => files.get(path)?.length,
    read: async (path) => file(path),
    async *open(path) {
      const bytes = file(path);
      for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
    },
  };
}

/** The three documents of an image in an OCI layout, as values that a test may spoil before their digests are taken. */
export interface Spoil {
  readonly config?: (value: unknown) => unknown;
  readonly manifest?: (value: unknown) => unknown;
  readonly index?: (value: unknown) => unknown;
}

export interface MemoryImage {
  /** Of each layer: its bytes as they lie there, and the digest of what they unpack to. */
  readonly layers: readonly { readonly packed: Buffer; readonly tar: Buffer }[];
  readonly config?: object;
}

/** An OCI layout of one image. */
export function layoutFiles({ layers, config = {} }: MemoryImage, spoil: Spoil = {}): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const add = (bytes: Buffer): { readonly digest: string; readonly size: number } => {
    const digest = digestOf(bytes);
    files.set(`blobs/${digest.replace(":", "/")}`, bytes);
    return { digest, size: bytes.length };
  };
  const document = (value: unknown, change: (value: unknown) => unknown = (same) => same): Buffer =>
    Buffer.from(JSON.stringify(change(value)) ?? "");
  const description = {
    architecture: "amd64",
    os: "linux",
    config: { Entrypoint: ["/app"], Env: ["PATH=/bin"], User: "", ...config },
    rootfs: { type: "layers", diff_ids: layers.map(({ tar }) => digestOf(tar)) },
    history: layers.map((_, index) => ({ created_by: `RUN step ${index}` })),
  };
  const type = "application/vnd.oci.image";
  const manifest = {
    schemaVersion: 2,
    config: { mediaType: `${type}.config.v1+json`, ...add(document(description, spoil.config)) },
    layers: layers.map(({ packed }) => ({ mediaType: `${type}.layer.v1.tar`, ...add(packed) })),
  };
  const index = {
    schemaVersion: 2,
    manifests: [
      {
        mediaType: `${type}.manifest.v1+json`,
        ...add(document(manifest, spoil.manifest)),
        platform: { os: "linux", architecture: "amd64" },
        annotations: { "org.opencontainers.image.ref.name": "v1" },
      },
    ],
  };
  files.set("index.json", document(index, spoil.index));
  return files;
}

export function openMemory(files: ReadonlyMap<string, Buffer>, pieceSize?: number): Promise<ImageSource> {
  return openFiles(memoryFiles(files, pieceSize), {
    name: "",
    platform: { os: "linux", architecture: "amd64", variant: undefined },
    release: async () => undefined,
  });
}
