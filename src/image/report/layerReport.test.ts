import { expect, test } from "vitest";
import { tarFile, type TarMember } from "../../../test/image/tarFile.ts";
import { type Image, readImage } from "../readImage.ts";
import type { ImageSource } from "../source/source.ts";
import { readLayer } from "../layer/readLayer.ts";
import { diffImages } from "./imageDiff.ts";
import { type LayerReport, LayerWatch } from "./layerReport.ts";

async function source(...layers: readonly (readonly TarMember[])[]): Promise<ImageSource> {
  const tars = layers.map((members) => tarFile(members));
  const open = (tar: Buffer) =>
    async function* () {
      yield tar;
    };
  const diffIds = await Promise.all(tars.map(async (tar) => (await readLayer(open(tar)())).diffId));
  const config = {
    architecture: "amd64",
    os: "linux",
    variant: undefined,
    entrypoint: ["/app"],
    cmd: [],
    env: ["TOKEN=secret"],
    user: "",
    workingDir: "",
    exposedPorts: [],
    volumes: [],
    labels: {},
    diffIds,
    instructions: layers.map((_, index) => `RUN step ${index + 1}`),
  };
  return {
    name: "made",
    id: "sha256:0",
    config,
    layers: tars.map((tar, index) => ({ diffId: diffIds[index] ?? "", size: tar.length, open: open(tar) })),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function report(...layers: readonly (readonly TarMember[])[]): Promise<LayerReport> {
  const observer = new LayerWatch();
  return observer.report(await readImage(await source(...layers), { observer }));
}

const bytes = (count: number): string => "x".repeat(count);

test("what a later layer hides is the earlier layer's waste, tied to both", async () => {
  const { layers, savings, wasted } = await report(
    [
      { name: "cache/a", content: bytes(1000) },
      { name: "cache/b", content: bytes(500) },
      { name: "app", content: bytes(300) },
      { name: "keep", content: bytes(7) },
    ],
    [{ name: ".wh.cache" }],
    [
      { name: "app", content: bytes(310) },
      { name: "new", content: bytes(1) },
    ],
  );
  expect(layers).toMatchObject([
    { added: { files: 4, bytes: 1807 }, wasted: { files: 3, bytes: 1800 } },
    { added: { files: 0 }, removed: { files: 2, bytes: 1500 }, wasted: { files: 0 } },
    { added: { files: 1, bytes: 1 }, changed: { files: 1, bytes: 310 }, removed: { files: 0 } },
  ]);
  expect(savings).toMatchObject([
    { from: 0, hiddenBy: 1, bytes: 1500, files: 2, largest: [{ path: "/cache/a", size: 1000 }, { path: "/cache/b" }] },
    { from: 0, hiddenBy: 2, bytes: 300, files: 1 },
  ]);
  expect(wasted).toBe(1800);
});

test("a file under two names is stored once, and wasted with its last name", async () => {
  const layer: TarMember[] = [
    { name: "one", content: bytes(100) },
    { name: "two", type: "hardlink", link: "one" },
  ];
  expect(await report(layer, [{ name: ".wh.one" }])).toMatchObject({
    wasted: 0,
    layers: [{ added: { bytes: 100 } }, {}],
  });
  expect(await report(layer, [{ name: ".wh.one" }, { name: ".wh.two" }])).toMatchObject({ wasted: 100 });
});

test("two images: contents, modes, owners, links and settings; no variable's value is shown", async () => {
  const read = async (...layers: readonly (readonly TarMember[])[]): Promise<Image> =>
    readImage(await source(...layers), { digests: true });
  const a = await read([
    { name: "same", content: "1" },
    { name: "app", content: "1" },
    { name: "gone", content: "123" },
  ]);
  const b = await read(
    [{ name: "same", content: "1" }],
    [
      { name: "app", content: "2", mode: 0o644, uid: 7 },
      { name: "new", content: "12" },
    ],
  );
  const other: Image = {
    ...b,
    source: { ...b.source, config: { ...b.source.config, env: ["TOKEN=other"], user: "7" } },
  };
  const diff = diffImages(a, other);
  expect(diff.files).toEqual([
    { path: "/app", change: "changed", what: ["content", "mode 0755 → 0644", "owner 0:0 → 7:7"], before: 1, after: 1 },
    { path: "/gone", change: "removed", what: [], before: 3, after: undefined },
    { path: "/new", change: "added", what: [], before: undefined, after: 2 },
  ]);
  expect(diff.settings).toEqual([
    { name: "user", before: "", after: "7" },
    { name: "env TOKEN", before: "a value", after: "another" },
  ]);
  expect(diffImages(a, a)).toMatchObject({ files: [], settings: [] });
});
