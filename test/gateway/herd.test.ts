// Many clients, one file: one download however many ask, in whatever worker; bounded memory; nobody waits for the
// slowest, and nobody's leaving or dying takes the file from the others.
import { execFile } from "node:child_process";
import { request, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { resolve } from "node:path";
import { cachedFiles } from "../harness/cacheFolder.ts";
import { connectedTo, connectionsFrom } from "../harness/connectedTo.ts";
import { filePath } from "../harness/escaped.ts";
import { CutError, type Exchange, orCut } from "../harness/exchange.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { peakMemory } from "../harness/processTree.ts";
import { testModule } from "../harness/testModule.ts";

const mebibyte = 1 << 20;
const version = "v1.0.0";

test("256 clients ask for the same uncached 50 MB zip at once", async () => {
  const clients = 256;
  const module = testModule("example.com/fifty", version, { ballast: 50 * mebibyte });
  const path = filePath(module.path, version, "zip");
  await using upstream = await FaultyUpstream.start(module);
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  const atRest = peakMemory([fairlead.pid, ...fairlead.workerPids]);
  // Held open in the middle until all have asked, so that none finds it cached.
  const gate = Promise.withResolvers<void>();
  upstream.failAlways(path, { kind: "stall", atByte: 10 * mebibyte, until: gate.promise });

  const start = performance.now();
  const readers = Array.from({ length: clients }, () => compare(fairlead.url, path, module.zip));
  await expect.poll(() => connectionsOf(fairlead), { timeout: 60_000 }).toBeGreaterThanOrEqual(clients);
  gate.resolve();
  const sizes = await Promise.all(readers);
  const seconds = (performance.now() - start) / 1000;

  expect(new Set(sizes)).toEqual(new Set([module.zip.length]));
  expect(upstream.count(path)).toBe(1);
  const peak = peakMemory([fairlead.pid, ...fairlead.workerPids]);
  console.log(
    `${clients} clients, one zip of ${module.zip.length} bytes: one upstream request, ${seconds.toFixed(1)} s, peak memory of the process tree ${Math.round(peak / mebibyte)} MiB (${Math.round(atRest / mebibyte)} MiB before)`,
  );
  // 128 KiB a reader, the in-memory cache (256 MiB at most), and what Node takes.
  expect(peak - atRest).toBeLessThan((256 + 256) * mebibyte);
});

test("slow readers slow nobody", async () => {
  const module = testModule("example.com/slow", version, { ballast: 40 * mebibyte });
  const path = filePath(module.path, version, "zip");
  await using upstream = await FaultyUpstream.start(module);
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  const gate = Promise.withResolvers<void>();
  upstream.failAlways(path, { kind: "stall", atByte: 20 * mebibyte, until: gate.promise });
  // They take the first bytes and then nothing for as long as they like.
  const sleepers = await Promise.all(Array.from({ length: 20 }, () => openAndPause(fairlead.url, path)));
  const quick = Array.from({ length: 10 }, () => compare(fairlead.url, path, module.zip));
  gate.resolve();
  expect(await Promise.all(quick)).toEqual(quick.map(() => module.zip.length));
  // Cached now, and the sleepers still at their first bytes: others are answered as ever.
  expect(await compare(fairlead.url, path, module.zip)).toBe(module.zip.length);
  const memory = peakMemory(fairlead.workerPids);
  expect(memory).toBeLessThan(800 * mebibyte);
  // Woken up, they get the whole.
  const late = await Promise.all(sleepers.map((sleeper) => rest(sleeper, module.zip)));
  expect(late).toEqual(sleepers.map(() => module.zip.length));
  expect(upstream.count(path)).toBe(1);
});

test("a client that leaves kills nothing", async () => {
  for (const ballast of [20_000, 20 * mebibyte]) {
    const module = testModule(`example.com/leave${ballast}`, version, { ballast });
    const path = filePath(module.path, version, "zip");
    await using upstream = await FaultyUpstream.start(module);
    await using fairlead = await FairleadServer.start({ upstream: upstream.url });
    const gate = Promise.withResolvers<void>();
    upstream.failAlways(path, { kind: "stall", atByte: ballast >> 1, until: gate.promise });
    const leaving = request(fairlead.url + path, { agent: false });
    leaving.on("error", () => undefined);
    leaving.end();
    await upstream.asked(path);
    const staying = compare(fairlead.url, path, module.zip);
    leaving.destroy();
    await sleep(100);
    gate.resolve();
    expect(await staying).toBe(module.zip.length);
    expect(upstream.count(path)).toBe(1);
  }
});

test("what its only client left is finished and cached", async () => {
  const module = testModule("example.com/alone", version, { ballast: 20 * mebibyte });
  const path = filePath(module.path, version, "zip");
  await using upstream = await FaultyUpstream.start(module);
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  upstream.failAlways(path, { kind: "stall", atByte: mebibyte, until: sleep(500) });
  const leaving = request(fairlead.url + path, { agent: false });
  leaving.on("error", () => undefined);
  leaving.end();
  await upstream.asked(path);
  leaving.destroy();
  await expect
    .poll(() => cachedFiles(fairlead.data), { timeout: 20_000 })
    .toContain(`example.com/alone/@v/${version}.ziphash`);
  expect(await compare(fairlead.url, path, module.zip)).toBe(module.zip.length);
  expect(upstream.count(path)).toBe(1);
});

test("a leader killed in the middle is replaced: started answers are cut, waiting ones succeed", async () => {
  for (const ballast of [20_000, 20 * mebibyte]) {
    const module = testModule(`example.com/leader${ballast}`, version, { ballast });
    const path = filePath(module.path, version, "zip");
    await using upstream = await FaultyUpstream.start(module);
    await using fairlead = await FairleadServer.start({ upstream: upstream.url });
    upstream.fail(path, { kind: "stall", atByte: ballast >> 1 });
    const answers = Array.from({ length: 40 }, () => fairlead.get(path).catch(orBroken));
    await upstream.asked(path);
    await expect.poll(() => connectionsOf(fairlead)).toBeGreaterThanOrEqual(40);
    await sleep(300);
    const leader = leaderOf(fairlead, upstream);
    const others = fairlead.workerPids.filter((pid) => pid !== leader);
    const spared = connectionsFrom(fairlead.port, others);
    process.kill(leader, "SIGKILL");
    const start = performance.now();
    const ended = await Promise.all(answers);
    const whole = ended.filter((answer) => "body" in answer && answer.body.equals(module.zip)).length;
    const broken = ended.filter((answer) => answer instanceof Error).length;
    // No third outcome: no error status, no wrong bytes that look whole.
    const third = ended.filter((answer) => "body" in answer && !answer.body.equals(module.zip)).map(told);
    expect(third).toEqual([]);
    expect(whole + broken).toBe(answers.length);
    // A zip that is held back has no started answers: only those that sat in the dead worker are lost.
    if (ballast < mebibyte) expect(whole).toBe(spared);
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(await compare(fairlead.url, path, module.zip)).toBe(module.zip.length);
    expect(upstream.count(path)).toBe(2);
    await expect.poll(() => fairlead.workerPids.length).toBe(2);
  }
});

test("requests that come while a worker dies are answered or broken off, none is left waiting", async () => {
  await using upstream = await FaultyUpstream.start();
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  for (let round = 0; round < 6; round++) {
    const [pid] = fairlead.workerPids;
    if (pid === undefined) throw new Error("there is no worker");
    process.kill(pid, "SIGKILL");
    // A request that nobody takes up ends in a TimeoutError, which orBroken does not take for an answer.
    await Promise.all(Array.from({ length: 40 }, () => fairlead.get("/healthz", { timeout: 8000 }).catch(orBroken)));
    await sleep(1000);
  }
  await expect.poll(() => fairlead.get("/healthz").catch(orBroken), { timeout: 10_000 }).toMatchObject({ status: 200 });
});

test("HEAD and Range while the file arrives", async () => {
  const module = testModule("example.com/partial", version, { ballast: 20 * mebibyte });
  const path = filePath(module.path, version, "zip");
  await using upstream = await FaultyUpstream.start(module);
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  const gate = Promise.withResolvers<void>();
  upstream.failAlways(path, { kind: "stall", atByte: 10 * mebibyte, until: gate.promise });
  const range = { headers: { range: "bytes=100-199" } };
  const head = fairlead.get(path, { method: "HEAD" });
  const ranged = fairlead.get(path, range);
  await upstream.asked(path);
  await sleep(300);
  gate.resolve();
  expect(await head).toMatchObject({ status: 200, headers: { "content-length": String(module.zip.length) } });
  expect((await head).body).toHaveLength(0);
  // RFC 9110 section 14.2: a server may pass a Range over. The whole, then.
  expect((await ranged).status).toBe(200);
  expect((await ranged).body.equals(module.zip)).toBe(true);
  const later = await fairlead.get(path, range);
  expect(later.status).toBe(206);
  expect(later.body.equals(module.zip.subarray(100, 200))).toBe(true);
  expect(upstream.count(path)).toBe(1);
});

test("a fill's state can be watched, and hits do not wait for fills", async () => {
  const small = testModule("example.com/small", version);
  const modules = Array.from({ length: 100 }, (_, i) => testModule(`example.com/queue${i}`, version));
  await using upstream = await FaultyUpstream.start(small, ...modules);
  await using fairlead = await FairleadServer.start({ upstream: upstream.url, settings: "limits: { fills: 8 }" });
  const hit = filePath(small.path, version, "zip");
  expect((await fairlead.get(hit)).status).toBe(200);
  const gate = Promise.withResolvers<void>();
  for (const each of modules) {
    upstream.failAlways(filePath(each.path, version, "zip"), {
      kind: "stall",
      atByte: "beforeHeaders",
      until: gate.promise,
    });
  }
  const fills = Promise.all(modules.map((each) => fairlead.get(filePath(each.path, version, "zip"))));
  // Awaited below; should something fail before that, it is not for these to say.
  fills.catch(() => undefined);
  await expect
    .poll(() => states(fairlead), { timeout: 20_000 })
    .toMatchObject({ DOWNLOADING: expect.any(Number), PENDING: expect.any(Number) });
  for (let i = 0; i < 20; i++) expect((await fairlead.get(hit, { timeout: 2000 })).status).toBe(200);
  gate.resolve();
  const answers = await fills;
  expect(answers.every((answer, i) => answer.body.equals(modules[i]?.zip ?? Buffer.alloc(0)))).toBe(true);
  await expect.poll(() => states(fairlead), { timeout: 20_000 }).toEqual({ CACHED: 101 });
});

/** Reads an answer against what it should be, chunk by chunk and keeping nothing; resolves to its length. */
async function compare(origin: string, path: string, expected: Buffer): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request(origin + path, { agent: false, signal: AbortSignal.timeout(120_000) }, resolve);
  outgoing.on("error", reject);
  outgoing.end();
  return rest(await promise, expected);
}

async function rest(answer: IncomingMessage, expected: Buffer): Promise<number> {
  let at = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (!expected.subarray(at, at + chunk.length).equals(chunk)) throw new Error(`wrong bytes after ${at}`);
    at += chunk.length;
  }
  return at;
}

/** An answer of which nothing is read until somebody does. */
async function openAndPause(origin: string, path: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request(origin + path, { agent: false }, resolve);
  outgoing.on("error", reject);
  outgoing.end();
  return promise;
}

/** Status and text of an answer, for a failure's message. */
function told(answer: Exchange | Error): string {
  return "body" in answer ? `${answer.status}: ${answer.body.subarray(0, 300).toString("utf8")}` : answer.message;
}

/** The connection or the answer broke: with a worker that was killed, both are in order. */
function orBroken(error: unknown): Error {
  if (error instanceof CutError) return orCut(error);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof Error && (code === "ECONNRESET" || code === "ECONNREFUSED")) return error;
  throw error;
}

async function connectionsOf(fairlead: FairleadServer): Promise<number> {
  const text = (await fairlead.get("/metrics")).body.toString("utf8");
  return [...text.matchAll(/^fairlead_connections(?:\{[^}]*\})? (\d+)/gm)].reduce(
    (sum, each) => sum + Number(each[1]),
    0,
  );
}

const run = promisify(execFile);
const launcher = resolve(import.meta.dirname, "../../bin/fairlead");

/** How many files are in each state, as `fairlead cache ls --json` has it. */
async function states(fairlead: FairleadServer): Promise<Record<string, number>> {
  const { stdout } = await run(launcher, ["cache", "ls", "--json", "--data", fairlead.data], { maxBuffer: 32 << 20 });
  const counts: Record<string, number> = {};
  for (const [, state = ""] of stdout.matchAll(/"state": "([A-Z]+)"/g)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** The worker that has a connection to the upstream: the one that downloads. */
function leaderOf(fairlead: FairleadServer, upstream: FaultyUpstream): number {
  const [leader] = connectedTo(Number(new URL(upstream.url).port), fairlead.workerPids);
  if (leader === undefined) throw new Error("no worker is connected to the upstream");
  return leader;
}
