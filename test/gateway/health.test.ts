// Sources are measured: one that does not answer is left alone and tried again, the fastest of a group goes first, what
// broke off goes on, and what hangs is asked for twice.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { filePath } from "../harness/escaped.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { testModule, type TestModule } from "../harness/testModule.ts";

const settings = "retries: 0\nfresh: { negativeFor: 0s }";
let modules = 0;

function fresh(upstreams: readonly FaultyUpstream[], ballast = 0): TestModule {
  const module = testModule(`example.com/h${modules++}`, "v1.0.0", { ballast });
  for (const upstream of upstreams) upstream.add(module);
  return module;
}

const upstreamsAnswer = z.object({
  upstreams: z.array(
    z.object({
      source: z.string(),
      state: z.string(),
      asked: z.boolean(),
      latencyMs: z.number().optional(),
      lastError: z.string().optional(),
      lastSuccess: z.string().nullish(),
    }),
  ),
});

async function states(fairlead: FairleadServer): Promise<z.infer<typeof upstreamsAnswer>["upstreams"]> {
  const { status, body } = await fairlead.get("/api/upstreams");
  expect(status).toBe(200);
  return upstreamsAnswer.parse(JSON.parse(body.toString("utf8"))).upstreams;
}

async function metric(fairlead: FairleadServer, line: string): Promise<string | undefined> {
  const text = (await fairlead.get("/metrics")).body.toString("utf8");
  return text.split("\n").find((each) => each.startsWith(line));
}

test("a source that does not answer is skipped, said so, and tried again by one", async () => {
  await using ill = await FaultyUpstream.start();
  await using well = await FaultyUpstream.start();
  await using fairlead = await FairleadServer.start({ upstream: `${ill.url}|${well.url}`, settings });
  const get = async (): Promise<number> => {
    const { path, version } = fresh([ill, well]);
    return (await fairlead.get(filePath(path, version, "mod"))).status;
  };
  ill.failAll({ kind: "cut", atByte: "beforeHeaders" });
  for (let i = 0; i < 5; i++) expect(await get()).toBe(200);
  await expect.poll(async () => (await states(fairlead)).map(({ state }) => state)).toEqual(["open", "closed"]);
  expect((await states(fairlead))[0]?.lastError).toMatch(/closed|reset/);
  expect(await metric(fairlead, `fairlead_upstream_state{source="${ill.url}"}`)).toMatch(/ 2$/);
  await expect.poll(() => fairlead.log).toContain("a source does not answer and is left alone for a while");

  // Within the second for which another worker still believes the old state, it may have asked once more.
  await expect
    .poll(
      async () => {
        const before = ill.count();
        await get();
        return ill.count() - before;
      },
      { timeout: 10_000 },
    )
    .toBe(0);

  // Who has nowhere else to go learns why.
  well.failAll({ kind: "status", status: 404 });
  const refusal = async (): Promise<string> => {
    const { path, version } = fresh([ill]);
    return (await fairlead.get(filePath(path, version, "mod"))).body.toString("utf8");
  };
  await expect
    .poll(refusal, { timeout: 10_000 })
    .toMatch(/is not asked for \d+ s: it failed 5 times in a row, the last time so:/);
  well.heal();

  // Its pause is over: it is found well again.
  ill.heal();
  const database = new DatabaseSync(join(fairlead.data, "fairlead.db"));
  database.prepare("UPDATE upstream_health SET open_until = 1 WHERE source = ?").run(ill.url);
  database.close();
  await expect
    .poll(
      async () => {
        await get();
        return (await states(fairlead))[0]?.state;
      },
      { timeout: 15_000 },
    )
    .toBe("closed");
  await expect.poll(() => fairlead.log).toContain("a source answers again");

  // What was measured outlives the process.
  await fairlead.stop();
  await fairlead.start();
  expect((await states(fairlead)).map(({ asked }) => asked)).toEqual([true, true]);
  expect((await states(fairlead))[1]?.latencyMs).toBeGreaterThan(0);
});

test("after a comma nobody is asked in the place of one that is skipped", async () => {
  await using ill = await FaultyUpstream.start();
  await using open = await FaultyUpstream.start();
  await using fairlead = await FairleadServer.start({ upstream: `${ill.url},${open.url}`, settings, workers: 1 });
  ill.failAll({ kind: "cut", atByte: "beforeHeaders" });
  for (let i = 0; i < 6; i++) {
    const { path, version } = fresh([ill, open]);
    expect((await fairlead.get(filePath(path, version, "mod"))).status).toBe(502);
  }
  expect(ill.count()).toBe(5);
  expect(open.count()).toBe(0);
});

test("in a group the fastest is asked first, and any of them stands in for another", async () => {
  await using slow = await FaultyUpstream.start();
  await using fast = await FaultyUpstream.start();
  const list = `upstream: [{ prefer: fastest, upstreams: ["${slow.url}", "${fast.url}"] }]\n${settings}`;
  await using fairlead = await FairleadServer.start({
    upstream: `{${slow.url} ${fast.url}}`,
    settings: list,
    workers: 1,
  });
  const get = async (): Promise<void> => {
    const { path, version, mod } = fresh([slow, fast]);
    slow.failAlways(filePath(path, version, "mod"), { kind: "stall", atByte: "beforeHeaders", until: pause(1000) });
    expect((await fairlead.get(filePath(path, version, "mod"))).body).toEqual(mod);
  };
  // Nobody is known at first: each is tried once.
  await get();
  await get();
  const before = slow.count();
  for (let i = 0; i < 8; i++) await get();
  expect(slow.count()).toBe(before);
  fast.failAll({ kind: "cut", atByte: "beforeHeaders" });
  await get();
  expect(slow.count()).toBe(before + 1);
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

test("a small file that hangs is asked for once more, and that is not seen", async () => {
  await using upstream = await FaultyUpstream.start();
  await using fairlead = await FairleadServer.start({ upstream: upstream.url, settings, workers: 1 });
  for (let i = 0; i < 25; i++) {
    const { path, version } = fresh([upstream]);
    expect((await fairlead.get(filePath(path, version, "mod"))).status).toBe(200);
  }
  const { path, version, mod } = fresh([upstream]);
  upstream.fail(filePath(path, version, "mod"), { kind: "stall", atByte: "beforeHeaders" });
  expect((await fairlead.get(filePath(path, version, "mod"))).body).toEqual(mod);
  expect(upstream.count(filePath(path, version, "mod"))).toBe(2);
  await expect.poll(() => metric(fairlead, "fairlead_upstream_hedges_won")).toMatch(/ [1-9]\d*$/);
});

/** Breaks off the first answer in its middle; serves the rest to who asks for it. */
async function breakingServer(
  zip: Buffer,
  etags: readonly string[],
): Promise<{ server: Server; asked: IncomingHttpHeaders[] }> {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const etag = etags[Math.min(asked.length, etags.length - 1)] ?? "";
    asked.push(request.headers);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const head = { etag, "content-type": "application/zip", "accept-ranges": "bytes" };
    if (from > 0 && request.headers["if-range"] === etag) {
      const range = `bytes ${from}-${zip.length - 1}/${zip.length}`;
      response.writeHead(206, { ...head, "content-range": range, "content-length": zip.length - from });
      response.end(zip.subarray(from));
      return;
    }
    response.writeHead(200, { ...head, "content-length": zip.length });
    if (asked.length > 1) response.end(zip);
    else response.write(zip.subarray(0, zip.length >> 1), () => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, asked };
}

test.each([
  { name: "goes on where it broke, under the same strong ETag", etags: ['"a"'], range: true, resumed: true },
  { name: "starts anew under a weak ETag", etags: ['W/"a"'], range: false, resumed: false },
  { name: "starts anew where it is another file now", etags: ['"a"', '"b"'], range: true, resumed: false },
])("a large download $name", async ({ etags, range, resumed }) => {
  const module = testModule("example.com/resumed", "v1.0.0", { ballast: 3_000_000 });
  const { server, asked } = await breakingServer(module.zip, etags);
  try {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await using fairlead = await FairleadServer.start({
      upstream: `http://127.0.0.1:${port}`,
      settings: "retries: 2\nholdZipsUpTo: 256MiB",
    });
    const answer = await fairlead.get(filePath(module.path, module.version, "zip"));
    expect(answer.body.equals(module.zip)).toBe(true);
    expect(asked[1]?.range !== undefined).toBe(range);
    expect(asked.length).toBe(resumed || !range ? 2 : 3);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
