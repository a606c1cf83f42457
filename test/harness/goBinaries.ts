import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { GoTool } from "./goTools.ts";
import { testModule } from "./testModule.ts";

const run = promisify(execFile);

/** How a program is to be built. */
export interface BinaryOptions {
  readonly go: GoTool;
  readonly goos: string;
  readonly goarch: string;
  readonly flags?: readonly string[];
  readonly cgo?: boolean;
}

const main = `package main

import (
	"example.com/dep"
	"example.com/folder"
	old "example.com/old"
)

func main() { println(fixture.Version, folder.Name, old.Version) }
`;

/** Requirements of all kinds: plain, replaced by a folder, replaced by another module. */
const goMod = `module example.com/program

go 1.18

require (
	example.com/dep v1.2.3
	example.com/folder v0.1.0
	example.com/old v1.0.0
)

replace (
	example.com/folder => ./folder
	example.com/old => example.com/new v1.5.0
)
`;

/**
 * Builds a small program with three dependencies, and gives its path. The same options give the same file: it is built once
 * on a machine, with the machine's build cache.
 */
export async function goBinary(options: BinaryOptions): Promise<string> {
  const { go, goos, goarch, flags = [], cgo = false } = options;
  const sources = createHash("sha256").update(main).update(goMod).digest("hex").slice(0, 8);
  const cache = join(tmpdir(), "fairlead-binaries", `${go.version}-${sources}`);
  const name = [goos, goarch, ...flags].join("_").replaceAll(/[^A-Za-z0-9_]+/g, "-");
  const program = join(cache, name);
  if (await exists(program)) return program;
  const folder = join(cache, `${name}-${process.pid}`);
  await writeSources(folder);
  await run(go.command, ["build", "-o", join(folder, "program"), ...flags, "."], {
    cwd: folder,
    timeout: 300_000,
    env: {
      PATH: `${dirname(go.command)}:${process.env["PATH"] ?? ""}`,
      HOME: process.env["HOME"] ?? folder,
      GOPROXY: `file://${folder}/proxy`,
      GOMODCACHE: join(folder, "mod"),
      GOSUMDB: "off",
      GOFLAGS: "-mod=mod -modcacherw",
      GOENV: "off",
      GOTOOLCHAIN: "local",
      GOOS: goos,
      GOARCH: goarch,
      CGO_ENABLED: cgo ? "1" : "0",
    },
  });
  await rename(join(folder, "program"), program);
  await rm(folder, { recursive: true, force: true });
  return program;
}

async function writeSources(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "folder"), { recursive: true });
  await writeFile(join(folder, "go.mod"), goMod);
  await writeFile(join(folder, "main.go"), main);
  await writeFile(join(folder, "folder/go.mod"), "module example.com/folder\n");
  await writeFile(join(folder, "folder/folder.go"), 'package folder\n\nconst Name = "folder"\n');
  for (const [path, version] of [
    ["example.com/dep", "v1.2.3"],
    ["example.com/new", "v1.5.0"],
  ] as const) {
    const module = testModule(path, version);
    const at = join(folder, "proxy", path, "@v");
    await mkdir(at, { recursive: true });
    await writeFile(join(at, `${version}.info`), module.info);
    await writeFile(join(at, `${version}.mod`), module.mod);
    await writeFile(join(at, `${version}.zip`), module.zip);
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
