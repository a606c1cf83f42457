// `fairlead image inspect --ci` from the command line: what fairlead.yaml allows, what an image is, and the exit status.
import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type CommandRun, tryCommand } from "../harness/command.ts";
import { TempDir } from "../harness/tempDir.ts";
import { saveImages } from "./savedImage.ts";

const start = new URL("../../src/cli/start.ts", import.meta.url).pathname;

test("each limit of fairlead.yaml passes and fails", async () => {
  await using folder = await TempDir.create("inspect");
  const archive = saveImages([
    {
      tag: "shop:v1",
      layers: [
        [
          { name: "bin/sh", content: "#!/bin/none\n" },
          { name: "large", content: "x".repeat(50_000) },
          { name: "root/.netrc", content: "machine git.example" },
        ],
        [{ name: ".wh.large" }, { name: "root/.wh..netrc" }],
      ],
      config: { Entrypoint: ["/bin/sh"] },
    },
  ]);
  await writeFile(folder.join("shop.tar"), archive);
  const inspect = async (yaml: string, ...args: readonly string[]): Promise<CommandRun> => {
    await writeFile(folder.join("fairlead.yaml"), yaml);
    return tryCommand([process.execPath, start, "image", "inspect", "./shop.tar", ...args], {
      cwd: folder.path,
      env: { ...process.env, NO_COLOR: "1" },
    });
  };
  const strict = await inspect("image: { size: 5B, allowRoot: false }\n", "--ci");
  expect(strict.exitCode).toBe(1);
  for (const part of [
    /failed {2}starts/,
    /failed {2}size +12 B of files, at most 5 B/,
    /failed {2}waste/,
    /failed {2}user/,
    /\/root\/\.netrc in layer 1, hidden by a later layer/,
    /ok {6}needs/,
    /5 of 6 checks failed/,
  ])
    expect(strict.stdout).toMatch(part);

  const json = await inspect("image: { waste: 100%, forbidden: /etc/shadow }\n", "--ci", "--json");
  expect(json.exitCode).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    checks: [
      { name: "starts", passed: false },
      { name: "waste", passed: true },
      { name: "paths", passed: true },
      { name: "needs", passed: true },
    ],
  });
  expect(await inspect("image: { size: 5B }\n")).toMatchObject({ exitCode: 0 });
  expect(await inspect("image: { sise: 5B }\n", "--ci")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/sise.*size/s),
  });
});
