import { describe, expect, test } from "vitest";
import type { LayerEntry } from "../layer/layer.ts";
import { allows, lookup } from "./lookup.ts";
import { RootFs } from "./rootFs.ts";

function entry(name: string, more: Partial<LayerEntry> = {}): LayerEntry {
  return {
    path: name,
    name,
    type: "file",
    size: 0,
    mode: 0o755,
    uid: 0,
    gid: 0,
    link: "",
    isSparse: false,
    hasCapabilities: false,
    content: undefined,
    digest: undefined,
    ...more,
  };
}

const folder = (name: string, mode = 0o755): LayerEntry => entry(name, { type: "directory", mode });
const link = (name: string, to: string): LayerEntry => entry(name, { type: "symlink", link: to });

function fileSystem(...layers: readonly (readonly LayerEntry[])[]): RootFs {
  const fs = new RootFs();
  for (const [index, entries] of layers.entries()) fs.apply({ entries, diffId: "", size: 0 }, index);
  return fs;
}

describe("layers", () => {
  test("a whiteout takes away what lies below, not what its own layer brings", () => {
    const fs = fileSystem([entry("a/b/c"), entry("x")], [entry("a/b/new"), entry("a/.wh.b"), entry(".wh.x")]);
    expect(lookup(fs, "/a/b/c")).toMatchObject({ ok: false, error: "ENOENT" });
    expect(lookup(fs, "/a/b/new")).toMatchObject({ ok: true, node: { layer: 1 } });
    expect(fs.removedBy("x")).toEqual({ name: "x", layer: 1 });
    expect(fs.removedBy("a/b/c")).toEqual({ name: "a/b", layer: 1 });
  });

  test("an opaque folder hides all that was in it", () => {
    const fs = fileSystem([entry("a/one"), entry("a/two/three")], [entry("a/.wh..wh..opq"), entry("a/four")]);
    expect([...(fs.root.children?.get("a")?.children?.keys() ?? [])]).toEqual(["four"]);
    expect(fs.removedBy("a/two/three")).toEqual({ name: "a/two", layer: 1 });
  });

  test("a folder keeps its children when it is told anew; a file in its place ends them", () => {
    const fs = fileSystem([entry("a/b")], [folder("a", 0o700)], [entry("a")]);
    expect(lookup(fs, "/a/b")).toMatchObject({ ok: false, error: "ENOTDIR", at: "/a" });
    expect(lookup(fileSystem([entry("a/b")], [folder("a", 0o700)]), "/a/b")).toMatchObject({ ok: true });
  });

  test("a hard link is the same file, from whatever layer", () => {
    const fs = fileSystem([entry("a", { size: 7 })], [entry("b", { type: "hardlink", link: "/a" })], [entry(".wh.a")]);
    expect(lookup(fs, "/b")).toMatchObject({ ok: true, node: { size: 7, layer: 0 } });
  });
});

describe("looking up", () => {
  const fs = fileSystem([
    entry("usr/bin/env"),
    link("bin", "usr/bin"),
    link("loop", "/loop"),
    link("up", "../../../../usr/bin/env"),
    link("gone", "usr/nothing/at/all"),
    folder("closed", 0o700),
    entry("closed/file"),
    entry("own", { uid: 7, gid: 8, mode: 0o640 }),
  ]);

  test.each([
    ["/bin/env", { ok: true, path: "/usr/bin/env" }],
    ["bin/../bin/./env", { ok: true, path: "/usr/bin/env" }],
    ["/up", { ok: true, path: "/usr/bin/env" }],
    ["/../../usr", { ok: true, path: "/usr" }],
    ["/loop", { ok: false, error: "ELOOP" }],
    ["/gone", { ok: false, error: "ENOENT", at: "/usr/nothing" }],
    ["/usr/bin/env/", { ok: false, error: "ENOTDIR" }],
    ["/usr/bin/env/x", { ok: false, error: "ENOTDIR", at: "/usr/bin/env" }],
    ["/closed/file", { ok: true }],
  ])("%s", (path, expected) => expect(lookup(fs, path)).toMatchObject(expected));

  test("folders that a user may not enter are in the way", () => {
    expect(lookup(fs, "/closed/file", { uid: 7, gids: [7] })).toMatchObject({
      ok: false,
      error: "EACCES",
      at: "/closed",
    });
  });

  test("permissions: the owner's bits, else the group's, else the others'", () => {
    const own = lookup(fs, "/own");
    if (!own.ok) throw new Error("own is there");
    const rights = (uid: number, gid: number): boolean[] =>
      [4, 2, 1].map((bit) => allows(own.node, bit === 4 ? 4 : bit === 2 ? 2 : 1, { uid, gids: [gid] }));
    expect(rights(7, 1)).toEqual([true, true, false]);
    expect(rights(1, 8)).toEqual([true, false, false]);
    expect(rights(1, 1)).toEqual([false, false, false]);
    expect(rights(0, 0)).toEqual([true, true, false]);
  });
});
