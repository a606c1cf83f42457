/**
 * go.sum and modules.txt as the real go command writes them, for main modules of several Go versions, and as gosum and
 * vendor say they must be: `go mod tidy` and `go mod vendor` over a small world of modules in a folder.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as gosum from "../../src/gomod/gosum.ts";
import * as modfile from "../../src/gomod/modfile.ts";
import * as mvs from "../../src/gomod/mvs.ts";
import { compareBytewise } from "../../src/gomod/utf8.ts";
import * as vendor from "../../src/gomod/vendor.ts";
import type { ModuleVersion } from "../../src/gomod/version.ts";
import { GoSandbox } from "../harness/goSandbox.ts";
import { machineGo } from "../harness/goTools.ts";
import { TempDir } from "../harness/tempDir.ts";
import { infoOf } from "../harness/testModule.ts";
import { zipFile } from "../harness/zipFile.ts";

/** Modules by path@version: go.mod without its module line, and Go files. */
const world: Readonly<Record<string, { readonly goMod: string; readonly files: Readonly<Record<string, string>> }>> = {
  "example.test/a@v1.0.0": {
    goMod: "go 1.21\n\nrequire (\n\texample.test/b v1.1.0\n\texample.test/t v1.0.0\n)\n",
    files: {
      "a.go": 'package a\n\nimport _ "example.test/b"\n',
      "a_test.go": 'package a\n\nimport _ "example.test/t"\n',
    },
  },
  "example.test/b@v1.0.0": { goMod: "", files: { "b.go": "package b\n", "sub/sub.go": "package sub\n" } },
  "example.test/b@v1.1.0": { goMod: "go 1.18\n", files: { "b.go": "package b\n", "sub/sub.go": "package sub\n" } },
  "example.test/c@v1.0.0": {
    goMod: "go 1.16\n\nrequire (\n\texample.test/b v1.0.0\n\texample.test/d v1.0.0\n)\n",
    files: {
      "c.go": 'package c\n\nimport _ "example.test/b/sub"\n',
      "x/x.go": 'package x\n\nimport _ "example.test/d"\n',
    },
  },
  "example.test/d@v1.0.0": {
    goMod: "go 1.20\n\nrequire example.test/e v1.0.0\n",
    files: { "d.go": "package d\n", "y/y.go": 'package y\n\nimport _ "example.test/e"\n' },
  },
  "example.test/e@v1.0.0": { goMod: "go 1.20\n", files: { "e.go": "package e\n" } },
  "example.test/t@v1.0.0": { goMod: "go 1.12\n", files: { "t.go": "package t\n" } },
  "example.test/fork@v1.2.0": { goMod: "go 1.17\n", files: { "t.go": "package t\n" } },
};

const goModText = (name: string): string | undefined => {
  const module = world[name];
  return module && `module ${name.split("@")[0]}\n\n${module.goMod}`;
};

let proxy: TempDir;
let go: GoSandbox;

beforeAll(async () => {
  const tool = machineGo();
  if (tool === undefined) return;
  proxy = await TempDir.create("proxy");
  for (const [name, { files }] of Object.entries(world)) {
    const [path = "", version = ""] = name.split("@");
    const folder = proxy.join(path, "@v");
    await mkdir(folder, { recursive: true });
    const mod = Buffer.from(goModText(name) ?? "");
    const entries = [
      { name: `${name}/go.mod`, bytes: mod },
      ...Object.entries(files).map(([file, text]) => ({ name: `${name}/${file}`, bytes: Buffer.from(text) })),
    ];
    await writeFile(join(folder, `${version}.mod`), mod);
    await writeFile(join(folder, `${version}.info`), infoOf(version));
    await writeFile(join(folder, `${version}.zip`), zipFile(entries));
  }
  go = await GoSandbox.create({
    go: tool,
    proxy: pathToFileURL(proxy.path).href,
    env: { GONOSUMDB: "*", GOFLAGS: "-modcacherw" },
  });
});
afterAll(async () => {
  await go?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
});

beforeEach(({ skip }) => {
  if (go === undefined) skip("go is not on PATH");
});

async function run(folder: TempDir, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await go.run(args, folder.path);
  expect({ args, exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ args, exitCode: 0, stderr: "" });
  return stdout;
}

/** A tidy main module of this Go version. */
async function tidyModule(goVersion: string): Promise<TempDir> {
  const folder = await TempDir.create("main");
  const files = {
    "go.mod": `module example.test/main

go ${goVersion}

require (
	example.test/a v1.0.0
	example.test/c v1.0.0
)

replace example.test/t => example.test/fork v1.2.0

replace example.test/unused v1.0.0 => ./unused
`,
    "main.go": 'package main\n\nimport (\n\t_ "example.test/a"\n\t_ "example.test/c"\n)\n\nfunc main() {}\n',
    "main_test.go": 'package main\n\nimport _ "example.test/d/y"\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(folder.join(name), text);
  await run(folder, "mod", "tidy", `-compat=${goVersion}`);
  return folder;
}

/** The packages outside of the standard library that these need, their tests included. */
async function packagesOf(folder: TempDir, pattern: "all" | "./..."): Promise<{ path: string; mod: ModuleVersion }[]> {
  const format = "{{if and .Module (not .ForTest)}}{{.ImportPath}} {{.Module.Path}} {{.Module.Version}}{{end}}";
  const lines = (await run(folder, "list", "-mod=mod", "-deps", "-test", "-f", format, pattern)).split("\n");
  return lines
    .filter((line) => line !== "" && !/\.test /.test(line))
    .map((line) => {
      const [path = "", module = "", version = ""] = line.split(" ");
      return { path, mod: { path: module, version } };
    });
}

describe.each(["1.16", "1.17", "1.20", "1.21"])("with go %s", (goVersion) => {
  it("go.sum has the lines that are needed, and no other", async () => {
    await using folder = await tidyModule(goVersion);
    const file = modfile.parse("go.mod", await readFile(folder.join("go.mod")));
    const requirements = mvs.moduleRequirements(
      { file },
      { goMod: ({ path, version }) => goModText(`${path}@${version}`) ?? Promise.reject(new Error(path)) },
    );
    const { mains } = requirements.context;
    const needed = gosum.neededSums({
      requirements,
      graph: await requirements.graph(),
      // Tidying keeps what the tests of dependencies need; vendoring does not.
      packages: await packagesOf(folder, "all"),
      replacementOf: (mod) => mvs.replacementOf(mains, mod),
      isTidy: true,
      isUpdating: true,
    });
    const text = await readFile(folder.join("go.sum"), "utf8");
    const sums = gosum.parse("go.sum", text);
    expect(needed.map(gosum.keyOf).sort(compareBytewise)).toEqual([...sums.keys()].sort(compareBytewise));
    expect(gosum.format(sums)).toBe(text);
  });

  it("no line of go.sum can be left out", async () => {
    await using folder = await tidyModule(goVersion);
    const lines = (await readFile(folder.join("go.sum"), "utf8")).split(/(?<=\n)/);
    const unneeded: string[] = [];
    for (const line of lines) {
      await writeFile(folder.join("go.sum"), lines.filter((each) => each !== line).join(""));
      const { exitCode } = await go.run(["list", "-mod=readonly", "-deps", "-test", "all"], folder.path);
      if (exitCode === 0) unneeded.push(line);
    }
    expect(unneeded).toEqual([]);
  });

  it("modules.txt is written and held against go.mod as the go command does", async () => {
    await using folder = await tidyModule(goVersion);
    const file = modfile.parse("go.mod", await readFile(folder.join("go.mod")));
    const packages = await packagesOf(folder, "./...");
    const format = "{{.Path}} {{.Version}} {{.GoVersion}}";
    const listed = (await run(folder, "list", "-mod=mod", "-m", "-f", format, "all")).trim().split("\n");
    await run(folder, "mod", "vendor");
    const text = await readFile(folder.join("vendor", "modules.txt"), "utf8");

    const build = { mains: [{ file, filename: "go.mod" }] };
    const modules = listed
      .map((line) => line.split(" "))
      .filter(([, version]) => version !== "")
      .map(([path = "", version = "", goVersion = ""]) => ({
        mod: { path, version },
        goVersion,
        packages: packages.filter(({ mod }) => mod.path === path).map((each) => each.path),
      }));
    expect(vendor.format(vendor.vendoredModules(modules, build))).toBe(text);
    expect(vendor.format(vendor.parse(text).modules)).toBe(text);
    expect(vendor.checkConsistency(vendor.parse(text), build)).toEqual([]);

    const broken = text
      .replace("# example.test/b v1.1.0", "# example.test/b v1.0.0")
      .replace("fork v1.2.0", "fork v1.3.0");
    await writeFile(folder.join("vendor", "modules.txt"), broken);
    const { stderr } = await go.run(["list", "-mod=vendor", "./..."], folder.path);
    const found = vendor.checkConsistency(vendor.parse(broken), build);
    expect(stderr).toBe(`go: ${vendor.inconsistentVendoring(folder.path, found)}\n`);
  });
});
