import { mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { makeProject } from "../../../test/harness/madeProject.ts";
import { planFiles, toWrite } from "./filePlan.ts";
import { readPresent, writeFiles } from "./projectFiles.ts";

const wanted = [
  { path: "a", text: "new a\n" },
  { path: "b", text: "b\n" },
  { path: ".github/workflows/ci.yml", text: "c\n" },
];

async function plan(root: string, force = false) {
  return planFiles(
    wanted,
    await readPresent(
      root,
      wanted.map(({ path }) => path),
    ),
    { force },
  );
}

test("what is there is kept, what isn't is written, and a second run changes nothing", async () => {
  await using folder = await makeProject({ a: "old a\n" });
  const first = await plan(folder.path);
  expect(first.map(({ path, state }) => [path, state])).toEqual([
    ["a", "kept"],
    ["b", "new"],
    [".github/workflows/ci.yml", "new"],
  ]);
  await writeFiles(folder.path, toWrite(first));
  expect(await readFile(folder.join("a"), "utf8")).toBe("old a\n");
  expect(await readFile(folder.join(".github/workflows/ci.yml"), "utf8")).toBe("c\n");
  expect(toWrite(await plan(folder.path))).toEqual([]);
  // Nothing is left of the writing.
  expect((await readdir(folder.path)).sort()).toEqual([".github", "a", "b"]);
});

test("with force a difference is replaced, and shown", async () => {
  await using folder = await makeProject({ a: "old a\n", b: "b\n" });
  const forced = await plan(folder.path, true);
  expect(forced.map(({ state }) => state)).toEqual(["replaced", "same", "new"]);
  expect(forced[0]?.diff).toContain("-old a\n+new a\n");
  await writeFiles(folder.path, toWrite(forced));
  expect(await readFile(folder.join("a"), "utf8")).toBe("new a\n");
});

describe("left alone", () => {
  test("a file that changed after the plan was shown, or came", async () => {
    await using folder = await makeProject({});
    const files = toWrite(await plan(folder.path));
    await writeFile(folder.join("a"), "somebody's");
    await expect(writeFiles(folder.path, files)).rejects.toMatchObject({ code: "changed" });
    expect(await readFile(folder.join("a"), "utf8")).toBe("somebody's");
  });

  test("symlinks, wherever they lead", async () => {
    await using folder = await makeProject({ "elsewhere/x": "x" });
    await mkdir(folder.join("project"));
    await symlink(folder.join("elsewhere/x"), folder.join("project/a"));
    await expect(plan(folder.join("project"))).rejects.toMatchObject({ code: "notAFile" });
  });

  test("a folder on the way that leads out of the project", async () => {
    await using folder = await makeProject({ "elsewhere/x": "x" });
    await mkdir(folder.join("project"));
    await symlink(folder.join("elsewhere"), folder.join("project/.github"));
    const files = toWrite(await plan(folder.join("project")));
    await expect(writeFiles(folder.join("project"), files)).rejects.toMatchObject({ code: "notAFile" });
    expect(await readdir(folder.join("elsewhere"))).toEqual(["x"]);
  });

  test("a folder in a file's place", async () => {
    await using folder = await makeProject({ "a/x": "" });
    await expect(plan(folder.path)).rejects.toThrow("a is there and no plain file");
  });
});
