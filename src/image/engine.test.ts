import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findEngine } from "./engine.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-test-clients-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A folder with a docker that answers like this. */
async function client(name: string, script: string): Promise<string> {
  await mkdir(join(folder, name), { recursive: true });
  const file = join(folder, name, "docker");
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return join(folder, name);
}

const plugin = '[ "$1" = buildx ] && { echo "github.com/docker/buildx v0.29.1 abc"; exit 0; }';
const without = '[ "$1" = buildx ] && exit 1';
const says = (versions: string): string => `echo "${versions}"`;

test("the first client on PATH that can build with BuildKit is taken", async () => {
  const newWithout = await client("new", `${without}\n${says("28.2.2 20.10.24")}`);
  const old = await client("old", `${without}\n${says("20.10.24 20.10.24")}`);
  const withPlugin = await client("plugin", `${plugin}\n${says("28.2.2 28.2.2")}`);
  const found = await findEngine({ PATH: `relative:${newWithout}:${old}:${withPlugin}` });
  expect(found).toMatchObject({ client: join(old, "docker"), clientVersion: "20.10.24", buildx: undefined });
  expect(await findEngine({ PATH: withPlugin })).toMatchObject({ buildx: "v0.29.1", serverVersion: "28.2.2" });
  await expect(findEngine({ PATH: newWithout })).rejects.toMatchObject({
    code: "no-buildkit",
    message: expect.stringMatching(/28\.2\.2 can't build with BuildKit.*\n.*buildx/),
  });
});

test.each([
  ["no-client", undefined, /no docker on PATH/],
  [
    "no-engine",
    "echo 'Cannot connect to the Docker daemon at tcp://h:1. Is it running?' >&2; exit 1",
    /does not reach .* at tcp:\/\/h:1.*\n.*DOCKER_HOST/,
  ],
  ["no-permission", "echo 'Got permission denied while trying to connect' >&2; exit 1", /group docker/],
])("%s", async (code, script, message) => {
  const PATH = script === undefined ? folder : await client(code, script);
  const error = expect.objectContaining({ code, message: expect.stringMatching(message) });
  await expect(findEngine({ PATH, DOCKER_HOST: "tcp://h:1" })).rejects.toEqual(error);
});

test("input goes to the client's standard input, a failure is an answer", async () => {
  const PATH = await client(
    "echo",
    `${without}\n[ "$1" = version ] && { echo "20.10.24 20.10.24"; exit 0; }\ncat; exit 4`,
  );
  const engine = await findEngine({ PATH: `${PATH}:/bin:/usr/bin` });
  expect(await engine.run(["login"], { input: "secret" })).toEqual({ status: 4, stdout: "secret", stderr: "" });
});
