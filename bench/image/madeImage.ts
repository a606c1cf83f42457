import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { seededBytes, seededRandom } from "../../test/harness/seededRandom.ts";
import { tarFile, type TarMember } from "../../test/image/tarFile.ts";

export interface MadeImage {
  readonly layers: number;
  readonly files: number;
  /** Of all files, before compression, nearly. */
  readonly bytes: number;
}

/**
 * Writes an image as `docker save` does today: an OCI layout with a manifest.json, its layers compressed. Half of each file is
 * noise, half compresses well, as programs do; each layer replaces and removes some of what the one before has. The same numbers
 * give the same image.
 */
export async function writeMadeImage(path: string, { layers, files, bytes }: MadeImage): Promise<void> {
  const random = seededRandom(layers * 31 + files);
  const out = createWriteStream(path);
  const blobs: { readonly digest: string; readonly size: number; readonly diffId: string }[] = [];
  const add = async (name: string, content: Buffer): Promise<void> => {
    const whole = tarFile([{ name, content, mode: 0o644 }]);
    // Its end marks the archive's end: that comes once.
    if (!out.write(whole.subarray(0, -1024))) await new Promise<void>((resolve) => void out.once("drain", resolve));
  };
  const perLayer = Math.ceil(files / layers);
  for (let layer = 0; layer < layers; layer++) {
    const members: TarMember[] = [];
    for (let i = 0; i < perLayer; i++) {
      const own = layer === 0 || random() < 0.85;
      const folder = `srv/l${own ? layer : layer - 1}/d${i % 97}`;
      if (!own && random() < 0.3) {
        members.push({ name: `${folder}/.wh.f${i}` });
        continue;
      }
      const size = Math.round((bytes / files) * (0.2 + 1.6 * random()));
      const noise = seededBytes(`${layer} ${i}`, size >> 1);
      members.push({
        name: `${folder}/f${i}`,
        content: Buffer.concat([noise, Buffer.alloc(size - noise.length, "fill ")]),
        mode: 0o755,
      });
    }
    const tar = tarFile(members);
    const blob = gzipSync(tar, { level: 6 });
    const digest = sha256(blob);
    blobs.push({ digest, size: blob.length, diffId: `sha256:${sha256(tar)}` });
    await add(`blobs/sha256/${digest}`, blob);
  }
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: { Cmd: ["/srv/l0/d0/f0"] },
      rootfs: { type: "layers", diff_ids: blobs.map(({ diffId }) => diffId) },
      history: blobs.map((_, i) => ({ created: "2026-01-01T00:00:00Z", created_by: `RUN step ${i}` })),
    }),
  );
  const configDigest = sha256(config);
  await add(`blobs/sha256/${configDigest}`, config);
  const manifest = [
    {
      Config: `blobs/sha256/${configDigest}`,
      RepoTags: ["bench:latest"],
      Layers: blobs.map(({ digest }) => `blobs/sha256/${digest}`),
    },
  ];
  await add("manifest.json", Buffer.from(JSON.stringify(manifest)));
  out.end(Buffer.alloc(1024));
  await finished(out);
}

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
