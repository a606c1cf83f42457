import { existsSync } from "node:fs";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { readGitMoves } from "../../src/repo/gitMoves.ts";
import { GitRepository } from "../harness/gitRepository.ts";
import { TempDir } from "../harness/tempDir.ts";

const text = (name: string): string => `package ${name}\n\n// One\n// Two\n// Three\nfunc ${name}() {}\n`;

async function move(folder: string, from: string, to: string): Promise<void> {
  await mkdir(dirname(`${folder}/${to}`), { recursive: true });
  await rename(`${folder}/${from}`, `${folder}/${to}`);
}

test("files are followed through commits to the index, modules through their names; nothing of the repository is run", async () => {
  await using dir = await TempDir.create("moves");
  const repository = await GitRepository.create(dir.join("repo"), "example.com/old");
  const { path } = repository;
  await repository.commit(
    { "app/a b.go": text("a"), "app/é.go": text("eacute"), "app/go.mod": "module example.com/old/app\n" },
    "Files",
  );
  await move(path, "app/a b.go", "app/x/b.go");
  await move(path, "app/é.go", "app/x/ü.go");
  await repository.commit({ "app/go.mod": "module example.com/new/app // renamed\n" }, "Move");
  await move(path, "app/x/b.go", "app/y/c.go");
  await repository.commit({ "go.mod": 'module "example.com/new"\n\ngo 1.18\n' }, "Move again");
  await repository.git("mv", "app/y", "app/z");

  const ran = dir.join("ran");
  await writeFile(dir.join("program"), `#!/bin/sh\necho "$@" >> ${ran}\ncat "$1" 2>/dev/null\n`);
  await chmod(dir.join("program"), 0o755);
  await writeFile(`${path}/.git/info/attributes`, "* diff=x filter=x\n");
  for (const name of [
    "diff.external",
    "diff.x.textconv",
    "diff.x.command",
    "core.fsmonitor",
    "core.pager",
    "filter.x.clean",
  ])
    await repository.git("config", name, dir.join("program"));
  await repository.git("config", "diff.noprefix", "true");

  const { files, modules } = await readGitMoves(path);
  expect(Object.fromEntries(files)).toEqual({
    "app/a b.go": "app/z/c.go",
    "app/x/b.go": "app/z/c.go",
    "app/y/c.go": "app/z/c.go",
    "app/é.go": "app/x/ü.go",
  });
  expect(modules.map((each) => `${each.folder}: ${each.path}`).toSorted()).toEqual([
    ": example.com/new",
    ": example.com/old",
    "app: example.com/new/app",
    "app: example.com/old/app",
  ]);
  // From a folder within, paths begin there.
  const within = await readGitMoves(`${path}/app`);
  expect(within.files.get("a b.go")).toBe("z/c.go");
  expect(within.modules.map((each) => each.folder)).toEqual(["", ""]);
  expect(existsSync(ran)).toBe(false);
  await repository.git("log", "--patch");
  expect(existsSync(ran), "the programs are such that git alone would run").toBe(true);
});

test("without a repository, or before its first commit, nothing is known", async () => {
  await using dir = await TempDir.create("moves");
  expect(await readGitMoves(dir.path)).toEqual({ files: new Map(), modules: [] });
  await mkdir(dir.join("empty/.git"), { recursive: true });
  expect(await readGitMoves(dir.join("empty"))).toEqual({ files: new Map(), modules: [] });
});
