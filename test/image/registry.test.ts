// Tags to digests at a real registry, with every way to log in, and a message for each thing that goes wrong.
import { once } from "node:events";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { storedLogin } from "../../src/image/registry/login.ts";
import { resolveDigest, type ResolveOptions } from "../../src/image/registry/resolve.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { freePort } from "../harness/freePort.ts";
import { loadFiles } from "../harness/images.ts";
import { Lan } from "../harness/lan.ts";
import { Registry } from "../harness/registry.ts";
import { requireAll } from "../harness/require.ts";
import { TokenServer } from "../harness/tokenServer.ts";

const user = { name: "ci", password: "pa:ss w\u00f6rd$" };
const as = (password: string): ResolveOptions => ({ login: async () => ({ username: user.name, password }) });
const anonymous: ResolveOptions = { login: async () => undefined };

/** Pushes an image with the real client; resolves to the digest that it printed. */
async function push(engine: DockerEngine, registry: Registry): Promise<{ reference: string; digest: string }> {
  const reference = `${registry.host}/team/shop:v1`;
  await loadFiles(engine, reference, { "motd.txt": "hello" });
  await engine.docker(["login", "--username", user.name, "--password-stdin", registry.host], { input: user.password });
  const digest = /digest: (sha256:\w+)/.exec(await engine.docker(["push", reference]))?.[1];
  if (digest === undefined) throw new Error("docker push printed no digest");
  return { reference, digest };
}

test("a registry with a password, beyond loopback by plain HTTP", async ({ skip }) => {
  requireAll(skip, ...DockerEngine.needs, ...Registry.needs);
  await using lan = await Lan.start();
  await using registry = await Registry.start({ lan, user });
  await using engine = await DockerEngine.start({ lan });
  const { reference, digest } = await push(engine, registry);
  const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
  const insecure = true;

  expect(await resolveDigest(reference, { ...as(user.password), insecure })).toEqual({ digest, mediaType });
  const byDigest = `${registry.host}/team/shop@${digest}`;
  expect(await resolveDigest(byDigest, { ...as(user.password), insecure })).toEqual({ digest, mediaType });
  // What `docker login` stored is found.
  const folder = engine.env["DOCKER_CONFIG"] ?? "";
  const login = (host: string): ReturnType<typeof storedLogin> => storedLogin(host, folder, process.env);
  expect(await resolveDigest(reference, { login, insecure })).toEqual({ digest, mediaType });

  // An index stands for several platforms: it is what the tag means.
  const manifest = { mediaType, digest, size: 528, platform: { architecture: "amd64", os: "linux" } };
  const index = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [manifest] };
  const authorization = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}`;
  const put = await fetch(`http://${registry.host}/v2/team/shop/manifests/multi`, {
    method: "PUT",
    headers: { authorization, "content-type": index.mediaType },
    body: JSON.stringify(index),
  });
  expect(put.status).toBe(201);
  expect(await resolveDigest(`${registry.host}/team/shop:multi`, { ...as(user.password), insecure })).toEqual({
    digest: put.headers.get("docker-content-digest"),
    mediaType: index.mediaType,
  });

  const failure = (reference: string, options: ResolveOptions): Promise<unknown> =>
    resolveDigest(reference, options).then(
      () => undefined,
      (error: unknown) => error,
    );
  const wrong = await failure(reference, { ...as("wrong-password"), insecure });
  expect(wrong).toMatchObject({
    code: "unauthorized",
    message: expect.stringContaining("the login of ci for team/shop (401)"),
  });
  expect(String(wrong)).not.toContain("wrong-password");
  expect(await failure(reference, { ...anonymous, insecure })).toMatchObject({
    code: "unauthorized",
    message: expect.stringContaining("wants a login, and none is known"),
  });
  expect(await failure(`${registry.host}/team/shop:v2`, { ...as(user.password), insecure })).toMatchObject({
    code: "not-found",
    message: expect.stringContaining("has no tag v2"),
  });
  expect(await failure(`${registry.host}/team/none:v1`, { ...as(user.password), insecure })).toMatchObject({
    code: "not-found",
  });
  expect(
    await failure(`${registry.host}/team/shop@sha256:${"0".repeat(64)}`, { ...as(user.password), insecure }),
  ).toMatchObject({
    code: "not-found",
    message: expect.stringContaining("no image with that digest"),
  });
  // Nobody said that plain HTTP is meant.
  expect(await failure(reference, as(user.password))).toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("it speaks plain HTTP: set registry.insecure"),
  });
  await registry.stop();
  expect(await failure(reference, { ...as(user.password), insecure })).toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("ECONNREFUSED"),
  });
});

test("a registry with a token server", async ({ skip }) => {
  requireAll(skip, ...DockerEngine.needs, ...Registry.needs);
  await using tokens = await TokenServer.start(user);
  await using registry = await Registry.start({ token: tokens.settings });
  await using engine = await DockerEngine.start();
  const { reference, digest } = await push(engine, registry);
  expect(await resolveDigest(reference, as(user.password))).toMatchObject({ digest });
  const identityToken = tokens.refreshToken;
  expect(await resolveDigest(reference, { login: async () => ({ identityToken }) })).toMatchObject({ digest });
  const refused = { code: "unauthorized" };
  await expect(resolveDigest(reference, as("wrong"))).rejects.toMatchObject(refused);
  await expect(resolveDigest(reference, anonymous)).rejects.toMatchObject(refused);
  await expect(resolveDigest(reference, { login: async () => ({ identityToken: "old" }) })).rejects.toMatchObject(
    refused,
  );
  expect(await readFile(`${engine.env["DOCKER_CONFIG"]}/config.json`, "utf8")).toContain(registry.host);
});

test("answers that can't be believed", async () => {
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json" });
  const type = { "content-type": "application/vnd.oci.image.manifest.v1+json" };
  const answers: Record<string, [number, Record<string, string>, string]> = {
    forged: [200, { ...type, "docker-content-digest": `sha256:${"0".repeat(64)}` }, manifest],
    large: [200, type, " ".repeat((4 << 20) + 1)],
    page: [200, { "content-type": "text/html" }, "<html>please log in</html>"],
    circle: [307, { location: "/v2/x/manifests/circle" }, ""],
    moved: [307, { location: "/v2/x/manifests/good" }, ""],
    good: [200, type, manifest],
    strange: [401, { "www-authenticate": "Negotiate" }, ""],
    realm: [401, { "www-authenticate": 'Bearer realm="file:///etc/passwd"' }, ""],
    busy: [429, {}, ""],
    broken: [503, {}, ""],
    forbidden: [403, {}, ""],
  };
  const server = createServer((request, response) => {
    const asked = request.url?.split("/").at(-1) ?? "";
    const [status, headers, body] = answers[asked.startsWith("sha256:") ? "good" : asked] ?? [404, {}, ""];
    response.writeHead(status, headers).end(body);
  }).listen(await freePort(), "127.0.0.1");
  await once(server, "listening");
  try {
    const address = server.address();
    const host = typeof address === "object" && address !== null ? `127.0.0.1:${address.port}` : "";
    const codes: Record<string, unknown> = {};
    for (const tag of [...Object.keys(answers), "absent"]) {
      codes[tag] = await resolveDigest(`${host}/x:${tag}`, as(user.password)).then(
        () => "resolved",
        (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
      );
    }
    expect(codes).toEqual({
      forged: "digest-mismatch",
      large: "too-large",
      page: "bad-answer",
      circle: "bad-answer",
      moved: "resolved",
      good: "resolved",
      strange: "bad-answer",
      realm: "bad-answer",
      busy: "rate-limited",
      broken: "unreachable",
      forbidden: "forbidden",
      absent: "not-found",
    });
    const wrongDigest = resolveDigest(`${host}/x@sha256:${"1".repeat(64)}`, as(user.password));
    await expect(wrongDigest).rejects.toMatchObject({ code: "digest-mismatch" });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
