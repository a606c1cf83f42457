import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { TempDir } from "../../test/harness/tempDir.ts";
import { readGitRefs, repositoryPath } from "./gitRefs.ts";

test("tags packed and loose, and where origin is, without the password", async () => {
  await using folder = await TempDir.create("refs");
  const hash = "a".repeat(40);
  const commit = "b".repeat(40);
  for (const [name, text] of Object.entries({
    config: '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://me:secret@git.example.com/team/app.git\n',
    "packed-refs": `# pack-refs with: peeled\n${hash} refs/heads/main\n${hash} refs/tags/v1.0.0\n^${commit}\n${hash} refs/tags/lib/v0.1.0\n`,
    "refs/tags/v1.1.0": `${hash}\n`,
    "refs/tags/lib/v0.2.0": `${hash}\n`,
  })) {
    const file = folder.join(".git", name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  expect(await readGitRefs(folder.path)).toEqual({
    tags: ["lib/v0.1.0", "lib/v0.2.0", "v1.0.0", "v1.1.0"],
    packed: new Map([
      ["v1.0.0", commit],
      ["lib/v0.1.0", hash],
    ]),
    origin: "https://git.example.com/team/app.git",
  });
});

test("no repository", async () => {
  await using folder = await TempDir.create("refs");
  expect(await readGitRefs(folder.path)).toBeUndefined();
});

test.each([
  ["https://github.com/team/app.git", "github.com/team/app"],
  ["git@GitHub.com:team/app.git", "github.com/team/app"],
  ["ssh://git@git.corp.example:2222/team/app", "git.corp.example/team/app"],
  ["/srv/git/app.git", undefined],
  ["../app", undefined],
])("%s is %s", (url, path) => expect(repositoryPath(url)).toBe(path));
