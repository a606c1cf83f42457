import { createHash } from "node:crypto";
import type { ImageConfig } from "../harness/images.ts";
import { tarFile, type TarMember } from "./tarFile.ts";

/** An image of the tests. */
export interface MadeImage {
  readonly tag: string;
  readonly layers: readonly (readonly TarMember[])[];
  readonly config?: ImageConfig;
  readonly architecture?: string;
  /** The instruction of each layer. */
  readonly history?: readonly string[];
}

/** Images as `docker save` writes them, into one archive. */
export function saveImages(images: readonly MadeImage[]): Buffer {
  const files = new Map<string, Buffer>();
  const manifest = images.map(({ tag, layers, config = {}, architecture = "amd64", history }) => {
    const tars = layers.map((members) => tarFile(members));
    const digests = tars.map((tar) => createHash("sha256").update(tar).digest("hex"));
    for (const [index, tar] of tars.entries()) files.set(`${digests[index] ?? ""}.tar`, tar);
    const description = Buffer.from(
      JSON.stringify({
        architecture,
        os: "linux",
        created: "1970-01-01T00:00:00Z",
        config,
        rootfs: { type: "layers", diff_ids: digests.map((digest) => `sha256:${digest}`) },
        history: layers.map((_, index) => ({
          created: "1970-01-01T00:00:00Z",
          created_by: history?.[index] ?? "tests",
        })),
      }),
    );
    const name = `${createHash("sha256").update(description).digest("hex")}.json`;
    files.set(name, description);
    return { Config: name, RepoTags: [tag], Layers: digests.map((digest) => `${digest}.tar`) };
  });
  const members = [...files].map(([name, content]) => ({ name, content, mode: 0o644 }));
  return tarFile([{ name: "manifest.json", content: JSON.stringify(manifest), mode: 0o644 }, ...members]);
}
