// The file system that layers come to, against the one that a real engine makes of them: `docker export` of a container, unpacked
// by tar, file by file.
import { lstat, readdir, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readImage } from "../../src/image/readImage.ts";
import { walk } from "../../src/image/rootfs/walk.ts";
import { openImage } from "../../src/image/source/openImage.ts";
import { ownPlatform } from "../../src/image/source/platform.ts";
import { command } from "../harness/command.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { writeEvidence } from "../harness/evidence.ts";
import { imageNeeds, loadDebian, loadGolang } from "../harness/images.ts";
import { missing } from "../harness/require.ts";
import { TempDir } from "../harness/tempDir.ts";
import { madeLayers } from "./madeLayers.ts";
import { makePrograms, programNeeds } from "./programs.ts";
import { type MadeImage, saveImages } from "./savedImage.ts";
import { startCases } from "./startCases.ts";
import type { TarMember } from "./tarFile.ts";

const isLong = process.env["FAIRLEAD_LONG"] === "1";
const reason = missing(...DockerEngine.needs, ...imageNeeds, ...programNeeds);

const file = (name: string, content = "x", more: Partial<TarMember> = {}): TarMember => ({ name, content, ...more });
const folder = (name: string, mode = 0o755): TarMember => ({ name, type: "directory", mode });

const written: readonly MadeImage[] = [
  {
    tag: "whiteouts",
    layers: [
      [file("a"), folder("d"), file("d/b"), file("d/c")],
      [file(".wh.a"), folder("d"), file("d/.wh.b")],
    ],
  },
  {
    tag: "opaque",
    layers: [
      [folder("d"), file("d/b"), folder("d/e"), file("d/e/f")],
      [folder("d", 0o700), file("d/.wh..wh..opq"), file("d/new")],
    ],
  },
  { tag: "back", layers: [[file("a", "old")], [file(".wh.a")], [file("a", "new one", { mode: 0o600 })]] },
  {
    tag: "kinds",
    layers: [
      [file("a"), folder("b"), file("b/c"), { name: "l", type: "symlink", link: "b" }],
      [folder("a"), file("a/x"), file("b", "file now"), folder("l"), file("l/y")],
    ],
  },
  {
    tag: "links",
    layers: [
      [file("a", "one"), { name: "b", type: "hardlink", link: "a" }, { name: "c", type: "symlink", link: "/nowhere" }],
      [file("a", "other")],
    ],
  },
  {
    tag: "modes",
    layers: [
      [file("s", "x", { mode: 0o6755 }), folder("t", 0o1777), file("z", "x", { mode: 0, uid: 65534 })],
      [folder("t", 0o700)],
    ],
  },
  {
    tag: "names",
    layers: [
      [folder("é"), file(`é/${"long".repeat(40)}`), file("two  blanks"), file("-option")],
      [file(`é/.wh.${"long".repeat(40)}`)],
    ],
  },
];

describe("as docker export has it", { timeout: 900_000 }, () => {
  let engine: DockerEngine;
  let scratch: TempDir;
  beforeAll(async () => {
    if (reason !== undefined) return;
    engine = await DockerEngine.start();
    scratch = await TempDir.create("trees");
  });
  afterAll(async () => {
    if (reason !== undefined) return;
    await engine[Symbol.asyncDispose]();
    await scratch[Symbol.asyncDispose]();
  });

  const compared: string[] = [];
  afterAll(async () => {
    if (!isLong || compared.length === 0) return;
    const head =
      "# Images' file systems\n\nPath, type, size, mode, owner, link and hard links of every file, as `docker export` and tar have them: equal for\n\n| image | layers | files |\n|---|---:|---:|\n";
    await writeEvidence("image-trees", `${head}${compared.join("\n")}\n`);
  });

  /** `archive`: the same image as a file; it is asked of the engine where there is none. */
  async function expectSame(tag: string, archive?: string): Promise<void> {
    const id = (await engine.docker(["create", "--network", "none", tag, "/none"])).trim();
    const root = scratch.join(`root-${compared.length}`);
    const tar = `${root}.tar`;
    await command(["mkdir", root]);
    await engine.docker(["export", "--output", tar, id]);
    await engine.docker(["rm", id]);
    await command(
      ["tar", "--extract", "--file", tar, "--directory", root, "--same-owner", "--same-permissions", "--numeric-owner"],
      { timeout: 600_000 },
    );
    const theirs = await realTree(root);
    await command(["rm", "-rf", root, tar]);
    const reference = archive === undefined ? `docker-daemon:${tag}` : `docker-archive:${archive}:${tag}`;
    await using source = await openImage(reference, {
      platform: ownPlatform(),
      env: { ...process.env, ...engine.env },
      registry: () => ({ login: () => Promise.resolve(undefined), insecure: false }),
    });
    const { fs } = await readImage(source);
    const ours = linesOf([...walk(fs)].map(({ path, node }) => ({ path, key: node, ...node })));
    expect(ours, tag).toEqual(theirs);
    compared.push(`| ${tag} | ${source.layers.length} | ${ours.length} |`);
  }

  async function load(images: readonly MadeImage[]): Promise<string> {
    const archive = scratch.join(`images-${images[0]?.tag.replace(":", "-")}.tar`);
    await writeFile(archive, saveImages(images));
    await engine.docker(["load", "--quiet", "--input", archive]);
    return archive;
  }

  test("layers written for it", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    const images = written.map((image) => ({ ...image, tag: `${image.tag}:tree` }));
    const archive = await load(images);
    for (const { tag } of images) await expectSame(tag, archive);
  });

  test("layers made up", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    const seeds = Array.from({ length: isLong ? 40 : 6 }, (_, i) => i);
    const images = seeds.map((seed) => ({ tag: `made-${seed}:tree`, layers: madeLayers(seed, 2 + (seed % 6)) }));
    const archive = await load(images);
    for (const { tag } of images) await expectSame(tag, archive);
  });

  const ofReal = (): void =>
    test("real ones", async ({ skip }) => {
      if (reason !== undefined) skip(reason);
      await loadDebian(engine);
      await loadGolang(engine, "golang:tree");
      await expectSame("golang:tree");
      const base =
        (await engine.docker(["images", "--format", "{{.Repository}}:{{.Tag}}", "debian"])).split("\n")[0] ?? "";
      await writeFile(
        scratch.join("Dockerfile"),
        `FROM ${base}\nRUN rm -rf /usr/share/zoneinfo && ln -s /etc /usr/share/zoneinfo\nRUN chmod 4755 /bin/ls && chown 7:8 /etc/passwd && mv /etc/apt /opt/apt\nRUN rm -rf /opt/apt && mkdir /opt/apt && ln /bin/ls /opt/apt/ls\n`,
      );
      await engine.docker(["build", "--quiet", "--tag", "built:tree", scratch.path], { timeout: 600_000 });
      await expectSame("built:tree");
      const cases = startCases(await makePrograms()).map(({ name, layers, config }) => ({
        tag: `${name}:tree`,
        layers,
        config,
      }));
      const archive = await load(cases.slice(0, 30));
      for (const { tag } of cases.slice(0, 30)) await expectSame(tag, archive);
    });
  // Half a gigabyte each: not in an ordinary run.
  if (isLong) ofReal();
});

/** What an engine itself puts into a container. */
const engines = /^\/(?:\.dockerenv|dev(?:\/.*)?|proc|sys|etc\/(?:hosts|hostname|resolv\.conf|mtab)|etc)$/;

interface TreeFile {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly link: string;
  /** The same for the names of one file. */
  readonly key: unknown;
}

function linesOf(files: readonly TreeFile[]): string[] {
  const firstName = new Map<unknown, string>();
  return files
    .filter(({ path }) => !engines.test(path))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, type, mode, uid, gid, size, link, key }) => {
      if (!firstName.has(key)) firstName.set(key, path);
      const bytes = type === "file" ? size : 0;
      // The mode of a link means nothing, and tar gives it none.
      const rights = type === "symlink" ? "" : (mode & 0o7777).toString(8);
      return `${path} ${type} ${rights} ${uid}:${gid} ${bytes} ${link} ${firstName.get(key) === path ? "" : `= ${firstName.get(key)}`}`.trimEnd();
    });
}

async function realTree(root: string): Promise<string[]> {
  const files: TreeFile[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const found = await lstat(path);
    const type = found.isDirectory()
      ? "directory"
      : found.isSymbolicLink()
        ? "symlink"
        : found.isFile()
          ? "file"
          : "other";
    files.push({
      path: path.slice(root.length),
      type,
      mode: found.mode,
      uid: found.uid,
      gid: found.gid,
      size: found.size,
      link: type === "symlink" ? await readlink(path) : "",
      key: `${found.dev} ${found.ino}`,
    });
  }
  return linesOf(files);
}
