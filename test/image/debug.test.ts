// `fairlead image debug`: its commands lead into images with a shell and without, on a real engine.
import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CommandRun, tryCommand } from "../harness/command.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { missing } from "../harness/require.ts";
import { TempDir } from "../harness/tempDir.ts";
import { saveImages } from "./savedImage.ts";
import type { TarMember } from "./tarFile.ts";

const reason = missing(...DockerEngine.needs, "busybox-static");
const start = new URL("../../src/cli/start.ts", import.meta.url).pathname;

let engine: DockerEngine;
let folder: TempDir;

beforeAll(async () => {
  if (reason !== undefined) return;
  folder = await TempDir.create("debug");
  const busybox: TarMember = { name: "bin/busybox", content: await readFile("/bin/busybox") };
  const shell: TarMember = { name: "bin/sh", type: "symlink", link: "busybox" };
  const secret: TarMember = { name: "etc/motd", content: "found inside\n", mode: 0o644 };
  const sleep = { Entrypoint: ["/app", "sleep", "600"], User: "65532" };
  const archive = saveImages([
    { tag: "shell:v1", layers: [[busybox, shell, secret]], config: { Entrypoint: ["/gone"] } },
    {
      tag: "bare:v1",
      layers: [[secret, { name: "app", content: "broken" }]],
      config: { ...sleep, Entrypoint: ["/app"] },
    },
    // It runs, and has no shell by any name.
    {
      tag: "runs:v1",
      layers: [[secret, { ...busybox, name: "app/busybox" }]],
      config: { ...sleep, Entrypoint: ["/app/busybox", "sleep", "600"] },
    },
    { tag: "busybox:latest", layers: [[busybox, shell]], config: { Env: ["PATH=/bin"] } },
  ]);
  await writeFile(folder.join("images.tar"), archive);
  engine = await DockerEngine.start();
  await engine.docker(["load", "--quiet", "--input", folder.join("images.tar")]);
});

afterAll(async () => {
  if (reason !== undefined) return;
  await engine[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const debug = (...args: readonly string[]): Promise<CommandRun> =>
  tryCommand([process.execPath, start, "image", "debug", ...args], {
    cwd: folder.path,
    env: { ...process.env, ...engine.env, NO_COLOR: "1" },
  });

/** The commands as they are printed, without a terminal, and with something to do for the shell. */
async function follow(lines: readonly string[], container = ""): Promise<string> {
  const script = lines
    .join("\n")
    .replaceAll(" -it ", " -i ")
    .replaceAll(" -ai ", " -a -i ")
    .replaceAll("container:CONTAINER", `container:${container}`);
  const run = await tryCommand(["sh", "-c", script], {
    cwd: folder.path,
    env: { ...process.env, ...engine.env },
    input: "cat /etc/motd /proc/1/root/etc/motd\nexit 0\n",
  });
  return run.stdout + run.stderr;
}

async function waysOf(reference: string): Promise<readonly (readonly string[])[]> {
  const { stdout } = await debug(reference, "--json");
  const parsed: { ways: { commands: string[] }[] } = JSON.parse(stdout);
  return parsed.ways.map(({ commands }) => commands);
}

test("an image with a shell", async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  const { stdout } = await debug("shell:v1");
  expect(stdout).toContain("/gone is not in the image");
  expect(stdout).toContain("docker run --rm -it --entrypoint /bin/sh shell:v1");
  expect(await follow((await waysOf("shell:v1"))[0] ?? [])).toContain("found inside");
  expect(await debug("shell:v1", "--run", "--", "/bin/sh", "-c", "cat /etc/motd; exit 7")).toMatchObject({
    stdout: "found inside\n",
    exitCode: 7,
  });
});

test("one without: tools are brought, and go again", async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  const before = await engine.docker(["ps", "--all", "--quiet"]);
  const listed = await debug("bare:v1", "--run", "--", "sh", "-c", "ls /; id -u; cat etc/motd; exit 3");
  expect(listed).toMatchObject({ exitCode: 3, stdout: expect.stringMatching(/app\n[^]*65532\nfound inside\n/) });
  const asRoot = await debug("bare:v1", "--run", "--user", "0", "--", "id", "-u");
  expect(asRoot).toMatchObject({ exitCode: 0, stdout: "0\n" });
  const [create = []] = await waysOf("bare:v1");
  expect(await follow(create)).toContain("found inside");
  expect(await engine.docker(["ps", "--all", "--quiet"])).toBe(before);
  // An image in a file is in no engine.
  expect(await debug(`docker-archive:${folder.join("images.tar")}:bare:v1`, "--run")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("docker load"),
  });
});

test("a running container is looked into from another", async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  const id = (await engine.docker(["run", "--detach", "--network", "none", "--user", "0", "runs:v1"])).trim();
  const ways = await waysOf("runs:v1");
  const shared = ways.filter(([line]) => line?.includes("--pid") === true).flat();
  expect(shared).toHaveLength(1);
  expect(await follow(shared, id)).toContain("found inside");
  await engine.docker(["rm", "--force", id]);
});
