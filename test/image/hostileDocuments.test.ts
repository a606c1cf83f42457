// Manifests, indexes and configurations that were made to break whoever reads them: each is refused as an image's, or read.
import { mkdir, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type OpenOptions, openImage } from "../../src/image/source/openImage.ts";
import { digestOf } from "../../src/image/source/config.ts";
import { TempDir } from "../harness/tempDir.ts";
import { ending, runs } from "./hostileParts.ts";
import { layoutFiles, openMemory } from "./memoryImage.ts";
import { spoiling } from "./spoiledJson.ts";
import { saveImages } from "./savedImage.ts";
import { mendChecksum, tarFile } from "./tarFile.ts";

const tar = tarFile([
  { name: "app", content: "#!/bin/sh\n" },
  { name: "bin/sh", content: "" },
  { name: "etc/passwd", content: "app:x:1000:1000::/:\nbad\n:::\n" },
]);
const image = { layers: [{ packed: tar, tar }] };

test("an image that nobody spoiled is read", async () => {
  expect(await ending(() => openMemory(layoutFiles(image)))).toContain("/bin/sh can't be executed: it is empty");
});

test.each(["config", "manifest", "index"] as const)("a spoiled %s whose digest is right", async (which) => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(spoiling, async (spoil) => {
      const end = await ending(() => openMemory(layoutFiles(image, { [which]: spoil })));
      const key = end.includes("\n") ? "read" : end;
      ends.set(key, (ends.get(key) ?? 0) + 1);
    }),
    runs(300),
  );
  // What is generated is neither all refused nor all harmless.
  expect(ends.get("bad-image") ?? 0).toBeGreaterThan(10);
  expect(ends.get("read") ?? 0).toBeGreaterThan(10);
});

test("spoiled manifest.json of docker save, and files that are not there", async () => {
  const description = Buffer.from(JSON.stringify({ rootfs: { diff_ids: [digestOf(tar)] } }));
  const list = [{ Config: "config.json", RepoTags: ["shop:v1"], Layers: ["layer.tar"] }];
  await fc.assert(
    fc.asyncProperty(spoiling, async (spoil) => {
      const files = new Map([
        ["manifest.json", Buffer.from(JSON.stringify(spoil(list)) ?? "")],
        ["config.json", description],
        ["layer.tar", tar],
      ]);
      expect(await ending(() => openMemory(files))).not.toBe("");
    }),
    runs(200),
  );
});

test("archives on the disk, spoiled in any header, cut off anywhere, with holes in their files", async () => {
  await using folder = await TempDir.create("hostile");
  const archive = saveImages([{ tag: "shop:v1", layers: [[{ name: "app", content: "#!/bin/sh\n" }]] }]);
  const blocks = fc.array(fc.tuple(fc.nat(archive.length / 512 - 1), fc.nat(511), fc.nat(255)), { maxLength: 2 });
  const types = fc.constantFrom(undefined, undefined, "S", "5", "1", "2", "x", "V", "g", "L");
  await fc.assert(
    fc.asyncProperty(blocks, types, fc.option(fc.nat(archive.length)), async (changes, type, length) => {
      const spoiled = Buffer.from(archive);
      for (const [block, at, byte] of changes) spoiled[block * 512 + at] = byte;
      if (type !== undefined) spoiled.write(type, 156);
      for (const [block] of [[0], ...changes]) mendChecksum(spoiled.subarray((block ?? 0) * 512));
      await writeFile(folder.join("shop.tar"), spoiled.subarray(0, length ?? spoiled.length));
      expect(await ending(() => openImage(folder.join("shop.tar"), nowhere))).not.toBe("");
    }),
    runs(200),
  );
});

const nowhere: OpenOptions = {
  platform: { os: "linux", architecture: "amd64", variant: undefined },
  registry: () => ({ login: async () => undefined }),
  env: {},
};

test("files that this user may not read, and folders where files should be", async () => {
  await using folder = await TempDir.create("hostile");
  await mkdir(folder.join("layout/index.json"), { recursive: true });
  expect(await ending(() => openImage(`oci:${folder.join("layout")}`, nowhere))).toBe("bad-image");
  expect(await ending(() => openImage("/dev/null", nowhere))).toBe("not-found");
  expect(await ending(() => openImage("/proc/self/mem", nowhere))).toBe("unreadable");
  expect(await ending(() => openImage("./no\0thing.tar", nowhere))).toBe("not-found");
});

test("any bytes in any file of a layout", async () => {
  const files = layoutFiles(image);
  await fc.assert(
    fc.asyncProperty(fc.nat(files.size - 1), fc.uint8Array({ maxLength: 300 }), async (nth, bytes) => {
      const path = [...files.keys()][nth] ?? "";
      expect(await ending(() => openMemory(new Map([...files, [path, Buffer.from(bytes)]])))).toMatch(
        /^(bad-image|digest-mismatch|not-found|bad-archive)$/,
      );
    }),
    runs(200),
  );
});

test("bytes that are not those of their digest, an index in an index without end, JSON as deep as it is long", async () => {
  const files = layoutFiles(image);
  for (const [path, bytes] of files) {
    if (path === "index.json") continue;
    const changed = Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]);
    const end = await ending(() => openMemory(new Map([...files, [path, changed]])));
    expect(end, path).toBe("digest-mismatch");
  }
  const nested = (depth: number): Map<string, Buffer> => {
    let bytes = Buffer.from('{"manifests":[]}');
    const inner = new Map<string, Buffer>();
    for (let i = 0; i < depth; i++) {
      inner.set(`blobs/${digestOf(bytes).replace(":", "/")}`, bytes);
      bytes = Buffer.from(JSON.stringify({ manifests: [{ digest: digestOf(bytes), size: bytes.length }] }));
    }
    return inner.set("index.json", bytes);
  };
  expect(await ending(() => openMemory(nested(20)))).toBe("bad-image");
  const deep = Buffer.from(`${"[".repeat(1 << 20)}${"]".repeat(1 << 20)}`);
  expect(await ending(() => openMemory(new Map([["index.json", deep]])))).toBe("bad-image");
});
