// Nothing unverified is served whole: modules held against a checksum database by the gateway itself, with databases and
// sources that are honest, lying, or away.
import { hash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { h1OfMod } from "../../src/gateway/checksums.ts";
import { ModuleError } from "../../src/gomod/error.ts";
import * as note from "../../src/gomod/note.ts";
import * as sumdb from "../../src/gomod/sumdb.ts";
import { hashModuleZip } from "../../src/storage/moduleZip.ts";
import { DatabaseServer } from "../gomod/databaseServer.ts";
import { nodeCrypto, sha256 } from "../gomod/nodeNote.ts";
import { cachedFiles } from "../harness/cacheFolder.ts";
import { tryCommand } from "../harness/command.ts";
import { CutError, orCut } from "../harness/exchange.ts";
import { filePath } from "../harness/escaped.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { realUpstream } from "../harness/goTools.ts";
import { testModule, type TestModule } from "../harness/testModule.ts";

const launcher = resolve(import.meta.dirname, "../../bin/fairlead");
const scope = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), "fairlead-checksums-"));
const keys = await note.generateKey(Buffer.alloc(32, 5), "sum.example.com", nodeCrypto);
const signer = await note.newSigner(keys.signerKey, nodeCrypto);
/** What the database says of each version. */
const known = new Map<string, string>();
let database: DatabaseServer;
let upstream: FaultyUpstream;
let second: FaultyUpstream;

beforeAll(async () => {
  database = scope.use(await DatabaseServer.start(newDatabase()));
  upstream = scope.use(await FaultyUpstream.start());
  second = scope.use(await FaultyUpstream.start());
});
afterAll(async () => {
  await scope.disposeAsync();
  rmSync(folder, { recursive: true });
});

function newDatabase(): sumdb.TestServer {
  return new sumdb.TestServer({
    signer,
    sha256,
    async gosum(path, version) {
      const lines = known.get(`${path}@${version}`);
      if (lines === undefined) throw new ModuleError("notFound", "no such module");
      return Buffer.from(lines);
    },
  });
}

let modules = 0;

/** A module that both upstreams have, and the database knows. */
async function freshModule(ballast = 1000): Promise<TestModule> {
  const module = testModule(`example.com/m${modules++}`, "v1.0.0", { ballast });
  upstream.add(module);
  second.add(module);
  await makeKnown(module);
  return module;
}

async function makeKnown({ path, version, mod, zip }: TestModule): Promise<void> {
  const file = join(folder, `${hash("sha256", zip)}.zip`);
  await writeFile(file, zip);
  const line = `${path} ${version}`;
  const h1 = await hashModuleZip(file, path, version);
  known.set(`${path}@${version}`, `${line} ${h1}\n${line}/go.mod ${h1OfMod(mod)}\n`);
}

/** The same module with other contents: as good a zip, and not the one that everybody gets. */
function tampered({ path, version }: TestModule, ballast = 1000): TestModule {
  return testModule(path, version, { ballast, goMod: "// changed\n" });
}

function start(list = upstream.url, settings = ""): Promise<FairleadServer> {
  return FairleadServer.start({
    upstream: list,
    settings: `retries: 1\nholdZipsUpTo: 256KiB\nfresh: { negativeFor: 0s }\n${settings}`,
    env: { FAIRLEAD_GATEWAY_VERIFY_DATABASE: `${keys.verifierKey} ${database.url}` },
  });
}

describe("honest", () => {
  test("every file of every size, each looked up once, and offline afterwards", async () => {
    await using fairlead = await start();
    const some = [await freshModule(), await freshModule(2_000_000)];
    for (const { path, version, mod, zip } of some) {
      expect((await fairlead.get(filePath(path, version, "mod"))).body).toEqual(mod);
      expect((await fairlead.get(filePath(path, version, "zip"))).body).toEqual(zip);
      expect(database.asked.filter((asked) => asked === `/lookup/${path}@${version}`)).toHaveLength(1);
    }
    await fairlead.stop();
    await fairlead.start("--offline");
    for (const { path, version, zip } of some) {
      expect((await fairlead.get(filePath(path, version, "zip"))).body).toEqual(zip);
      // What was proven is there for clients too.
      expect((await fairlead.get(`/sumdb/sum.example.com/lookup/${path}@${version}`)).status).toBe(200);
    }
  });

  test("Go's own database, through the upstream", async () => {
    await using fairlead = await FairleadServer.start({
      upstream: realUpstream(),
      env: { FAIRLEAD_GATEWAY_VERIFY_DATABASE: "sum.golang.org" },
    });
    for (const kind of ["mod", "zip"] as const) {
      expect((await fairlead.get(filePath("golang.org/x/text", "v0.30.0", kind))).status).toBe(200);
    }
    await fairlead.stop();
    await fairlead.start("--offline");
    expect((await fairlead.get("/sumdb/sum.golang.org/lookup/golang.org/x/text@v0.30.0")).status).toBe(200);
  });

  test("modules that no public database knows are not named to it", async () => {
    await using fairlead = await start(upstream.url, 'verify: { except: "example.com/private*" }');
    const module = testModule("example.com/private1", "v1.0.0");
    upstream.add(module);
    expect((await fairlead.get(filePath(module.path, module.version, "zip"))).body).toEqual(module.zip);
    expect(database.asked.filter((asked) => asked.includes("private1"))).toEqual([]);
  });
});

describe("a source that lies", () => {
  test.each(["mod", "zip"] as const)("about a .%s is told apart, and nothing of it is kept", async (kind) => {
    await using fairlead = await start();
    const module = await freshModule();
    upstream.add(tampered(module));
    const path = filePath(module.path, module.version, kind);
    const answer = await fairlead.get(path);
    expect(answer.status).toBe(502);
    const text = answer.body.toString("utf8");
    expect(text).toContain(`${module.path}@${module.version}: verifying ${kind === "mod" ? "go.mod" : "module"}`);
    expect(text).toMatch(/checksum mismatch\n\tdownloaded: h1:\S+\n\tsum\.example\.com: h1:\S+/);
    expect(upstream.count(path)).toBe(2);
    const files = await cachedFiles(fairlead.data);
    expect(files.filter((file) => file.includes(module.path) && !file.includes("sumdb"))).toEqual([]);
    expect(readdirSync(fairlead.data).includes("quarantine")).toBe(kind === "zip");
    upstream.add(module);
    expect((await fairlead.get(path)).body).toEqual(module[kind]);
  });

  test("about a large zip: the answer under way is cut, never whole", async () => {
    await using fairlead = await start();
    const module = await freshModule(2_000_000);
    upstream.add(tampered(module, 2_000_000));
    const path = filePath(module.path, module.version, "zip");
    const answer = await fairlead.get(path).catch(orCut);
    if (answer instanceof CutError) expect(answer.received.length).toBeLessThan(module.zip.length);
    else expect(answer.status).toBe(502);
    upstream.add(module);
    await expect
      .poll(async () => (await fairlead.get(path).catch(orCut)) instanceof CutError, { timeout: 10_000 })
      .toBe(false);
    expect((await fairlead.get(path)).body).toEqual(module.zip);
  });

  test("is left for the next one, whatever stands between them", async () => {
    await using fairlead = await start(`${upstream.url},${second.url}`);
    const module = await freshModule();
    upstream.add(tampered(module));
    const path = filePath(module.path, module.version, "zip");
    expect((await fairlead.get(path)).body).toEqual(module.zip);
    upstream.add(module);

    await expect.poll(() => fairlead.log).toContain("a source sent bytes that the checksum database contradicts");
    // It is left alone now, by a gateway that starts anew too; what it sent is there to look at.
    await fairlead.stop();
    await fairlead.start();
    const other = await freshModule();
    const otherPath = filePath(other.path, other.version, "zip");
    expect((await fairlead.get(otherPath)).body).toEqual(other.zip);
    expect(upstream.count(otherPath)).toBe(0);
    // Until somebody who knows that it is well says so.
    const release = [launcher, "mirrors", "--data", fairlead.data, "--release"];
    expect((await tryCommand([...release, `${upstream.url}/`])).stdout).toBe(`${upstream.url}/ is asked again\n`);
    expect((await tryCommand([...release, upstream.url])).exitCode).toBe(2);
    await expect
      .poll(
        async () => {
          const { path, version } = await freshModule();
          await fairlead.get(filePath(path, version, "zip"));
          return upstream.count(filePath(path, version, "zip"));
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(0);
    const [kept = ""] = readdirSync(join(fairlead.data, "quarantine"));
    expect(readFileSync(join(fairlead.data, "quarantine", kept))).toEqual(tampered(module).zip);
  });

  test("is asked again after its time, and at once where it may be", async () => {
    const module = await freshModule();
    const path = filePath(module.path, module.version, "zip");
    await using fairlead = await start(`${upstream.url},${second.url}`, "verify: { isolateFor: 0s }");
    upstream.add(tampered(module));
    expect((await fairlead.get(path)).body).toEqual(module.zip);
    upstream.add(module);
    const other = await freshModule();
    const otherPath = filePath(other.path, other.version, "zip");
    await fairlead.get(otherPath);
    expect(upstream.count(otherPath)).toBe(1);
  });
});

describe("a database", () => {
  test("that does not know a module is no word for it: not 404, and why", async () => {
    await using fairlead = await start();
    const module = testModule("example.com/unheard-of", "v1.0.0");
    upstream.add(module);
    const answer = await fairlead.get(filePath(module.path, module.version, "zip"));
    expect(answer.status).toBe(403);
    expect(answer.body.toString("utf8")).toMatch(/sum\.example\.com does not know it[^]*gateway\.verify\.except/);
  });

  test("that is away makes an outage, and all is well once it is back", async () => {
    await using fairlead = await start();
    const module = await freshModule();
    const path = filePath(module.path, module.version, "zip");
    database.change = () => ({ status: 500, contentType: "text/plain", body: Buffer.from("in maintenance") });
    const answer = await fairlead.get(path);
    database.change = (_, answer) => answer;
    expect(answer.status).toBe(502);
    expect(answer.body.toString("utf8")).toMatch(
      /can't be verified: checksum database sum\.example\.com[^]*maintenance/,
    );
    expect((await fairlead.get(path)).body).toEqual(module.zip);
  });

  test("whose answer was forged on the way is not believed", async () => {
    await using fairlead = await start();
    const module = await freshModule();
    const forged = `${module.path} ${module.version} h1:`;
    database.change = (asked, answer) => {
      if (!asked.startsWith("/lookup/")) return answer;
      const text = Buffer.from(answer.body).toString("latin1");
      return {
        ...answer,
        body: Buffer.from(
          text.replace(new RegExp(`${forged}(.)`), (_, first) => forged + (first === "A" ? "B" : "A")),
          "latin1",
        ),
      };
    };
    const path = filePath(module.path, module.version, "zip");
    const answer = await fairlead.get(path);
    database.change = (_, answer) => answer;
    expect(answer.status).toBe(502);
    expect(answer.body.toString("utf8")).toContain("cannot authenticate record data in server response");
    expect((await fairlead.get(path)).body).toEqual(module.zip);
  });

  test("with two histories is caught, restarts notwithstanding, with the proof in the log", async () => {
    await using fairlead = await start();
    const module = await freshModule();
    expect((await fairlead.get(filePath(module.path, module.version, "mod"))).status).toBe(200);
    await fairlead.stop();
    // The same key signs another log: other modules at the same places.
    const honest = database.ops;
    const other = newDatabase();
    for (let i = 0; i < 8; i++) await other.lookup({ path: (await freshModule()).path, version: "v1.0.0" });
    database.ops = other;
    await fairlead.start();
    const later = await freshModule();
    const answer = await fairlead.get(filePath(later.path, later.version, "zip"));
    database.ops = honest;
    expect(answer.status).toBe(403);
    expect(answer.body.toString("utf8")).toContain("two histories");
    await expect.poll(() => fairlead.log).toContain("a checksum database lies");
    await expect.poll(() => fairlead.log).toContain("proof");
  });
});
