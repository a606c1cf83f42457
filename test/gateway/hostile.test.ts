// A hostile upstream, all of it in one table: what it does, what the client reads, what the operator's log says, what is
// counted. In no row is anything of it kept, and afterwards the true bytes are to be had.
//
// Elsewhere, in more variants: faults.test.ts (what goes wrong), checksums.test.ts (sources and databases that lie), test/gomod
// (the proofs, against Go's own code). The three holes were x/mod's own: golang/go#80744, #80745, #79070.
import { hash } from "node:crypto";
import { createServer } from "node:http";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { h1OfMod } from "../../src/gateway/checksums.ts";
import { ModuleError } from "../../src/gomod/error.ts";
import * as note from "../../src/gomod/note.ts";
import * as sumdb from "../../src/gomod/sumdb.ts";
import { hashModuleZip } from "../../src/storage/moduleZip.ts";
import { DatabaseServer } from "../gomod/databaseServer.ts";
import { nodeCrypto, sha256 } from "../gomod/nodeNote.ts";
import { cachedFiles } from "../harness/cacheFolder.ts";
import { filePath } from "../harness/escaped.ts";
import { CutError, orCut } from "../harness/exchange.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { TempDir } from "../harness/tempDir.ts";
import { testModule, type TestModule } from "../harness/testModule.ts";
import { zipFile } from "../harness/zipFile.ts";

const scope = new AsyncDisposableStack();
const keys = await note.generateKey(Buffer.alloc(32, 9), "sum.example.com", nodeCrypto);
const signer = await note.newSigner(keys.signerKey, nodeCrypto);
const known = new Map<string, string>();
let folder: TempDir;
let database: DatabaseServer;
let upstream: FaultyUpstream;
let modules = 0;

/** More records than a tile of height 8 has hashes: there are tiles with children. */
const records = 300;

beforeAll(async () => {
  folder = scope.use(await TempDir.create("hostile"));
  const log = newDatabase();
  for (let i = 0; i < records; i++) {
    const line = `example.com/filler${i} v1.0.0`;
    known.set(`example.com/filler${i}@v1.0.0`, `${line} ${h1OfMod(Buffer.from(line))}\n`);
    await log.lookup({ path: `example.com/filler${i}`, version: "v1.0.0" });
  }
  database = scope.use(await DatabaseServer.start(log));
  upstream = scope.use(await FaultyUpstream.start());
});
afterAll(() => scope.disposeAsync());

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

async function linesOf({ path, version, mod, zip }: TestModule): Promise<string> {
  const file = folder.join(`${hash("sha256", zip)}.zip`);
  await writeFile(file, zip);
  const line = `${path} ${version}`;
  return `${line} ${await hashModuleZip(file, path, version)}\n${line}/go.mod ${h1OfMod(mod)}\n`;
}

async function freshModule(ballast: number): Promise<TestModule> {
  const module = testModule(`example.com/hostile${modules++}`, "v1.0.0", { ballast });
  upstream.add(module);
  known.set(`${module.path}@${module.version}`, await linesOf(module));
  return module;
}

function tampered({ path, version }: TestModule, ballast: number): TestModule {
  return testModule(path, version, { ballast, goMod: "// changed\n" });
}

/** The answers of the database on their way; `lookup` and `tile` see only theirs. */
function onTheWay(kind: "/lookup/" | "/tile/", change: (text: string, path: string) => string): void {
  database.change = (path, answer) => {
    if (!path.startsWith(kind) || answer.status !== 200) return answer;
    return { ...answer, body: Buffer.from(change(Buffer.from(answer.body).toString("latin1"), path), "latin1") };
  };
}

interface Row {
  readonly name: string;
  readonly kind?: "mod" | "zip";
  /** Bytes of the module's zip. Above 256 KiB it is passed on while it arrives. */
  readonly ballast?: number;
  readonly attack: (module: TestModule, path: string) => void | Promise<void>;
  /** `cut`: the answer had begun, and was cut. */
  readonly status: number | "cut";
  /** What the user of the go command reads; of an answer that was cut it is in the log alone. */
  readonly text: RegExp;
  /** What the log has beside that text. */
  readonly log: string;
  /** The result that the upstream's requests are counted under; else how the client's request ended. */
  readonly result?: string;
  readonly outcome: "failed" | "refused" | "cut";
}

const failed = { log: "fill failed", outcome: "failed" } as const;
const refused = { log: "fill failed", outcome: "refused" } as const;
const big = 2_000_000;
const lies = "a source sent bytes that the checksum database contradicts";

const rows: readonly Row[] = [
  {
    name: "cut",
    attack: (_, path) =>
      upstream.failAlways(path, {
        kind: "cut",
        atByte: 300,
      }),
    status: 502,
    text: /broke off after \d+ bytes of \d+|closed before/,
    result: "outage",
    ...failed,
  },
  {
    name: "cut, large: what the client has got is cut too",
    ballast: big,
    attack: (_, path) =>
      upstream.failAlways(path, {
        kind: "cut",
        atByte: 1e6,
      }),
    status: "cut",
    text: /broke off after \d+ bytes of \d+/,
    result: "outage",
    log: "fill failed",
    outcome: "cut",
  },
  {
    name: "stall",
    attack: (_, path) =>
      upstream.failAlways(path, {
        kind: "stall",
        atByte: 300,
      }),
    status: 504,
    text: /stalled: no bytes within the time limit/,
    result: "timeout",
    ...failed,
  },
  {
    name: "slow-loris: always a few bytes more",
    attack: (_, path) =>
      upstream.failAlways(path, {
        kind: "slow",
        bytesPerSecond: 20,
      }),
    status: 504,
    text: /the answer drips: \d+\.\d bytes a second/,
    result: "timeout",
    ...failed,
  },
  {
    name: "tampered zip, small",
    attack: (module) => upstream.add(tampered(module, 1e3)),
    status: 502,
    text: /verifying module: checksum mismatch/,
    result: "mismatch",
    log: lies,
    outcome: "failed",
  },
  {
    name: "tampered zip, large: never whole",
    ballast: big,
    attack: (module) => upstream.add(tampered(module, big)),
    status: "cut",
    text: /checksum mismatch/,
    result: "mismatch",
    log: lies,
    outcome: "cut",
  },
  {
    name: "tampered .mod",
    kind: "mod",
    attack: (module) => upstream.add(tampered(module, 1e3)),
    status: 502,
    text: /verifying go\.mod: checksum mismatch/,
    result: "mismatch",
    log: lies,
    outcome: "failed",
  },
  {
    name: "forged tile",
    attack: () => onTheWay("/tile/", (text) => flipped(text, text.length - 3)),
    status: 502,
    text: /can't be verified: .*inconsistent tile/,
    ...failed,
  },
  {
    name: "forged head: a tree that nobody has signed",
    attack: () => onTheWay("/lookup/", (text) => text.replace(/tree\n\d+/, "tree\n100000")),
    status: 502,
    text: /can't be verified: .*invalid signature/,
    ...failed,
  },
  {
    name: "replayed head: an old tree that has not got the record yet",
    async attack() {
      const old = Buffer.from(await database.ops.signed()).toString("latin1");
      onTheWay("/lookup/", (text) => text.slice(0, text.indexOf("go.sum database tree\n")) + old);
    },
    status: 502,
    text: /can't be verified: /,
    ...failed,
  },
  {
    name: "hole: a forged leaf whose parent had been seen",
    attack: () =>
      onTheWay("/tile/", (text, path) => (/^\/tile\/8\/0\/(000|001\.p\/\d+)$/.test(path) ? flipped(text, 5) : text)),
    status: 502,
    text: /can't be verified: .*inconsistent tile/,
    ...failed,
  },
  {
    name: "hole: a line for the tampered zip, outside of what is authenticated",
    async attack(module) {
      const other = tampered(module, 1e3);
      upstream.add(other);
      const line = (await linesOf(other)).split("\n")[0] ?? "";
      onTheWay("/lookup/", (text) => `${text}\n${line}\n`);
    },
    status: 502,
    text: /checksum mismatch|can't be verified/,
    log: "fill failed",
    outcome: "failed",
  },
  {
    name: "hole: a true record, of another module",
    async attack() {
      const { body } = await sumdb.serve("/lookup/example.com/filler7@v1.0.0", database.ops);
      onTheWay("/lookup/", () => Buffer.from(body).toString("latin1"));
    },
    status: 403,
    text: /does not know it/,
    ...refused,
  },
  {
    name: "10 GB, announced",
    attack: (_, path) =>
      upstream.failAlways(path, {
        kind: "endless",
        length: 1e10,
      }),
    status: 502,
    text: /larger than 8388608 bytes/,
    result: "bad-answer",
    ...failed,
  },
  {
    name: "10 GB, not announced: cut at the limit",
    attack: (_, path) => upstream.failAlways(path, { kind: "endless" }),
    status: "cut",
    text: /larger than 8388608 bytes/,
    result: "bad-answer",
    log: "fill failed",
    outcome: "cut",
  },
  {
    name: "a .mod without end",
    kind: "mod",
    attack: (_, path) => upstream.failAlways(path, { kind: "endless" }),
    status: 502,
    text: /longer than \d+ bytes/,
    result: "bad-answer",
    ...failed,
  },
  {
    name: "gzip bomb: an encoding that was not asked for",
    attack: (_, path) =>
      upstream.failAlways(path, {
        kind: "endless",
        encoding: "gzip",
      }),
    status: 502,
    text: /content-encoding gzip, which was not asked for/,
    result: "bad-answer",
    ...failed,
  },
  {
    name: "zip bomb: a go.mod of 32 MB in 32 KB",
    attack({ path, version }, file) {
      const bytes = Buffer.alloc(32 << 20, "\n");
      const body = zipFile([
        {
          name: `${path}@${version}/go.mod`,
          bytes,
        },
      ]);
      upstream.failAlways(file, {
        kind: "body",
        body,
      });
    },
    status: 502,
    text: /sent a bad zip: .*go\.mod/,
    result: "bad-answer",
    ...failed,
  },
];

function flipped(text: string, at: number): string {
  const bytes = Buffer.from(text, "latin1");
  const place = Math.min(Math.max(0, at), bytes.length - 1);
  bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
  return bytes.toString("latin1");
}

const settings = `
retries: 0
holdZipsUpTo: 256KiB
limits: { zip: 8MiB }
timeouts: { connect: 2s, firstByte: 2s, stall: 1s }
fresh: { for: 0s, staleFor: 0s, negativeFor: 0s }`;

function start(more: Readonly<Record<string, string>> = {}, list = upstream.url): Promise<FairleadServer> {
  const env = { FAIRLEAD_GATEWAY_VERIFY_DATABASE: `${keys.verifierKey} ${database.url}`, ...more };
  return FairleadServer.start({ upstream: list, settings, env, workers: 1 });
}

/** The sum of a counter's lines that have all of the labels. */
async function counted(fairlead: FairleadServer, name: string, ...labels: readonly string[]): Promise<number> {
  const text = (await fairlead.get("/metrics")).body.toString("utf8");
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

test.each(rows)("$name", async ({ kind = "zip", ballast = 1000, attack, status, text, log, result, outcome }) => {
  // A gateway of its own: what a database has proven to it, it would not ask for again.
  await using fairlead = await start();
  const module = await freshModule(ballast);
  const path = filePath(module.path, module.version, kind);
  try {
    await attack(module, path);
    const answer = await fairlead.get(path).catch(orCut);
    await expect.poll(() => fairlead.log).toContain(log);
    if (status === "cut") {
      expect(answer).toBeInstanceOf(CutError);
      await expect.poll(() => fairlead.log).toMatch(text);
    } else {
      if (answer instanceof CutError) throw answer;
      expect(answer.body.toString("utf8")).toMatch(text);
      expect(answer.status).toBe(status);
    }
    if (result !== undefined) {
      const source = [`source="${upstream.url}"`, `result="${result}"`];
      expect(await counted(fairlead, "fairlead_upstream_seconds_count", ...source)).toBeGreaterThan(0);
    }
    await expect
      .poll(() => counted(fairlead, "fairlead_requests_total", `endpoint="${kind}"`, `outcome="${outcome}"`))
      .toBe(1);
    const kept = (await cachedFiles(fairlead.data)).filter((file) => file.startsWith(module.path));
    expect(kept).toEqual([]);
  } finally {
    upstream.heal();
    database.change = (_, answer) => answer;
    upstream.add(module);
  }
  await expect.poll(async () => (await fairlead.get(path).catch(orCut)) instanceof CutError).toBe(false);
  const good = await fairlead.get(path);
  expect(good.body.equals(module[kind])).toBe(true);
});

test("forked head: the database has signed two histories", async () => {
  await using fairlead = await start();
  const seen = await freshModule(1000);
  expect((await fairlead.get(filePath(seen.path, seen.version, "mod"))).status).toBe(200);
  const honest = database.ops;
  const other = newDatabase();
  for (let i = 0; i < records + 8; i++)
    await other.lookup({ path: `example.com/filler${(i * 7) % records}`, version: "v1.0.0" });
  for (let i = 0; i < 8; i++) await other.lookup({ path: (await freshModule(10)).path, version: "v1.0.0" });
  database.ops = other;
  const later = await freshModule(1000);
  const answer = await fairlead.get(filePath(later.path, later.version, "zip"));
  database.ops = honest;
  expect(answer.status).toBe(403);
  expect(answer.body.toString("utf8")).toContain("has signed two histories");
  await expect.poll(() => fairlead.log).toMatch(/"proof":[^]*a checksum database lies/);
  await expect.poll(() => counted(fairlead, "fairlead_requests_total", 'endpoint="zip"', 'outcome="refused"')).toBe(1);
});

test("redirect to loopback, from a public name", async () => {
  // An HTTP proxy that speaks for the public name; what it is sent on to is this machine.
  const inside = await freshModule(1000);
  const proxy = createServer((_, response) => {
    response.writeHead(302, { location: `${upstream.url}${filePath(inside.path, inside.version, "zip")}` }).end();
  });
  proxy.on("connect", (_, socket) => socket.destroy());
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  try {
    const address = proxy.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const env = { HTTP_PROXY: `http://127.0.0.1:${port}`, FAIRLEAD_GATEWAY_VERIFY_DATABASE: "off" };
    await using fairlead = await start(env, "http://mirror.public.test");
    const before = upstream.count();
    const answer = await fairlead.get(filePath(inside.path, inside.version, "zip"));
    expect(answer.body.toString("utf8")).toContain("redirected to the private address 127.0.0.1");
    expect(answer.status).toBe(502);
    expect(upstream.count()).toBe(before);
    await expect.poll(() => fairlead.log).toContain("fill failed");
    const source = ['source="http://mirror.public.test"', 'result="bad-answer"'];
    expect(await counted(fairlead, "fairlead_upstream_seconds_count", ...source)).toBe(1);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});
