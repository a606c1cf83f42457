// Images that were damaged or made to mislead: each is read, or refused as what it is. FAIRLEAD_LONG=1 tries forty times as many.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TempDir } from "../../test/harness/tempDir.ts";
import { type MadeImage, saveImages } from "../../test/image/savedImage.ts";
import { tarFile, type TarMember } from "../../test/image/tarFile.ts";
import { ImageError } from "./imageError.ts";
import { type Image, readImage } from "./readImage.ts";
import { LayerWatch } from "./report/layerReport.ts";
import { summarize } from "./report/summary.ts";
import { openImage } from "./source/openImage.ts";
import { why } from "./why/why.ts";

const isLong = process.env["FAIRLEAD_LONG"] === "1";
const runs = { numRuns: isLong ? 4000 : 100 };
const timeout = isLong ? 600_000 : 60_000;

const options = {
  platform: { os: "linux", architecture: "amd64", variant: undefined },
  registry: () => {
    throw new Error("these images lie in files");
  },
  env: {},
};

/** Everything that is asked of an image. @returns undefined where it was refused as an image */
async function readAll(archive: Buffer): Promise<Image | undefined> {
  await using folder = await TempDir.create("hostile");
  await writeFile(folder.join("image.tar"), archive);
  try {
    await using source = await openImage(folder.join("image.tar"), options);
    const watch = new LayerWatch();
    const image = await readImage(source, { observer: watch });
    watch.report(image);
    summarize(image);
    why({ fs: image.fs, config: image.source.config });
    return image;
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

const program = readFileSync("/bin/true");
const image: MadeImage = {
  tag: "hostile:1",
  layers: [
    [
      { name: "bin/app", content: program },
      { name: "bin/sh", type: "symlink", link: "app" },
      { name: "etc/passwd", content: "app:x:1000:1000::/:/bin/sh\n" },
      { name: "etc/ld.so.conf", content: "include /etc/ld.so.conf.d/*.conf\n" },
      { name: "start", content: "#!/bin/sh\n" },
    ],
    [
      { name: "etc/.wh.passwd", content: "" },
      { name: "etc/.wh..wh..opq", content: "" },
    ],
  ],
  config: { Entrypoint: ["/start"], User: "1000", Env: ["PATH=/bin"] },
};

const change = fc.record({ at: fc.nat(1 << 20), byte: fc.nat(255) });

test("any change of an archive's bytes", { timeout }, async () => {
  const whole = saveImages([image]);
  expect(await readAll(whole)).toBeDefined();
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 30 }), fc.nat(whole.length), async (changes, cut) => {
      const bytes = Buffer.from(whole);
      for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
      await readAll(bytes.subarray(0, cut % 3 === 0 ? cut : bytes.length));
    }),
    runs,
  );
});

test("any list of members: names that lead out, links in circles, whiteouts of everything", { timeout }, async () => {
  const name = fc.oneof(
    fc.constantFrom(
      "../x",
      "/etc/x",
      "a/../../x",
      ".",
      "..",
      "",
      "a",
      "a/b",
      "a/b/c",
      ".wh.a",
      "a/.wh..wh..opq",
      ".wh..wh..opq",
      ".wh.",
      "start",
      "bin/sh",
    ),
    fc.string({ maxLength: 120 }),
  );
  const member = fc.record({
    name,
    type: fc.constantFrom("file" as const, "directory" as const, "symlink" as const, "hardlink" as const),
    link: name,
    content: fc.oneof(fc.constantFrom("#!a\n", "#!/start\n", "#!/a/b -x\n"), fc.string({ maxLength: 50 })),
    mode: fc.nat(0o7777),
  }) satisfies fc.Arbitrary<TarMember>;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(member, { maxLength: 12 }), { minLength: 1, maxLength: 3 }), async (layers) => {
      const read = await readAll(saveImages([{ ...image, layers }]));
      // Nothing is above the root.
      for (const layer of read?.layers ?? [])
        for (const entry of layer.entries) expect(entry.name.split("/")).not.toContain("..");
    }),
    runs,
  );
});

test("what the loader reads may be anything: ld.so.conf in circles, ld.so.cache of noise", { timeout }, async () => {
  const line = fc.oneof(
    fc.constantFrom(
      "include /etc/ld.so.conf",
      "include ld.so.conf.d/*.conf",
      "include /etc/*",
      "/lib",
      "include *",
      "# x",
      "hwcap 0 x",
    ),
    fc.string({ maxLength: 80 }),
  );
  const cache = fc
    .uint8Array({ maxLength: 400 })
    .map((bytes) => Buffer.concat([Buffer.from("glibc-ld.so.cache1.1"), bytes]));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), cache, async (lines, bytes) => {
      const content = lines.join("\n");
      const layer: TarMember[] = [
        { name: "start", content: program },
        { name: "etc/ld.so.conf", content },
        { name: "etc/ld.so.conf.d/a.conf", content },
        { name: "etc/ld.so.cache", content: bytes },
      ];
      expect(await readAll(saveImages([{ ...image, layers: [layer] }]))).toBeDefined();
    }),
    runs,
  );
});

/** An archive whose manifest.json is this. */
function archiveOf(manifest: string, files: readonly TarMember[] = []): Buffer {
  return tarFile([{ name: "manifest.json", content: manifest }, ...files]);
}

test("any manifest, and any configuration, of JSON or not", { timeout }, async () => {
  const layer = tarFile([{ name: "start", content: "#!/x\n" }]);
  const digest = createHash("sha256").update(layer).digest("hex");
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom("l.tar", "c.json", "../../etc/passwd", "", 1e308, -1),
  );
  await fc.assert(
    fc.asyncProperty(value, value, value, value, async (a, b, c, d) => {
      const config = {
        architecture: a,
        os: "linux",
        config: { Entrypoint: b, Env: c },
        rootfs: { diff_ids: [`sha256:${digest}`] },
        history: d,
      };
      const files = [
        { name: "c.json", content: JSON.stringify(config) },
        { name: "l.tar", content: layer },
      ];
      await readAll(archiveOf(JSON.stringify([{ Config: "c.json", RepoTags: a, Layers: ["l.tar"] }]), files));
      await readAll(archiveOf(JSON.stringify([{ Config: b, RepoTags: c, Layers: d }]), files));
      await readAll(archiveOf(JSON.stringify(a), files));
    }),
    runs,
  );
});

test(
  "a layer that unpacks to what was not promised, is cut off, or is packed a thousand times over",
  { timeout },
  async () => {
    const layer = tarFile([{ name: "zeros", content: Buffer.alloc(50 << 20) }]);
    const digest = createHash("sha256").update(layer).digest("hex");
    const packed = gzipSync(layer);
    const config = { architecture: "amd64", os: "linux", rootfs: { diff_ids: [`sha256:${digest}`] } };
    const read = (content: Buffer): Promise<Image | undefined> =>
      readAll(
        archiveOf('[{"Config":"c.json","RepoTags":["a:1"],"Layers":["l.tar"]}]', [
          { name: "c.json", content: JSON.stringify(config) },
          { name: "l.tar", content },
        ]),
      );
    expect(await read(packed)).toBeDefined();
    expect(await read(packed.subarray(0, packed.length >> 1))).toBeUndefined();
    expect(await read(gzipSync(Buffer.alloc(1 << 20)))).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        const bytes = Buffer.from(packed);
        for (const { at, byte } of changes) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (byte || 1);
        await read(bytes);
      }),
      { numRuns: isLong ? 100 : 5 },
    );
  },
);
