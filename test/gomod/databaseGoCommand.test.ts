// The real go command with a checksum database of one's own: it verifies what it downloads against what our server's code
// says, and refuses what was forged on the way.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dirhash, zip } from "../../src/gomod/index.ts";
import { ModuleError } from "../../src/gomod/error.ts";
import * as note from "../../src/gomod/note.ts";
import { TestServer } from "../../src/gomod/sumdb.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/gomod/utf8.ts";
import { escaped, filePath } from "../harness/escaped.ts";
import { GoSandbox } from "../harness/goSandbox.ts";
import { debianGo, machineGo } from "../harness/goTools.ts";
import { TempDir } from "../harness/tempDir.ts";
import { testModule, type TestModule } from "../harness/testModule.ts";
import { DatabaseServer } from "./databaseServer.ts";
import { nodeCrypto, sha256 } from "./nodeNote.ts";
import { bytesReader, nodeZipPorts } from "./nodeZip.ts";

const keys = await note.generateKey(Buffer.alloc(32, 11), "sum.corp.example/go", nodeCrypto);
const signer = await note.newSigner(keys.signerKey, nodeCrypto);

const modules = ["v1.0.0", "v1.1.0", "v1.2.0"].map((version) => testModule("corp.example/Team/lib", version));
/** More than one tile of height 8 at the lowest level, so that tiles have parents. */
const others = 300;

/** The lines of a module version as it is; `salt` makes others of them. */
async function gosum(path: string, version: string, salt: string): Promise<Uint8Array> {
  const module = modules.find((each) => each.path === path && each.version === version);
  if (module === undefined && !path.startsWith("corp.example/other")) {
    throw new ModuleError("notFound", `${path}@${version}: no tag of that name in git.corp.example`);
  }
  const made = module ?? testModule(path, version);
  const h1 = salt === "" && module !== undefined ? await hashOf(made) : `h1:${salt}${"A".repeat(43 - salt.length)}=`;
  const goMod = dirhash.hashGoMod(made.mod, (data) => nodeZipPorts.sha256(data));
  return encodeUtf8(`${path} ${version} ${h1}\n${path} ${version}/go.mod ${goMod}\n`);
}

function hashOf({ path, version, zip: bytes }: TestModule): Promise<string> {
  return zip.hashZip(bytesReader(bytes), path, version, nodeZipPorts);
}

/** A database with so many other modules, before ours. The salted ones have other records, from the 290th on. */
async function database(salt = ""): Promise<TestServer> {
  const server = new TestServer({
    signer,
    sha256,
    gosum: (path, version) => {
      const isEarly = Number(path.replace(/^corp\.example\/other/, "")) < 290;
      return gosum(path, version, isEarly ? "" : salt);
    },
  });
  for (let i = 0; i < others; i++) await server.lookup({ path: `corp.example/other${i}`, version: "v1.0.0" });
  return server;
}

const scope = new AsyncDisposableStack();
let proxy: TempDir;
let honest: TestServer;
let server: DatabaseServer;

beforeAll(async () => {
  proxy = scope.use(await TempDir.create("proxy"));
  for (const { path, version, info, mod, zip: bytes } of modules) {
    for (const [kind, content] of [
      ["info", info],
      ["mod", mod],
      ["zip", bytes],
    ] as const) {
      await write(filePath(path, version, kind), content);
    }
    await write(`/${escaped(path)}/@v/list`, Buffer.from(modules.map((each) => `${each.version}\n`).join("")));
  }
  honest = await database();
  server = scope.use(await DatabaseServer.start(honest));
});
afterAll(() => scope.disposeAsync());
beforeEach(() => {
  server.ops = honest;
  server.change = (_, answer) => answer;
  server.asked.splice(0);
});

async function write(path: string, content: Uint8Array): Promise<void> {
  const file = join(proxy.path, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

const tools = [
  { tool: "the machine's go", find: machineGo },
  { tool: "Debian's go", find: debianGo },
];

describe.each(tools)("with $tool", ({ tool, find }) => {
  async function sandbox(skip: (why: string) => never): Promise<GoSandbox> {
    const go = find() ?? skip(`${tool} is not installed`);
    const env = { GOSUMDB: `${keys.verifierKey} ${server.url}` };
    return GoSandbox.create({ go, proxy: `file://${proxy.path}`, env });
  }
  const download = (version: string): string[] => ["mod", "download", "-json", `corp.example/Team/lib@${version}`];

  test("good modules are verified, and go.sum says so", async ({ skip }) => {
    await using go = await sandbox(skip);
    const cwd = await go.emptyModule();
    const got = await go.run(["get", "corp.example/Team/lib@v1.1.0"], cwd);
    expect(got.exitCode, got.stderr).toBe(0);
    expect(server.asked).toContain("/lookup/corp.example/!team/lib@v1.1.0");
    expect(server.asked.some((path) => path.startsWith("/tile/8/1/000"))).toBe(true);
    // A second one, with what the first has left in the cache; then one with no network, from the cache alone.
    const second = await go.run(download("v1.2.0"), cwd);
    expect(second.exitCode, second.stdout).toBe(0);
    const verified = await go.run(["mod", "verify"], cwd);
    expect(verified.stdout, verified.stderr).toContain("all modules verified");
    server.asked.splice(0);
    server.change = () => ({ status: 500, contentType: "text/plain", body: encodeUtf8("offline\n") });
    const again = await go.run(download("v1.2.0"), cwd);
    expect(again.exitCode, again.stdout).toBe(0);
  });

  test("a forged zip is refused", async ({ skip }) => {
    await using go = await sandbox(skip);
    const cwd = await go.emptyModule();
    const [module] = modules;
    if (module === undefined) return;
    const path = filePath(module.path, module.version, "zip");
    try {
      await write(path, testModule(module.path, module.version, { ballast: 100 }).zip);
      const run = await go.run(download("v1.0.0"), cwd);
      expect(run.exitCode).not.toBe(0);
      expect(run.stdout).toContain("verifying module: checksum mismatch");
      expect(run.stdout).toContain(`sum.corp.example/go: ${await hashOf(module)}`);
    } finally {
      await write(path, module.zip);
    }
  });

  test("a forged record is refused", async ({ skip }) => {
    await using go = await sandbox(skip);
    const cwd = await go.emptyModule();
    server.change = (path, answer) =>
      path.startsWith("/lookup/")
        ? { ...answer, body: encodeUtf8(decodeUtf8(answer.body).replace(" h1:", " h1:x")) }
        : answer;
    const run = await go.run(download("v1.0.0"), cwd);
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout).toContain("cannot authenticate record data in server response");
  });

  test("a tree head that another has signed is refused", async ({ skip }) => {
    await using go = await sandbox(skip);
    const cwd = await go.emptyModule();
    server.change = (path, answer) =>
      path.startsWith("/lookup/")
        ? { ...answer, body: encodeUtf8(decodeUtf8(answer.body).replace(/tree\n[0-9]+/, "tree\n1000")) }
        : answer;
    const run = await go.run(download("v1.0.0"), cwd);
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout).toContain("invalid signature for key sum.corp.example/go+");
  });

  test("a forged tile is refused", async ({ skip }) => {
    await using go = await sandbox(skip);
    const cwd = await go.emptyModule();
    server.change = (path, answer) =>
      path.startsWith("/tile/")
        ? { ...answer, body: answer.body.map((byte, i) => (i === 5 ? byte ^ 1 : byte)) }
        : answer;
    const run = await go.run(download("v1.0.0"), cwd);
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout).toContain("downloaded inconsistent tile");
  });

  test("a second history is proven to be one", async ({ skip }) => {
    await using go = await sandbox(skip);
    const cwd = await go.emptyModule();
    const first = await go.run(download("v1.1.0"), cwd);
    expect(first.exitCode, first.stdout).toBe(0);
    const forked = await database("fork");
    for (const { path, version } of modules) await forked.lookup({ path, version });
    // It has grown, or the go command would find fault with its tiles and look no further.
    for (const n of [others, others + 1]) await forked.lookup({ path: `corp.example/other${n}`, version: "v1.0.0" });
    server.ops = forked;
    const run = await go.run(download("v1.2.0"), cwd);
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toContain("SECURITY ERROR\ngo.sum database server misbehavior detected!");
    expect(run.stdout + run.stderr).toContain("proof of misbehavior:\n\t");
    expect(run.stdout + run.stderr).not.toContain("internal error");
  });

  test("the database's own words reach the user", async ({ skip }) => {
    await using go = await sandbox(skip);
    const cwd = await go.emptyModule();
    const missing = testModule("corp.example/missing", "v1.0.0");
    for (const kind of ["info", "mod", "zip"] as const)
      await write(filePath(missing.path, "v1.0.0", kind), missing[kind]);
    const run = await go.run(["mod", "download", "-json", "corp.example/missing@v1.0.0"], cwd);
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout).toContain("404 Not Found");
    expect(run.stdout).toContain("no tag of that name in git.corp.example");
  });
});

test("an answer without the module's line is a failure to a go command that has the hole mended", async ({ skip }) => {
  const tool = machineGo() ?? skip("the machine's go is not installed");
  const empty = new TestServer({
    signer,
    sha256,
    gosum: async () => encodeUtf8("corp.example/another v1.0.0 h1:x=\n"),
  });
  server.ops = empty;
  const env = { GOSUMDB: `${keys.verifierKey} ${server.url}` };
  await using go = await GoSandbox.create({ go: tool, proxy: `file://${proxy.path}`, env });
  const run = await go.run(["mod", "download", "-json", "corp.example/Team/lib@v1.0.0"], await go.emptyModule());
  expect(run.exitCode).not.toBe(0);
  expect(run.stdout).toContain("checksum missing from sumdb response");
});
