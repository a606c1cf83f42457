// The state of real repositories, hostile ones among them.
import { existsSync } from "node:fs";
import { appendFile, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readGitState } from "../../src/repo/gitState.ts";
import { GitRepository } from "../harness/gitRepository.ts";
import { TempDir } from "../harness/tempDir.ts";

test("a clean work tree: commit, its time, branch, tags by version, remotes without credentials", async () => {
  await using dir = await TempDir.create("git");
  const repository = await GitRepository.create(dir.join("repo"), "example.com/a");
  for (const tag of ["v1.9.0", "v1.10.0", "nightly"]) await repository.git("tag", tag);
  await repository.git("tag", "--annotate", "--message=x", "v1.10.1");
  await repository.git("remote", "add", "origin", "https://oauth2:glpat-secret@git.example.com/team/shop.git");
  await repository.git("remote", "add", "mirror", "git@git.example.com:team/shop.git");
  const state = await readGitState(repository.path);
  expect(state).toEqual({
    commit: (await repository.git("rev-parse", "HEAD")).trim(),
    commitTime: new Date(Number(await repository.git("show", "-s", "--format=%ct", "HEAD")) * 1000),
    branch: "main",
    tags: ["v1.10.1", "v1.10.0", "v1.9.0", "nightly"],
    dirty: false,
    changes: [],
    remotes: [
      { name: "origin", url: "https://git.example.com/team/shop.git" },
      { name: "mirror", url: "git@git.example.com:team/shop.git" },
    ],
    root: repository.path,
  });
  await mkdir(dir.join("repo/deep/er"), { recursive: true });
  expect(await readGitState(dir.join("repo/deep/er"))).toEqual(state);
});

test("what makes a work tree dirty, and what does not", async () => {
  await using dir = await TempDir.create("git");
  const repository = await GitRepository.create(dir.join("repo"), "example.com/a");
  await repository.commit({ ".gitignore": "*.log\n", "odd name é.go": "package lib\n" }, "Second");
  const dirtyBecause = async (): Promise<readonly string[] | undefined> =>
    (await readGitState(repository.path))?.changes;
  await writeFile(join(repository.path, "run.log"), "ignored");
  expect(await dirtyBecause()).toEqual([]);
  await writeFile(join(repository.path, "new\nline.go"), "package lib\n");
  expect(await dirtyBecause()).toEqual(["new\nline.go"]);
  await appendFile(join(repository.path, "odd name é.go"), "// changed\n");
  expect(await dirtyBecause()).toEqual(["odd name é.go", "new\nline.go"]);
  await repository.git("add", "--all");
  expect(await readGitState(repository.path)).toMatchObject({ dirty: true, branch: "main" });
});

test("no branch, no commit, no repository", async () => {
  await using dir = await TempDir.create("git");
  expect(await readGitState(dir.path)).toBeUndefined();
  const repository = await GitRepository.create(dir.join("repo"), "example.com/a");
  await repository.git("checkout", "--quiet", "--detach");
  expect(await readGitState(repository.path)).toMatchObject({ branch: undefined, dirty: false });
  expect(await readGitState(dir.join("repo/.git"))).toBeUndefined();
  await repository.git("init", "--quiet", dir.join("empty"));
  expect(await readGitState(dir.join("empty"))).toBeUndefined();
});

test("a hook's GIT_DIR does not lead astray", async () => {
  await using dir = await TempDir.create("git");
  const one = await GitRepository.create(dir.join("one"), "example.com/one");
  const two = await GitRepository.create(dir.join("two"), "example.com/two");
  process.env["GIT_DIR"] = join(one.path, ".git");
  try {
    expect((await readGitState(two.path))?.commit).toBe((await two.git("rev-parse", "HEAD")).trim());
  } finally {
    delete process.env["GIT_DIR"];
  }
});

test("no program that the repository names is started", async () => {
  await using dir = await TempDir.create("git");
  const repository = await GitRepository.create(dir.join("repo"), "example.com/a");
  const inner = await GitRepository.create(dir.join("inner"), "example.com/inner");
  await repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path, "sub");
  await repository.commit({ ".gitattributes": "*.go filter=evil\n" }, "Attributes and a submodule");
  const touch = (name: string): string => `touch ${dir.join(name)}; cat`;
  for (const where of [repository.path, dir.join("repo/sub")]) {
    const settings = {
      "core.fsmonitor": touch("fsmonitor"),
      "filter.evil.clean": touch("clean"),
      "filter.evil.process": touch("process"),
      "filter.evil.required": "true",
      "core.pager": touch("pager"),
      "pager.show": touch("pager2"),
      "log.showSignature": "true",
      "gpg.program": touch("gpg"),
      "diff.external": touch("diff"),
      "core.sshCommand": touch("ssh"),
    };
    for (const [name, value] of Object.entries(settings)) await repository.git("-C", where, "config", name, value);
    await writeFile(join(where, "lib.go"), "package changed\n");
  }
  const state = await readGitState(repository.path);
  expect(state?.changes).toEqual(["lib.go", "sub/lib.go"]);
  const started = ["fsmonitor", "clean", "process", "pager", "pager2", "gpg", "diff", "ssh"].filter((name) =>
    existsSync(dir.join(name)),
  );
  expect(started).toEqual([]);
  // The proof that the trap works: git left to itself falls into it.
  await repository.git("status").catch(() => "");
  expect(existsSync(dir.join("fsmonitor"))).toBe(true);
});

test("another user's repository is refused with what to do, and read when that is meant", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("only root can give a folder to another user");
  await using dir = await TempDir.create("git");
  const repository = await GitRepository.create(dir.join("repo"), "example.com/a");
  await chown(repository.path, 65_534, 65_534);
  await chown(join(repository.path, ".git"), 65_534, 65_534);
  await expect(readGitState(repository.path)).rejects.toMatchObject({
    code: "ownership",
    message: expect.stringContaining("safe.directory"),
  });
  expect(await readGitState(repository.path, { anyOwner: true })).toMatchObject({ branch: "main" });
});
