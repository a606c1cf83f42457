/**
 * Making module zips, unpacking them and hashing folders, against golang.org/x/mod/zip and sumdb/dirhash: the same files
 * left out and refused in the same words; zips equal byte for byte when the deflate streams are Go's.
 */
import { createHash, hash } from "node:crypto";
import { crc32 } from "node:zlib";
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import * as dirhash from "../../src/gomod/dirhash.ts";
import type { FileType } from "../../src/gomod/fileTree.ts";
import * as module from "../../src/gomod/module.ts";
import { compareBytewise } from "../../src/gomod/utf8.ts";
import * as zip from "../../src/gomod/zip.ts";
import { moduleSource, type Oracle, startOracle } from "../oracle/oracle.ts";
import { fullVersion, modulePath, version } from "./arbitraries.ts";
import { buildZip } from "./buildZip.ts";
import { caseCount, expectAgreement, isLong, sample, writeAgreements } from "./differential.ts";
import { type MemoryFile, memoryTree } from "./memoryTree.ts";
import { bytesReader, nodeZipPorts } from "./nodeZip.ts";

let oracle: Oracle;
beforeEach(async ({ skip }) => {
  oracle ??= await startOracle({ skip }, "modules");
});
afterAll(async () => {
  oracle?.close();
  await writeAgreements("gomod-zip-files", "Files of module zips against golang.org/x/mod/zip");
});

/** Cases that cost Go a few turns to the disk each. */
const onDisk = isLong ? 20_000 : 300;

const content = fc.constantFrom("", "package m\n", "x".repeat(2000), "module example.com/m\n");
const goMods = ["", "1.13", "1.23.4", "1.24rc1", "1.24", "1.25.1", "x"].map((go) =>
  go === "" ? "module example.com/m\n" : `module example.com/m\n\ngo ${go}\n`,
);
const goMod = fc.constantFrom(...goMods, "module (");
const element = fc.constantFrom(
  "a",
  "b",
  "vendor",
  "vendor",
  "x.go",
  "A",
  "ü",
  "modules.txt",
  "go.mod",
  ".git",
  "sub",
  "~t",
);
const path = fc.oneof(
  { weight: 6, arbitrary: fc.array(element, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/")) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "vendor/modules.txt",
      "x/vendor/y/z.go",
      "x/vendor/y.go",
      "vendor/a/b.go",
      "LICENSE",
      "sub/go.mod",
      "sub/GO.MOD",
      "GO.MOD",
      ".hg_archival.txt",
      "a.go",
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom("/a", "a/../b", "a//b", "./a", "", "a/", "con", "a\\b", "a'", "\udcff") },
);
const type = fc.constantFrom<FileType>("file", "file", "file", "file", "file", "file", "symlink", "directory", "other");

interface ListedFile extends MemoryFile {
  readonly size: number;
}

const listed: Arbitrary<ListedFile> = fc
  .tuple(path, type, content, fc.constantFrom(0, 0, 0, 0, 0, 0, -1, 1, 17 << 20, 400 << 20))
  .map(([path, type, content, more]) => ({ path, type, content, size: Buffer.from(content).length + more }));
const rootGoMod = goMod.map((content): ListedFile => ({ path: "go.mod", type: "file", content, size: content.length }));
const fileList = fc
  .tuple(fc.option(rootGoMod, { freq: 3 }), fc.array(listed, { maxLength: 8, size: "max" }), fc.nat(8))
  .map(([goMod, files, at]) => (goMod === null ? files : files.toSpliced(at, 0, goMod)));

/** Files that don't lie about themselves, so that a zip comes out of most lists. */
const honestList = fileList.map((files) => {
  const seen = new Set<string>();
  return files
    .filter(({ path }) => /^[a-z]/.test(path) && !/'|\\|\/\/|\.\.|con|\/$/.test(path))
    .map((file) => ({ ...file, size: Buffer.from(file.content).length }))
    .filter(({ path }) => {
      const isNew =
        !seen.has(path.toLowerCase()) && ![...seen].some((p) => p.startsWith(`${path}/`) || path.startsWith(`${p}/`));
      seen.add(path.toLowerCase());
      return isNew;
    });
});

function flatten(files: readonly ListedFile[]): string[] {
  return files.flatMap(({ path, type, size, content }) => [path, type, String(size), content]);
}

function parseList(args: readonly string[]): zip.ModuleFile[] {
  const files: zip.ModuleFile[] = [];
  for (let i = 0; i + 3 < args.length; i += 4) {
    const [path = "", type = "", size = "", content = ""] = args.slice(i, i + 4);
    files.push({ path, type: parseType(type), size: Number(size), open: () => [Buffer.from(content)] });
  }
  return files;
}

function parseType(text: string): FileType {
  return text === "directory" || text === "symlink" || text === "other" ? text : "file";
}

function parseTree(args: readonly string[]): MemoryFile[] {
  const files: MemoryFile[] = [];
  for (let i = 0; i + 2 < args.length; i += 3) {
    const [path = "", type = "", content = ""] = args.slice(i, i + 3);
    files.push({ path, type: parseType(type), content });
  }
  return files;
}

function summary({ valid, omitted, invalid, sizeError }: zip.CheckedFiles): unknown {
  const texts = (list: readonly zip.FileError[]): string[] => list.map(({ path, message }) => `${path}: ${message}`);
  return {
    valid: valid.map(({ path }) => path),
    omitted: texts(omitted),
    invalid: texts(invalid),
    sizeError: sizeError ?? "",
  };
}

/** Go's compressor, for contents that it was asked about before. */
class GoDeflate {
  readonly #streams = new Map<string, Buffer>();

  async learn(contents: readonly string[]): Promise<void> {
    const fresh = [...new Set(contents)].filter((content) => !this.#streams.has(content));
    const answers = await oracle.ask(
      "flate",
      fresh.map((content) => [content]),
    );
    for (const [i, content] of fresh.entries()) {
      this.#streams.set(content, Buffer.from(String(answers[i]?.value), "base64"));
    }
  }

  get ports(): zip.CreatePorts {
    const streams = this.#streams;
    return {
      crc32,
      async *deflate(chunks) {
        const parts: Uint8Array[] = [];
        for await (const chunk of chunks) parts.push(chunk);
        yield streams.get(Buffer.concat(parts).toString()) ?? Buffer.alloc(0);
      },
    };
  }
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts).toString("base64");
}

describe("lists of files", { timeout: 900_000 }, () => {
  it("CheckFiles", async () => {
    const cases = sample(fileList, caseCount / 2).map(flatten);
    await expectAgreement(oracle, "zip.checkFileList", cases, async (...args) =>
      summary(await zip.checkFiles(parseList(args))),
    );
  });

  it("Create", async () => {
    const names = fc.oneof(
      { weight: 8, arbitrary: fc.constant(["example.com/m", "v1.0.0"]) },
      { weight: 1, arbitrary: fc.tuple(modulePath, fullVersion) },
    );
    const lists = fc.oneof({ weight: 4, arbitrary: honestList }, { weight: 1, arbitrary: fileList });
    const cases = sample(fc.tuple(names, lists), caseCount / 4).map(([names, files]) => [...names, ...flatten(files)]);
    const go = new GoDeflate();
    await go.learn(cases.flatMap((args) => args.slice(2).filter((_, i) => i % 4 === 3)));
    let made = 0;
    await expectAgreement(oracle, "zip.createModule", cases, async (path = "", version = "", ...args) => {
      const bytes = await collect(zip.create(path, version, parseList(args), go.ports));
      made++;
      return bytes;
    });
    expect(made).toBeGreaterThan(cases.length / 3);
  });

  it("makes zip64 records for very many files", async () => {
    const files = Array.from({ length: 65_535 }, (_, i) => [`f${i}`, "file", "0", ""]).flat();
    const go = new GoDeflate();
    await go.learn([""]);
    const [answer] = await oracle.ask("zip.createModule", [["example.com/m", "v1.0.0", ...files]]);
    const own = await collect(zip.create("example.com/m", "v1.0.0", parseList(files), go.ports));
    expect(own === answer?.value).toBe(true);
  });
});

describe("folders", { timeout: 900_000 }, () => {
  const treeType = fc.constantFrom<FileType>("file", "file", "file", "file", "symlink", "directory");
  const treeElement = fc.constantFrom(
    "a",
    "b",
    "vendor",
    "x.go",
    "A",
    "ü",
    "a.go",
    "modules.txt",
    "go.mod",
    ".git",
    ".hg",
    "sub",
    "a-b",
  );
  const treePath = fc.array(treeElement, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
  /** What a disk can hold: no file where a folder is needed. */
  const tree = fc
    .tuple(
      fc.option(goMod, { freq: 3 }),
      fc.array(fc.tuple(treePath, treeType, content), { maxLength: 10, size: "max" }),
    )
    .map(([goMod, entries]) => {
      const files: MemoryFile[] = goMod === null ? [] : [{ path: "go.mod", type: "file", content: goMod }];
      for (const [path, type, content] of entries) {
        const conflicts = files.some(
          (file) =>
            file.path === path ||
            file.path.startsWith(`${path}/`) ||
            (file.type !== "directory" && path.startsWith(`${file.path}/`)),
        );
        if (!conflicts) files.push({ path, type, content: type === "symlink" ? "a" : content });
      }
      return files.flatMap(({ path, type, content }) => [path, type, content]);
    });
  // Each is a folder on disk.
  const trees = sample(tree, onDisk);

  it("CheckDir", async () => {
    await expectAgreement(oracle, "zip.checkDir", trees, async (...args) =>
      summary(await zip.checkDir(memoryTree(parseTree(args)))),
    );
  });

  it("CreateFromDir", async () => {
    const go = new GoDeflate();
    await go.learn(trees.flatMap((args) => args.filter((_, i) => i % 3 === 2)));
    const cases = trees.map((args) => ["example.com/m", "v1.0.0", ...args]);
    await expectAgreement(oracle, "zip.createFromDir", cases, (path = "", version = "", ...args) =>
      collect(zip.createFromDir(path, version, memoryTree(parseTree(args)), go.ports)),
    );
  });

  it("HashDir", async () => {
    const cases = trees
      .map((args) =>
        parseTree(args)
          .filter(({ type }) => type !== "symlink")
          .flatMap(({ path, type, content }) => [path, type, content]),
      )
      .map((args) => ["example.com/m@v1.0.0", ...args]);
    const ports: dirhash.HashPorts = {
      sha256: (data) => hash("sha256", data, "hex"),
      createSha256() {
        const sha256 = createHash("sha256");
        return { update: (chunk) => void sha256.update(chunk), digest: () => sha256.digest("hex") };
      },
    };
    await expectAgreement(oracle, "dirhash.hashDir", cases, (prefix = "", ...args) =>
      dirhash.hashDir(memoryTree(parseTree(args)), prefix, ports),
    );
  });
});

/** What is in a zip when it is unpacked: path, content, path, content, … */
async function unpack(bytes: Buffer, path: string, version: string): Promise<string[]> {
  const files = new Map<string, string>();
  await zip.unzip(bytesReader(bytes), path, version, nodeZipPorts, {
    create(path) {
      const parts: Uint8Array[] = [];
      return {
        write: (chunk) => void parts.push(Uint8Array.from(chunk)),
        close: () => void files.set(path, Buffer.concat(parts).toString()),
        abort: () => undefined,
      };
    },
  });
  const byElement = (path: string): string => path.replaceAll("/", "\0");
  return [...files].sort(([a], [b]) => compareBytewise(byElement(a), byElement(b))).flat();
}

describe("unpacking", { timeout: 900_000 }, () => {
  it("Unzip", async () => {
    const name = fc.tuple(
      fc.constantFrom("a", "b/c", "b/d", "go.mod", "b/GO.MOD", "A", "x/", "../y", "e.go"),
      fc.nat(20),
    );
    const file = fc.record(
      {
        name: name.map(([name, lost]) => (lost === 0 ? name : `example.com/m@v1.0.0/${name}`)),
        content: fc.constantFrom("", "package m\n", "y".repeat(3000)),
        method: fc.constantFrom(0, 8),
        dataDescriptor: fc.constantFrom<"signed" | "bare">("signed", "bare"),
      },
      { requiredKeys: ["name", "content"] },
    );
    const files = fc.uniqueArray(file, { selector: ({ name }) => name, maxLength: 5 });
    const cases = sample(fc.tuple(files, fc.nat(30)), onDisk).map(([files, lie]) => {
      const told = lie < 3 ? files.map((file) => ({ ...file, uncompressedSize: 9 + lie })) : files;
      const kept = told.map((file) => (file.name.endsWith("/") ? { ...file, content: "", uncompressedSize: 0 } : file));
      return [buildZip(kept).toString("base64"), "example.com/m", "v1.0.0"];
    });
    let unpacked = 0;
    await expectAgreement(
      oracle,
      "zip.unzip",
      cases,
      async (bytes = "", path = "", version = "") => {
        const files = await unpack(Buffer.from(bytes, "base64"), path, version);
        unpacked++;
        return files;
      },
      // Of damaged data, the texts are ours.
      () => "refused",
    );
    expect(unpacked).toBeGreaterThan(cases.length / 10);
  });

  it("gives back what was packed", async () => {
    const files = parseList(["go.mod", "file", "21", "module example.com/m\n", "a/b.go", "file", "10", "package b\n"]);
    const go = new GoDeflate();
    await go.learn(["module example.com/m\n", "package b\n"]);
    const bytes = Buffer.from(await collect(zip.create("example.com/m", "v1.0.0", files, go.ports)), "base64");
    expect(await unpack(bytes, "example.com/m", "v1.0.0")).toEqual([
      "a/b.go",
      "package b\n",
      "go.mod",
      "module example.com/m\n",
    ]);
  });
});

describe("golang.org/x/mod's own files", () => {
  it.for(["check_files", "check_dir", "create", "create_from_dir"])("%s", async (folder, { skip }) => {
    const source = await moduleSource({ skip });
    const [answer] = await oracle.ask("zip.testfiles", [[source, folder]]);
    const tests = Array.isArray(answer?.value) ? answer.value : [];
    expect(tests.length).toBeGreaterThan(3);
    for (const test of tests) {
      const { name, comment, parts } = parseTest(test);
      const setting = (key: string): string => new RegExp(`^${key}=(.*)$`, "m").exec(comment)?.[1] ?? "";
      const [path, version] = [setting("path"), setting("version")];
      const isDir = folder.endsWith("dir");
      const args = isDir
        ? parts.flatMap((part, i) => (i % 2 === 0 ? [part, "file"] : [part]))
        : parts.flatMap((part, i) =>
            i % 2 === 0 ? [part, "file", String(Buffer.from(parts[i + 1] ?? "").length)] : [part],
          );
      const go = new GoDeflate();
      await go.learn(parts.filter((_, i) => i % 2 === 1));
      if (folder.startsWith("check")) {
        await expectAgreement(oracle, isDir ? "zip.checkDir" : "zip.checkFileList", [args], async (...args) =>
          summary(isDir ? await zip.checkDir(memoryTree(parseTree(args))) : await zip.checkFiles(parseList(args))),
        );
        continue;
      }
      let made = "";
      await expectAgreement(
        oracle,
        isDir ? "zip.createFromDir" : "zip.createModule",
        [[path, version, ...args]],
        async (path = "", version = "", ...args) => {
          const pieces = isDir
            ? zip.createFromDir(path, version, memoryTree(parseTree(args)), go.ports)
            : zip.create(path, version, parseList(args), go.ports);
          made = await collect(pieces);
          return made;
        },
      );
      if (setting("hash") !== "") {
        const bytes = Buffer.from(made, "base64");
        expect(await zip.hashZip(bytesReader(bytes), path, version, nodeZipPorts), name).toBe(setting("hash"));
      }
    }
  });
});

function parseTest(value: unknown): { name: string; comment: string; parts: string[] } {
  const field = (name: string): unknown => Reflect.get(Object(value), name);
  const parts = field("parts");
  return {
    name: String(field("name")),
    comment: String(field("comment")),
    parts: Array.isArray(parts) ? parts.map(String) : [],
  };
}

describe("modules", () => {
  it("module.Sort", async () => {
    const suffixed = fc
      .tuple(fc.oneof(fullVersion, version), fc.constantFrom("", "", "/go.mod", "/x"))
      .map((parts) => parts.join(""));
    const item = fc.tuple(fc.constantFrom("a.b/c", "a.b", "a.b/c/d", "é.b"), suffixed);
    const cases = sample(fc.array(item, { maxLength: 8, size: "max" }), caseCount / 4).map((list) => list.flat());
    await expectAgreement(oracle, "module.sort", cases, (...args) => {
      const list = args.flatMap((path, i) => (i % 2 === 0 ? [{ path, version: args[i + 1] ?? "" }] : []));
      return module.sort(list).map(({ path, version }) => `${path} ${version}`);
    });
  });
});
