// Private repositories over HTTPS with a certificate of an authority of their own, and what is read when it fails. The
// failures are git's own, provoked by a real server.
import { once } from "node:events";
import { mkdir, readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import { Agent } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DirectRule } from "../../src/gateway/direct/directOptions.ts";
import { Mirror } from "../../src/gateway/direct/mirror.ts";
import { ObjectReaders } from "../../src/gateway/direct/objectReaders.ts";
import { SourceFailure } from "../../src/gateway/source.ts";
import { databasePath, openDatabase } from "../../src/storage/database.ts";
import { Leases } from "../../src/storage/leases.ts";
import { Authority } from "../harness/authority.ts";
import { freePort } from "../harness/freePort.ts";
import { answerGit } from "../harness/gitBackend.ts";
import { GitRepository } from "../harness/gitRepository.ts";
import { TempDir } from "../harness/tempDir.ts";

const token = "glpat-very-secret";
const scope = new AsyncDisposableStack();
const readers = scope.adopt(new ObjectReaders(), (all) => all.close());
let agent: Agent;
/** Every request that came. */
const asked: string[] = [];
const ports: Record<string, number> = {};
let folder: TempDir;
let leases: Leases;

beforeAll(async () => {
  folder = scope.use(await TempDir.create("access"));
  await mkdir(folder.join("mirrors"));
  const [known, strange] = [
    await Authority.create(folder.path, "ca"),
    await Authority.create(folder.path, "strange-ca"),
  ];
  agent = scope.adopt(new Agent({ connect: { ca: await readFile(folder.join("ca.crt")) } }), (all) => all.destroy());
  const certificates = {
    good: await known.certify("good", "IP:127.0.0.1"),
    expired: await known.certify("expired", "IP:127.0.0.1", -1),
    other: await known.certify("other", "DNS:elsewhere.example"),
    stranger: await strange.certify("stranger", "IP:127.0.0.1"),
  };
  await GitRepository.create(folder.join("repositories", "team", "lib"), "example.com/lib");
  const database = openDatabase(databasePath(folder.path), { migrateFirst: true });
  scope.defer(() => database.destroy());
  leases = new Leases(database, "test");
  for (const [name, certificate] of Object.entries(certificates)) {
    const server = createServer(certificate, answer).listen(0, "127.0.0.1");
    await once(server, "listening");
    scope.defer(() => closeServer(server));
    const address = server.address();
    ports[name] = typeof address === "object" && address !== null ? address.port : 0;
  }
  ports["nobody"] = await freePort();
}, 60_000);
afterAll(() => scope.disposeAsync());

test("a repository behind a token is fetched, and the token lies nowhere", { timeout: 60_000 }, async () => {
  const mirror = mirrorOf("good", "team/lib", { token });
  asked.length = 0;
  const refs = await mirror.refs(0);
  // Of one question, without a git of ours.
  expect(asked).toEqual(["POST /team/lib/git-upload-pack"]);
  const head = refs.get("HEAD") ?? "";
  await mirror.have(head, "refs/heads/main");
  expect(await mirror.has(head)).toBe(true);
  for (const entry of await readdir(mirror.path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    expect((await readFile(join(entry.parentPath, entry.name))).includes(token), entry.name).toBe(false);
  }
});

test("a repository that has moved is followed", { timeout: 60_000 }, async () => {
  expect((await mirrorOf("good", "moved/lib", { token }).refs(0)).has("refs/heads/main")).toBe(true);
});

test("a command's token is as good as one that was written down", { timeout: 60_000 }, async () => {
  const tokenCommand = `printf '%s\\n' ${token}`;
  expect((await mirrorOf("good", "team/lib", { tokenCommand }).refs(0)).has("HEAD")).toBe(true);
});

test.for<[what: string, server: string, path: string, rule: Partial<DirectRule>, kind: string, text: RegExp]>([
  ["no credentials", "good", "team/lib", {}, "not-found", /401: the host wants credentials/],
  [
    "a wrong token",
    "good",
    "team/lib",
    { token: "wrong" },
    "outage",
    /401: the host did not accept.*the token of the rule/,
  ],
  [
    "a command that fails",
    "good",
    "team/lib",
    { tokenCommand: "exit 3" },
    "outage",
    /token command .* ended with status 3/,
  ],
  ["a command that says nothing", "good", "team/lib", { tokenCommand: "true" }, "outage", /printed nothing/],
  ["no right", "good", "status/403", { token }, "forbidden", /403: no right to read/],
  ["hidden", "good", "status/404", { token }, "not-found", /no such repository, or it is hidden/],
  ["gone", "good", "status/410", { token }, "not-found", /no such repository/],
  ["too many requests", "good", "status/429", { token }, "rate-limited", /429/],
  ["an error of the host", "good", "status/500", { token }, "outage", /500: the host has an error/],
  ["a bad gateway", "good", "status/502", { token }, "outage", /502: the host has an error/],
  ["moved nowhere", "good", "status/301", { token }, "outage", /has moved/],
  ["a web page", "good", "status/200", { token }, "bad-answer", /does not speak git's protocol/],
  ["no such repository", "good", "team/nothing", { token }, "not-found", /no such repository/],
  [
    "an expired certificate",
    "expired",
    "team/lib",
    { token },
    "outage",
    /TLS certificate of 127\.0\.0\.1:\d+ has expired/,
  ],
  ["another's certificate", "other", "team/lib", { token }, "outage", /is for another name/],
  ["an unknown authority", "stranger", "team/lib", { token }, "outage", /unknown authority.*NODE_EXTRA_CA_CERTS/],
  ["nobody there", "nobody", "team/lib", { token }, "outage", /connection refused/],
  ["another protocol", "good", "team/lib", { url: "ext::sh -c true" }, "forbidden", /only https and ssh|not allowed/],
])("%s", { timeout: 60_000 }, async ([, server, path, rule, kind, text]) => {
  const failure: unknown = await mirrorOf(server, path, rule)
    .refs(0)
    .catch((error: unknown) => error);
  if (!(failure instanceof SourceFailure)) throw new Error(`no failure: ${String(failure)}`);
  expect(failure.message).toMatch(text);
  expect(failure.message).not.toContain(token);
  expect(failure.kind).toBe(kind);
});

test("a host in a private network that no rule names is not asked", async () => {
  const mirror = new Mirror(`https://127.0.0.1:${ports["good"]}/team/lib`, parts([]));
  await expect(mirror.refs(0)).rejects.toThrow(/private address 127\.0\.0\.1; name the host/);
});

function mirrorOf(server: string, path: string, rule: Partial<DirectRule>): Mirror {
  const host = `127.0.0.1:${ports[server]}`;
  const none = {
    url: undefined,
    depth: undefined,
    user: undefined,
    token: undefined,
    tokenCommand: undefined,
    sshKey: undefined,
    knownHosts: undefined,
  };
  return new Mirror(`https://${host}/${path}`, parts([{ ...none, prefix: host, ...rule }]));
}

function parts(rules: readonly DirectRule[]): ConstructorParameters<typeof Mirror>[1] {
  const options = { rules, timeoutMs: 30_000, repositoryLimit: 1 << 30, trusted: "", userConfig: false };
  const signal = new AbortController().signal;
  return {
    folder: folder.join("mirrors"),
    options,
    leases,
    caFile: folder.join("ca.crt"),
    isTrusted: false,
    readers,
    dispatchers: { any: agent, public: agent },
    signal,
  };
}

/** What a host for git does: a password, some statuses by path, and git's own http-backend. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "https://127.0.0.1");
  const [, first, second, ...rest] = url.pathname.split("/");
  asked.push(`${request.method} ${url.pathname}${url.search}`);
  const expected = `Basic ${Buffer.from(`oauth2:${token}`).toString("base64")}`;
  if (request.headers.authorization !== expected) {
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
  } else if (first === "status") {
    response.writeHead(Number(second), { "content-type": "text/html" }).end("<html>\n");
  } else if (first === "moved") {
    response.writeHead(301, { location: `/team/${second}/${rest.join("/")}${url.search}` }).end();
  } else {
    const path = `/${first}/${second}/.git/${rest.join("/")}`;
    answerGit(request, response, { root: folder.join("repositories"), path, search: url.search });
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
