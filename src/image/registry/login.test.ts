import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dockerConfigFolder, storedLogin } from "./login.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "fairlead-test-login-"))));
afterAll(() => rm(folder, { recursive: true }));

async function stored(config: unknown, registry: string): ReturnType<typeof storedLogin> {
  await writeFile(join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  return storedLogin(registry, folder, { ...process.env, PATH: `${folder}:${process.env["PATH"]}` });
}

const auth = (text: string): { auth: string } => ({ auth: Buffer.from(text).toString("base64") });
const helper = async (name: string, script: string): Promise<void> => {
  await writeFile(join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, `docker-credential-${name}`), 0o755);
};

test.each<[string, string, unknown]>([
  ["registry.example:5000", "registry.example:5000", { username: "ann", password: "s3:cret" }],
  ["https://registry.example/v2/", "registry.example", { username: "ann", password: "s3:cret" }],
  ["https://index.docker.io/v1/", "docker.io", { username: "ann", password: "s3:cret" }],
  ["other.example", "registry.example", undefined],
])("a login stored for %s, asked for %s", async (key, registry, expected) =>
  expect(await stored({ auths: { [key]: auth("ann:s3:cret") } }, registry)).toEqual(expected),
);

test("an identity token, and nothing at all", async () => {
  expect(await stored({ auths: { "r.example": { ...auth("x:"), identitytoken: "tok" } } }, "r.example")).toEqual({
    identityToken: "tok",
  });
  expect(await stored({}, "r.example")).toBeUndefined();
  expect(await storedLogin("r.example", join(folder, "none"), {})).toBeUndefined();
});

test("credential helpers: for one registry before the store for all, which comes before what is in the file", async () => {
  await helper("one", `read server; echo "{\\"Username\\":\\"u\\",\\"Secret\\":\\"for $server\\"}"`);
  await helper("all", `echo '{"Username":"<token>","Secret":"refresh"}'`);
  await helper("empty", "echo 'credentials not found in native keychain'; exit 1");
  await helper("broken", "echo 'the keychain is locked'; exit 1");
  const auths = { "r.example": auth("file:file") };
  expect(await stored({ auths, credHelpers: { "r.example": "one" }, credsStore: "all" }, "r.example")).toEqual({
    username: "u",
    password: "for r.example",
  });
  expect(await stored({ auths, credsStore: "all" }, "r.example")).toEqual({ identityToken: "refresh" });
  expect(await stored({ auths, credsStore: "empty" }, "r.example")).toEqual({ username: "file", password: "file" });
  await expect(stored({ credsStore: "broken" }, "r.example")).rejects.toThrow(
    "docker-credential-broken ended with status 1",
  );
  await expect(stored({ credsStore: "missing" }, "r.example")).rejects.toThrow("which can't be started");
  await expect(stored({ credsStore: "../../bin/sh" }, "r.example")).rejects.toThrow("is no credential helper");
});

test.each([["not json"], [{ auths: [] }], [{ auths: { "r.example": { auth: "AAAA" } } }]])(
  "%j is told",
  async (config) => expect(stored(config, "r.example")).rejects.toMatchObject({ code: "credentials" }),
);

test("where docker keeps it", () => {
  expect(dockerConfigFolder({ DOCKER_CONFIG: "/x" }, "/home/ann")).toBe("/x");
  expect(dockerConfigFolder({}, "/home/ann")).toBe("/home/ann/.docker");
});
