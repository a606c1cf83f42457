// One image, wherever it lies: what docker, skopeo, buildah and a registry make of it is read as the same, and as the engine itself
// unpacks it.
import { createReadStream } from "node:fs";
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ImageError } from "../../src/image/imageError.ts";
import { readImage } from "../../src/image/readImage.ts";
import type { RootFs } from "../../src/image/rootfs/rootFs.ts";
import { walk } from "../../src/image/rootfs/walk.ts";
import { openImage, type OpenOptions } from "../../src/image/source/openImage.ts";
import { TarReader } from "../../src/image/tar/tarReader.ts";
import { command } from "../harness/command.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { Registry } from "../harness/registry.ts";
import { missing, requireAll } from "../harness/require.ts";
import { TempDir } from "../harness/tempDir.ts";
import { saveImages } from "./savedImage.ts";
import type { TarMember } from "./tarFile.ts";

const reason = missing(...DockerEngine.needs, ...Registry.needs, "skopeo");
const deep = `${"folder/".repeat(30)}file`;
const layers: readonly (readonly TarMember[])[] = [
  [
    { name: "srv", type: "directory", mode: 0o1777 },
    { name: "srv/one", content: "1" },
    { name: "srv/two", content: "22", mode: 0o4750, uid: 65532 },
    { name: "srv/hard", type: "hardlink", link: "srv/two", mode: 0o4750, uid: 65532 },
    { name: "srv/link", type: "symlink", link: "two" },
    { name: "old/a", content: "a" },
    { name: "old/b/c", content: "c" },
    { name: deep, content: "x".repeat(5000) },
  ],
  [
    { name: "srv/.wh.one", content: "" },
    { name: "old/.wh..wh..opq", content: "" },
    { name: "old/new", content: "new" },
  ],
  [
    { name: "srv", type: "directory", mode: 0o700, uid: 7 },
    { name: "etc/own", content: "own" },
    { name: "srv/link", content: "a file in its place" },
  ],
];

let engine: DockerEngine;
let registry: Registry;
let folder: TempDir;

beforeAll(async () => {
  if (reason !== undefined) return;
  folder = await TempDir.create("sources");
  [engine, registry] = await Promise.all([DockerEngine.start(), Registry.start()]);
  const archive = saveImages([
    { tag: "many:v1", layers },
    { tag: "other:v1", layers: layers.slice(0, 1) },
  ]);
  await writeFile(folder.join("made.tar"), archive);
  await engine.docker(["load", "--quiet", "--input", folder.join("made.tar")]);
  await engine.docker(["save", "--output", folder.join("saved.tar"), "many:v1"]);
  const saved = await readFile(folder.join("saved.tar"));
  await writeFile(folder.join("saved.tar.gz"), gzipSync(saved));
  await writeFile(folder.join("saved.tar.zst"), zstdCompressSync(saved));
  const copy = (to: string): Promise<string> =>
    command([
      "skopeo",
      "--insecure-policy",
      "copy",
      "--quiet",
      "--dest-tls-verify=false",
      `docker-archive:${folder.join("saved.tar")}`,
      to,
    ]);
  await copy(`oci:${folder.join("layout")}:v1`);
  await copy(`oci-archive:${folder.join("oci.tar")}:v1`);
  await copy(`docker://${registry.host}/team/many:v1`);
});

afterAll(async () => {
  if (reason !== undefined) return;
  await Promise.all([engine[Symbol.asyncDispose](), registry[Symbol.asyncDispose]()]);
  await folder[Symbol.asyncDispose]();
});

async function read(reference: string): Promise<{ id: string; files: readonly string[] }> {
  const options: OpenOptions = {
    platform: { os: "linux", architecture: "amd64", variant: undefined },
    registry: () => ({ login: async () => undefined }),
    env: { DOCKER_HOST: engine.host },
  };
  await using source = await openImage(reference, options);
  const { fs } = await readImage(source);
  return { id: source.id, files: listing(fs) };
}

function listing(fs: RootFs): string[] {
  return [...walk(fs)].map(({ path, node: { type, mode, uid, size, link } }) =>
    [path, type, mode.toString(8), uid, size, link].join(" "),
  );
}

/** What the engine has in a container's root, without what it puts there itself. */
async function exported(): Promise<string[]> {
  const id = (await engine.docker(["create", "many:v1", "/none"])).trim();
  await engine.docker(["export", "--output", folder.join("root.tar"), id]);
  const own = /^\/(\.dockerenv|dev|proc|sys|etc\/(hosts|hostname|resolv\.conf|mtab))(\/|$)/;
  const lines = new Map<string, string>();
  const reader = new TarReader((entry) => {
    const { type, mode, uid, size, link } = entry;
    const path = `/${entry.path.replace(/\/$/, "")}`;
    const target = lines.get(`/${link}`);
    if (type === "hardlink" && target !== undefined) lines.set(path, target);
    else lines.set(path, [type, mode.toString(8), uid, size, link].join(" "));
    return undefined;
  });
  for await (const chunk of createReadStream(folder.join("root.tar"))) if (Buffer.isBuffer(chunk)) reader.push(chunk);
  reader.end();
  return [...lines]
    .filter(([path]) => !own.test(path))
    .map(([path, rest]) => `${path} ${rest}`)
    .toSorted();
}

test("archives, packed and not, layouts, an engine and a registry: one image, as the engine unpacks it", async ({
  skip,
}) => {
  if (reason !== undefined) skip(reason);
  const truth = await exported();
  const places = [
    folder.join("saved.tar"),
    folder.join("saved.tar.gz"),
    folder.join("saved.tar.zst"),
    `docker-archive:${folder.join("made.tar")}:many:v1`,
    `oci:${folder.join("layout")}`,
    `oci:${folder.join("layout")}:v1`,
    `oci-archive:${folder.join("oci.tar")}`,
    "docker-daemon:many:v1",
    "many:v1",
    `docker://${registry.host}/team/many:v1`,
    `${registry.host}/team/many:v1`,
  ];
  const ids = new Set<string>();
  for (const place of places) {
    const { id, files } = await read(place);
    expect(files.toSorted(), place).toEqual(truth);
    // skopeo writes the configuration anew.
    if (!place.startsWith("oci")) ids.add(id);
  }
  expect(ids.size).toBeLessThanOrEqual(2);
});

test("what is not there, cut off, changed or ambiguous is told apart", async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  const fails = (reference: string, code: string, text: RegExp): Promise<void> =>
    expect(read(reference)).rejects.toThrow(expect.objectContaining({ code, message: expect.stringMatching(text) }));
  await fails("./nothing.tar", "not-found", /ENOENT/);
  await fails(`docker-archive:${folder.join("made.tar")}`, "not-found", /2 images \(many:v1, other:v1\)/);
  await fails("docker-daemon:nothing:v1", "not-found", /no container engine here/);
  await fails(`docker://${registry.host}/team/nothing:v1`, "not-found", /has no (repository|tag)/);
  await fails(`oci:${folder.join("layout")}:v2`, "not-found", /has no image v2/);

  const cut = folder.join("cut.tar");
  await writeFile(cut, await readFile(folder.join("saved.tar")));
  await truncate(cut, 4000);
  await expect(read(cut)).rejects.toThrow(ImageError);

  // One byte of one layer.
  const [blob = ""] = (await readdir(folder.join("layout/blobs/sha256"), { withFileTypes: true }))
    .map(({ name }) => folder.join(`layout/blobs/sha256/${name}`))
    .toSorted();
  const bytes = await readFile(blob);
  await writeFile(blob, Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]));
  await expect(read(`oci:${folder.join("layout")}`)).rejects.toThrow(ImageError);
  await rm(blob);
  await expect(read(`oci:${folder.join("layout")}`)).rejects.toThrow(ImageError);
});

test("what buildah made of it, as the same files in one layer", async ({ skip }) => {
  requireAll(skip, "root", "buildah");
  if (reason !== undefined) skip(reason);
  const storage = ["--root", folder.join("store"), "--runroot", folder.join("run"), "--storage-driver", "vfs"];
  const buildah = (...args: readonly string[]): Promise<string> => command(["buildah", ...storage, ...args]);
  const container = (await buildah("from", "--quiet", `docker-archive:${folder.join("saved.tar")}`)).trim();
  await buildah("commit", "--quiet", "--squash", container, `oci:${folder.join("squashed")}:v1`);
  await buildah("rm", "--all");
  expect((await read(`oci:${folder.join("squashed")}:v1`)).files).toEqual((await read(folder.join("saved.tar"))).files);
});
