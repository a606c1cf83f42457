// Files that decide how a program starts, made to mislead or to hold whoever follows them.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ElfFile } from "../elf/elfFile.ts";
import type { Content, LayerEntry } from "../layer/layer.ts";
import { lookup } from "../rootfs/lookup.ts";
import { RootFs } from "../rootfs/rootFs.ts";
import type { ImageConfig } from "../source/config.ts";
import { parseConfig } from "../source/config.ts";
import { cachedLibraries } from "./ldCache.ts";
import type { Verdict } from "./verdict.ts";
import { why } from "./why.ts";

type File = Content | { readonly link: string };

function fileSystem(files: Readonly<Record<string, File>>): RootFs {
  const entries = Object.entries(files).map(([name, file]): LayerEntry => ({
    path: name,
    name,
    type: "link" in file ? "symlink" : "file",
    size: 1,
    mode: 0o755,
    uid: 0,
    gid: 0,
    link: "link" in file ? file.link : "",
    isSparse: false,
    hasCapabilities: false,
    content: "link" in file ? undefined : file,
    digest: undefined,
  }));
  const fs = new RootFs();
  fs.apply({ entries, diffId: "", size: 0 }, 0);
  return fs;
}

function started(files: Readonly<Record<string, File>>, config: object): Verdict {
  return why({ fs: fileSystem(files), config: configOf(config) });
}

function configOf(config: object): ImageConfig {
  return parseConfig(Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", config })), "made");
}

const program = (more: Partial<ElfFile> = {}): Content => ({
  kind: "elf",
  go: undefined,
  elf: {
    is64: true,
    isLittleEndian: true,
    machine: 62,
    type: "shared",
    interpreter: undefined,
    needed: [],
    soname: undefined,
    rpath: [],
    runpath: [],
    versionNeeds: [],
    versions: [],
    hasEntry: true,
    ...more,
  },
});
const script = (line: string): Content => ({ kind: "script", line });
const loader = "/lib64/ld-linux-x86-64.so.2";

test("a cache of the loader with anything in it", () => {
  const cache = (bytes: Uint8Array): string[] =>
    cachedLibraries(fileSystem({ "etc/ld.so.cache": { kind: "kept", bytes: Buffer.from(bytes) } }));
  const magic = [...Buffer.from("glibc-ld.so.cache1.1")];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(0xffff_ffff), (bytes, count) => {
      const head = Buffer.alloc(4);
      head.writeUInt32LE(count);
      const folders = cache(Uint8Array.from([...magic, ...head, ...bytes]));
      expect(folders.every((folder) => folder === "" || folder.startsWith("/"))).toBe(true);
    }),
    { numRuns: 500 },
  );
  // Entries that lie upon each other: each another place of one long text without an end.
  const long = Buffer.alloc(4 << 20, "/x");
  long.write("glibc-ld.so.cache1.1\xff\xff\xff\xff", 0, "latin1");
  for (let i = 0; i < 100_000; i++) long.writeUInt32LE(3_000_000 + 2 * i, 48 + i * 24 + 8);
  expect(cache(long).length).toBeLessThanOrEqual(1000);
});

test("links to links, in every direction: an end, and never at a link", () => {
  const part = fc.constantFrom("a", "b", "c", "..", ".", "");
  const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("/"));
  const target = fc.oneof(
    path,
    path.map((each) => `/${each}`),
  );
  const files = fc.dictionary(fc.constantFrom("a", "b", "c", "a/b", "b/c", "c/a", "a/b/c"), target);
  fc.assert(
    fc.property(files, target, (links, wanted) => {
      const fs = fileSystem(Object.fromEntries(Object.entries(links).map(([name, link]) => [name, { link }])));
      const found = lookup(fs, wanted);
      expect(found.ok ? found.node.type : found.error).not.toBe("symlink");
      expect(found.links.length).toBeLessThanOrEqual(41);
    }),
    { numRuns: 500 },
  );
});

test("a script that env leads back to: it would start itself without end", () => {
  const files = { "usr/bin/env": program(), "bin/run": script("/usr/bin/env other"), "bin/other": { link: "run" } };
  expect(started(files, { Entrypoint: ["run"] }).obstacle).toMatchObject({
    cause: "link-loop",
    error: "env: 'other': Argument list too long",
  });
  // busybox is its own env and its own shell.
  const busybox = { "bin/busybox": program(), "usr/bin/env": { link: "/bin/busybox" }, "bin/sh": { link: "busybox" } };
  const good = { ...busybox, run: script("/usr/bin/env sh") };
  expect(started(good, { Entrypoint: ["/run"] }).obstacle).toBeUndefined();
});

test("libraries that need each other, and more folders than any loader looks through", () => {
  const circle = {
    app: program({ interpreter: loader, needed: ["a.so"] }),
    [loader.slice(1)]: program(),
    "lib/a.so": program({ needed: ["b.so", "a.so"] }),
    "lib/b.so": program({ needed: ["a.so"] }),
  };
  expect(started(circle, { Entrypoint: ["/app"] }).obstacle).toBeUndefined();

  const names = Array.from({ length: 1000 }, (_, nth) => `${nth}.so`);
  const many = {
    app: program({ interpreter: loader, needed: names }),
    [loader.slice(1)]: program(),
    ...Object.fromEntries(names.map((name) => [`lib/${name}`, program()])),
  };
  const path = Array.from({ length: 20_000 }, (_, nth) => `/${nth}`).join(":");
  const start = (): unknown => started(many, { Entrypoint: ["/app"], Env: [`LD_LIBRARY_PATH=${path}`] });
  expect(start).toThrow(expect.objectContaining({ code: "too-large" }));
});

test("a PATH without end", () => {
  const path = "/x".repeat(2000).concat(":").repeat(5000);
  const { obstacle } = started({ app: program() }, { Entrypoint: ["app"], Env: [`PATH=${path}`] });
  expect(obstacle?.cause).toBe("not-in-path");
  expect(obstacle?.reason.length).toBeLessThan(100_000);
});

test("users and groups whose numbers are none", () => {
  const passwd = "odd:x:one:two::/:\nshort:x\n:x:1:1::/:\n";
  const files: Record<string, File> = { app: program(), "etc/passwd": { kind: "kept", bytes: Buffer.from(passwd) } };
  // As the engines have it: what is no number is 0.
  expect(started(files, { Entrypoint: ["/app"], User: "odd" })).toMatchObject({ verdict: "starts", uid: 0 });
  expect(started(files, { Entrypoint: ["/app"], User: "short" }).obstacle?.cause).toBe("missing-user");
});
