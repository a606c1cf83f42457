// Every way an upstream goes wrong: what the client is told, that nothing bad is served or kept, that an outage is never
// a 404 (which would send the client on to whatever it lists behind us), and that all is well once the upstream is.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cachedFiles, partFiles } from "../harness/cacheFolder.ts";
import { filePath } from "../harness/escaped.ts";
import { CutError, exchange, type Exchange, orCut } from "../harness/exchange.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import type { Fault } from "../harness/fault.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { infoOf, testModule, type TestModule } from "../harness/testModule.ts";
import { usefulText } from "../harness/usefulText.ts";

const settings = `
retries: 0
holdZipsUpTo: 256KiB
timeouts: { connect: 2s, firstByte: 2s, stall: 2s }
fresh: { for: 1s, staleFor: 0s, negativeFor: 1s }`;

const html = Buffer.from("<!DOCTYPE html><html><body>Please log in to the guest network</body></html>");
const version = "v1.0.0";

const scope = new AsyncDisposableStack();
let upstream: FaultyUpstream;
let fairlead: FairleadServer;

beforeAll(async () => {
  upstream = scope.use(await FaultyUpstream.start());
  fairlead = scope.use(await FairleadServer.start({ upstream: upstream.url, settings }));
});
afterAll(async () => {
  await scope.disposeAsync();
});

interface Row {
  readonly name: string;
  readonly fault: Fault | ((module: TestModule) => Fault);
  readonly status: number;
  /** What the user of the go command must be able to read. */
  readonly text: RegExp;
  readonly headers?: Readonly<Record<string, string>>;
}

const anyFile: readonly Row[] = [
  {
    name: "broken before its headers",
    fault: { kind: "cut", atByte: "beforeHeaders" },
    status: 502,
    text: /closed|reset/,
  },
  { name: "cut in the middle", fault: { kind: "cut", atByte: 20 }, status: 502, text: /after \d+ bytes|closed|reset/ },
  { name: "silent", fault: { kind: "stall", atByte: "beforeHeaders" }, status: 504, text: /no answer within/ },
  { name: "stalled in the middle", fault: { kind: "stall", atByte: 20 }, status: 504, text: /stalled/ },
  { name: "500", fault: { kind: "status", status: 500, body: "disk on fire" }, status: 502, text: /500: disk on fire/ },
  { name: "502", fault: { kind: "status", status: 502 }, status: 502, text: /502/ },
  { name: "503", fault: { kind: "status", status: 503, body: "in maintenance" }, status: 502, text: /in maintenance/ },
  { name: "401", fault: { kind: "status", status: 401 }, status: 502, text: /401.*credentials/ },
  { name: "403", fault: { kind: "status", status: 403, body: "blocked by policy 7" }, status: 403, text: /policy 7/ },
  {
    name: "429 with Retry-After",
    fault: { kind: "status", status: 429, headers: { "retry-after": "77" } },
    status: 503,
    text: /429/,
    headers: { "retry-after": "77" },
  },
  {
    name: "a web page with 200",
    fault: { kind: "body", body: html, contentType: "text/html" },
    status: 502,
    text: /web page|zip/,
  },
  { name: "a length too long", fault: { kind: "length", off: 50 }, status: 502, text: /after \d+ bytes of/ },
  {
    name: "redirected to nowhere",
    fault: { kind: "redirect", to: "http://127.0.0.1:1/" },
    status: 502,
    text: /refused/,
  },
  { name: "redirected in circles", fault: { kind: "redirect", to: "#" }, status: 502, text: /redirected/ },
  {
    name: "redirected to a file",
    fault: { kind: "redirect", to: "file:///etc/passwd" },
    status: 502,
    text: /redirected/,
  },
  { name: "404", fault: { kind: "status", status: 404, body: "no such tag" }, status: 404, text: /no such tag/ },
  { name: "410", fault: { kind: "status", status: 410, body: "taken down" }, status: 404, text: /taken down/ },
];

/** Only where a file shows by itself that it is not whole. */
const tooShort: Row = { name: "a length too short", fault: { kind: "length", off: -30 }, status: 502, text: /./ };

const badZips: readonly Row[] = [
  tooShort,
  {
    name: "half a zip",
    fault: ({ zip }) => ({ kind: "body", body: zip.subarray(0, zip.length >> 1) }),
    status: 502,
    text: /zip/,
  },
  { name: "no zip at all", fault: { kind: "body", body: Buffer.alloc(5000, "garbage") }, status: 502, text: /zip/ },
  { name: "an empty file", fault: { kind: "body", body: Buffer.alloc(0) }, status: 502, text: /zip/ },
  { name: "a flipped bit", fault: ({ zip }) => ({ kind: "body", body: flipped(zip) }), status: 502, text: /./ },
  {
    name: "another module's zip",
    fault: ({ path }) => ({
      kind: "body",
      body: testModule(path, version, { zipPrefix: "evil.example/x@v1.0.0" }).zip,
    }),
    status: 502,
    text: /evil\.example|prefix|outside/,
  },
];

const badInfos: readonly Row[] = [
  tooShort,
  { name: "another version's .info", fault: { kind: "body", body: infoOf("v9.9.9") }, status: 502, text: /v9\.9\.9/ },
  { name: "half a JSON", fault: { kind: "body", body: infoOf(version).subarray(0, 12) }, status: 502, text: /JSON/ },
  { name: "JSON without a version", fault: { kind: "body", body: Buffer.from("{}") }, status: 502, text: /version/ },
];

let next = 0;

/** A module that no other test has asked for. */
function freshModule(ballast = 0): TestModule {
  const module = testModule(`example.com/m${next++}`, version, { ballast });
  upstream.add(module);
  return module;
}

for (const [kind, rows] of [
  ["zip", [...anyFile, ...badZips]],
  ["info", [...anyFile, ...badInfos]],
  ["mod", anyFile],
] as const) {
  describe(`.${kind}`, () => {
    test.concurrent.each(rows)("$name", async (row) => {
      const module = freshModule();
      const path = filePath(module.path, version, kind);
      upstream.failAlways(path, faultOf(row, module));
      const answer = await fairlead.get(path);
      expectRefusal(answer, row);
      expect(await filesOf(module)).toEqual([]);

      upstream.fail(path);
      await expectGood(path, module[kind]);
    });
  });
}

describe("a zip that streams", () => {
  const size = 1 << 20;
  const rows: readonly Row[] = [
    { name: "cut in the middle", fault: { kind: "cut", atByte: size >> 1 }, status: 502, text: /broke off/ },
    { name: "stalled in the middle", fault: { kind: "stall", atByte: size >> 1 }, status: 504, text: /stalled/ },
    {
      name: "cut just before its end",
      fault: ({ zip }) => ({ kind: "cut", atByte: zip.length - 1 }),
      status: 502,
      text: /broke off/,
    },
    { name: "a length too long", fault: { kind: "length", off: 50 }, status: 502, text: /after \d+ bytes of/ },
    {
      name: "half a zip",
      fault: ({ zip }) => ({ kind: "body", body: zip.subarray(0, zip.length >> 1) }),
      status: 502,
      text: /zip/,
    },
    { name: "garbage", fault: { kind: "body", body: Buffer.alloc(size, "garbage") }, status: 502, text: /zip/ },
    { name: "a flipped bit", fault: ({ zip }) => ({ kind: "body", body: flipped(zip) }), status: 502, text: /./ },
    {
      name: "another module's zip",
      fault: ({ path }) => ({
        kind: "body",
        body: testModule(path, version, { ballast: size, zipPrefix: "evil.example/x@v1.0.0" }).zip,
      }),
      status: 502,
      text: /evil\.example|prefix|outside/,
    },
  ];

  test.concurrent.each(rows)("$name: the client never has a whole file", async (row) => {
    const module = freshModule(size);
    const path = filePath(module.path, version, "zip");
    upstream.failAlways(path, faultOf(row, module));
    // Either the start of the answer had left already, then it is cut; or the client is told.
    const answer = await fairlead.get(path).catch(orCut);
    if (answer instanceof CutError) expect(answer.received.length).toBeLessThan(module.zip.length);
    else expectRefusal(answer, row);
    expect(await filesOf(module)).toEqual([]);

    upstream.fail(path);
    // Whoever asks again before the failed download has been put away may be cut or told of it, once.
    const again = await fairlead.get(path).catch(orCut);
    if (!(again instanceof CutError) && again.status !== 200) expectRefusal(again, row);
    await expectGood(path, module.zip);
  });
});

test("an answer that was cut is counted as one", async () => {
  const module = freshModule(1 << 20);
  const path = filePath(module.path, version, "zip");
  upstream.failAlways(path, { kind: "stall", atByte: 1 << 19 });
  const answer = await fairlead.get(path).catch(orCut);
  expect(answer).toBeInstanceOf(CutError);
  const metrics = (await fairlead.get("/metrics")).body.toString("utf8");
  expect(metrics).toMatch(/^fairlead_requests_total\{endpoint="zip",outcome="cut"\} [1-9]/m);
});

describe("answers that change", () => {
  const paths = (module: TestModule): readonly string[] => [
    `/${module.path}/@v/list`,
    `/${module.path}/@latest`,
    filePath(module.path, "main", "info"),
  ];

  const outages = anyFile.filter(({ status }) => status !== 404);
  test.concurrent.each(outages)("$name: an error, never a 404", async (row) => {
    const module = freshModule();
    upstream.query(module.path, "main", version);
    upstream.list(module.path, ["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0"]);
    for (const path of paths(module)) {
      upstream.failAlways(path, faultOf(row, module));
      expectRefusal(await fairlead.get(path), row);
    }
  });

  test.concurrent("an old answer is better than none, and says that it is old", async () => {
    const module = freshModule();
    upstream.query(module.path, "main", version);
    for (const path of paths(module)) {
      const young = await fairlead.get(path);
      expect(young.status, path).toBe(200);
      expect(young.headers["warning"]).toBeUndefined();
      upstream.failAlways(path, { kind: "status", status: 500 });
    }
    await sleep(1100);
    for (const path of paths(module)) {
      const old = await fairlead.get(path);
      expect(old.status, path).toBe(200);
      expect(old.headers["warning"]).toMatch(/^11[01] /);
      expect(Number(old.headers["age"])).toBeGreaterThanOrEqual(1);
    }
  });

  test.concurrent("a real absence replaces an old answer", async () => {
    const module = freshModule();
    const path = `/${module.path}/@latest`;
    expect((await fairlead.get(path)).status).toBe(200);
    upstream.failAlways(path, { kind: "status", status: 410 });
    await sleep(1100);
    expect((await fairlead.get(path)).status).toBe(404);
  });
});

test.concurrent("a 404 is remembered for a short time only", async () => {
  const module = freshModule();
  const path = filePath(module.path, version, "info");
  upstream.failAlways(path, { kind: "status", status: 404 });
  expect((await fairlead.get(path)).status).toBe(404);
  upstream.fail(path);
  await sleep(1100);
  await expectGood(path, module.info);
});

describe("what is only slow, or unusual, works", () => {
  test.concurrent.each([
    { name: "slow, yet moving", fault: { kind: "slow", bytesPerSecond: 400 } },
    { name: "no length", fault: { kind: "chunked" } },
  ] as const)("$name", async ({ fault }) => {
    for (const kind of ["zip", "info", "mod"] as const) {
      const module = freshModule();
      const path = filePath(module.path, version, kind);
      upstream.failAlways(path, fault);
      await expectGood(path, module[kind]);
    }
  });

  test.concurrent("a large zip without a length", async () => {
    const module = freshModule(1 << 20);
    const path = filePath(module.path, version, "zip");
    upstream.failAlways(path, { kind: "chunked" });
    await expectGood(path, module.zip);
  });

  test.concurrent("redirected to where the file is", async () => {
    const module = freshModule();
    const elsewhere = freshModule();
    const path = filePath(module.path, version, "zip");
    upstream.failAlways(filePath(elsewhere.path, version, "zip"), { kind: "body", body: module.zip });
    upstream.failAlways(path, { kind: "redirect", to: filePath(elsewhere.path, version, "zip") });
    await expectGood(path, module.zip);
  });
});

describe("retries", () => {
  test("a passing failure is not shown to the client", async () => {
    await using retrying = await FairleadServer.start({ upstream: upstream.url, settings: "retries: 2" });
    const passing: readonly (readonly Fault[])[] = [
      [
        { kind: "status", status: 503 },
        { kind: "cut", atByte: 50 },
      ],
      [
        { kind: "cut", atByte: "beforeHeaders" },
        { kind: "status", status: 500 },
      ],
      [{ kind: "status", status: 429, headers: { "retry-after": "1" } }],
      [{ kind: "body", body: Buffer.from("garbage") }],
    ];
    for (const faults of passing) {
      const module = freshModule();
      const path = filePath(module.path, version, "zip");
      upstream.fail(path, ...faults);
      expect((await retrying.get(path)).body.equals(module.zip)).toBe(true);
      expect(upstream.count(path)).toBe(faults.length + 1);
    }
  });

  test("what will not pass is not tried again, and no list of tries is endless", async () => {
    await using retrying = await FairleadServer.start({ upstream: upstream.url, settings: "retries: 2" });
    for (const [status, times] of [
      [403, 1],
      [404, 1],
      [410, 1],
      [401, 1],
      [500, 3],
      [503, 3],
    ] as const) {
      const module = freshModule();
      const path = filePath(module.path, version, "mod");
      upstream.failAlways(path, { kind: "status", status });
      await retrying.get(path);
      expect(upstream.count(path), String(status)).toBe(times);
    }
  });
});

describe("a list of upstreams", () => {
  const rows: readonly { separator: string; first: Fault; status: number }[] = [
    { separator: ",", first: { kind: "status", status: 404 }, status: 200 },
    { separator: ",", first: { kind: "status", status: 410 }, status: 200 },
    { separator: ",", first: { kind: "status", status: 500 }, status: 502 },
    { separator: ",", first: { kind: "status", status: 403 }, status: 403 },
    { separator: ",", first: { kind: "stall", atByte: "beforeHeaders" }, status: 504 },
    { separator: "|", first: { kind: "status", status: 404 }, status: 200 },
    { separator: "|", first: { kind: "status", status: 500 }, status: 200 },
    { separator: "|", first: { kind: "status", status: 403 }, status: 200 },
    { separator: "|", first: { kind: "cut", atByte: 30 }, status: 200 },
    { separator: "|", first: { kind: "body", body: html }, status: 200 },
  ];

  test.each([",", "|"])("goes on after %s as the go command does", async (separator) => {
    await using first = await FaultyUpstream.start();
    await using both = await FairleadServer.start({ upstream: `${first.url}${separator}${upstream.url}`, settings });
    for (const row of rows.filter((each) => each.separator === separator)) {
      const module = freshModule();
      const path = filePath(module.path, version, "zip");
      first.add(module);
      first.failAlways(path, row.first);
      const answer = await both.get(path);
      expect(answer.status, JSON.stringify(row)).toBe(row.status);
      if (row.status === 200) expect(answer.body.equals(module.zip)).toBe(true);
    }
  });

  test("an outage in the list outranks an absence", async () => {
    await using first = await FaultyUpstream.start();
    await using both = await FairleadServer.start({ upstream: `${first.url}|${upstream.url}`, settings });
    first.failAll({ kind: "status", status: 500, body: "disk on fire" });
    const answer = await both.get("/example.com/nowhere/@v/list");
    expect(answer.status).toBe(502);
    expect(usefulText(answer)).toContain("disk on fire");
  });

  test("direct after absences answers 404, so that the client goes on; off says why not", async () => {
    for (const [keyword, text] of [
      ["direct", /direct: github.com\/nowhere is no repository of github.com/],
      ["off", /GOPROXY=off/],
    ] as const) {
      await using server = await FairleadServer.start({ upstream: `${upstream.url},${keyword}`, settings });
      const answer = await server.get("/github.com/nowhere/@v/v1.0.0.info");
      expect(answer.status).toBe(404);
      expect(usefulText(answer)).toMatch(text);
    }
  });
});

test("an upstream that is not there", async () => {
  await using server = await FairleadServer.start({ upstream: "http://127.0.0.1:1", settings });
  const answer = await server.get("/example.com/a/@v/v1.0.0.info");
  expect(answer.status).toBe(502);
  expect(usefulText(answer)).toMatch(/refused/);
});

test("nothing half written is left", async () => {
  expect(await partFiles(fairlead.data)).toEqual([]);
  await fairlead.stop();
  await fairlead.start();
});

function faultOf({ fault }: Row, module: TestModule): Fault {
  return typeof fault === "function" ? fault(module) : fault;
}

function expectRefusal(answer: Exchange, row: Row): void {
  expect(answer.status).toBe(row.status);
  expect(usefulText(answer)).toMatch(row.text);
  expect(answer.headers).toMatchObject(row.headers ?? {});
  expect(answer.headers["cache-control"]).toBe("no-store");
}

async function expectGood(path: string, body: Buffer): Promise<void> {
  let answer = await exchange(fairlead.url, path);
  if (answer.status === 404) {
    // A remembered absence, for the second that the settings above allow.
    await sleep(1100);
    answer = await exchange(fairlead.url, path);
  }
  expect(answer.status, answer.body.subarray(0, 500).toString("utf8")).toBe(200);
  expect(answer.body.equals(body)).toBe(true);
}

async function filesOf(module: TestModule): Promise<string[]> {
  return (await cachedFiles(fairlead.data)).filter((file) => file.startsWith(`${module.path}/`));
}

/** The same length, one bit of the content changed: only a checksum tells. */
function flipped(zip: Buffer): Buffer {
  const copy = Buffer.from(zip);
  // Inside the first entry's data, behind its header and name.
  copy.writeUInt8(copy.readUInt8(80) ^ 1, 80);
  return copy;
}
