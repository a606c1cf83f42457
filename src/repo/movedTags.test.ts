import { mkdir, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { GitRepository } from "../../test/harness/gitRepository.ts";
import { TempDir } from "../../test/harness/tempDir.ts";
import { readGitRefs } from "./gitRefs.ts";
import { readModules } from "./goModules.ts";
import { moduleCacheAt } from "./moduleCache.ts";
import { movedTags } from "./movedTags.ts";
import { readProjectTree } from "./projectTree.ts";

test("light and annotated tags, packed or not, beside the commit that a version was made of", async () => {
  await using dir = await TempDir.create("moved");
  const repository = await GitRepository.create(dir.join("repo"), "example.com/app");
  const first = (await repository.git("rev-parse", "HEAD")).trim();
  const cache = dir.join("cache/download/example.com/app/@v");
  await mkdir(cache, { recursive: true });
  for (const version of ["v1.0.0", "v1.1.0", "v1.2.0"]) {
    await repository.git("tag", version);
    await writeFile(`${cache}/${version}.info`, JSON.stringify({ Version: version, Origin: { Hash: first } }));
  }
  // Of one that nobody fetched here nothing is known.
  await repository.git("tag", "v1.3.0");
  const found = async (): Promise<readonly string[]> => {
    const { modules } = await readModules(await readProjectTree(repository.path));
    const refs = await readGitRefs(repository.path);
    if (refs === undefined) throw new Error("there is no repository");
    return (await movedTags(repository.path, refs, modules, moduleCacheAt(dir.path))).map(({ tag }) => tag);
  };
  expect(await found()).toEqual([]);
  await repository.commit({ "more.go": "package lib\n" }, "More");
  await repository.git("tag", "--force", "v1.1.0");
  await repository.git("tag", "--force", "--annotate", "--message", "x", "v1.2.0");
  expect(await found()).toEqual(["v1.1.0", "v1.2.0"]);
  await repository.git("pack-refs", "--all");
  expect(await found()).toEqual(["v1.1.0", "v1.2.0"]);
});
