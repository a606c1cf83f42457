// The gateway as an HTTP server: what RFC 9110 and the GOPROXY protocol promise, and what hostile requests get.
import { setTimeout as sleep } from "node:timers/promises";
import { readdir } from "node:fs/promises";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cachedFiles } from "../harness/cacheFolder.ts";
import { filePath } from "../harness/escaped.ts";
import { rawExchange, type Exchange } from "../harness/exchange.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { freePort } from "../harness/freePort.ts";
import { testModule } from "../harness/testModule.ts";
import { usefulText } from "../harness/usefulText.ts";

const module = testModule("example.com/Upper/small", "v1.2.3", { ballast: 5000 });
const large = testModule("example.com/large", "v1.0.0", { ballast: 2 << 20 });
const folder = "/example.com/!upper/small";
const database = "sum.example.com";

const scope = new AsyncDisposableStack();
let upstream: FaultyUpstream;
let fairlead: FairleadServer;

beforeAll(async () => {
  upstream = scope.use(await FaultyUpstream.start(module, large));
  upstream.list(module.path, ["v1.2.3", "v0.0.0-20240102030405-abcdefabcdef", "v1.3.0-rc.1", "not-a-version"]);
  upstream.query(module.path, "main", module.version);
  upstream.failAlways(`/sumdb/${database}/supported`, { kind: "body", body: Buffer.alloc(0) });
  upstream.failAlways(`/sumdb/${database}/lookup/example.com/a@v1.0.0`, {
    kind: "body",
    body: Buffer.from("1\nlines\n"),
  });
  fairlead = scope.use(await FairleadServer.start({ upstream: upstream.url, settings: `sumdb: [${database}]` }));
});
afterAll(async () => {
  await scope.disposeAsync();
});

describe("what each endpoint answers", () => {
  const immutable = /immutable/;
  const short = /^public, max-age=\d{1,2}$|^no-cache$/;
  const rows = [
    { path: `${folder}/@v/v1.2.3.info`, type: "application/json", cache: immutable, body: module.info },
    { path: `${folder}/@v/v1.2.3.mod`, type: "text/plain; charset=utf-8", cache: immutable, body: module.mod },
    { path: `${folder}/@v/v1.2.3.zip`, type: "application/zip", cache: immutable, body: module.zip },
    { path: "/example.com/large/@v/v1.0.0.zip", type: "application/zip", cache: immutable, body: large.zip },
    {
      path: `${folder}/@v/list`,
      type: "text/plain; charset=utf-8",
      cache: short,
      body: Buffer.from("v1.2.3\nv1.3.0-rc.1\n"),
    },
    { path: `${folder}/@latest`, type: "application/json", cache: short, body: module.info },
    { path: `${folder}/@v/main.info`, type: "application/json", cache: short, body: module.info },
    {
      path: `/sumdb/${database}/lookup/example.com/a@v1.0.0`,
      type: "text/plain; charset=utf-8",
      cache: immutable,
      body: Buffer.from("1\nlines\n"),
    },
  ];

  test.each(rows)("GET and HEAD $path", async ({ path, type, cache, body }) => {
    // Twice: as it is fetched, and as it is found in the cache.
    for (const round of ["fetched", "cached"]) {
      const answer = await fairlead.get(path);
      expect(answer.status, round).toBe(200);
      expect(answer.body.equals(body), round).toBe(true);
      expect(answer.headers["content-type"]).toBe(type);
      expect(answer.headers["cache-control"]).toMatch(cache);
      const head = await fairlead.get(path, { method: "HEAD" });
      expect(head.status).toBe(200);
      expect(head.body).toHaveLength(0);
      expect(head.headers["content-length"]).toBe(String(body.length));
      expect(head.headers["content-type"]).toBe(type);
    }
  });

  test("HEAD of what is not cached yet fetches it, and has no body", async () => {
    const fresh = testModule("example.com/head", "v1.0.0", { ballast: 3000 });
    upstream.add(fresh);
    const path = filePath(fresh.path, fresh.version, "zip");
    const head = await fairlead.get(path, { method: "HEAD" });
    expect(head).toMatchObject({ status: 200, headers: { "content-length": String(fresh.zip.length) } });
    expect(head.body).toHaveLength(0);
    expect((await fairlead.get(path)).body.equals(fresh.zip)).toBe(true);
    expect(upstream.count(path)).toBe(1);
  });

  test("the list of a module without tags is empty and 200", async () => {
    upstream.list("example.com/untagged", []);
    expect(await fairlead.get("/example.com/untagged/@v/list")).toMatchObject({ status: 200, body: Buffer.alloc(0) });
  });

  test("an upper-case letter as %21, as the go command sends it, is the same file", async () => {
    for (const path of ["/example.com/%21upper/small/@v/v1.2.3.mod", "/example.com/!upper/small/@v/v1.2.3.mod"]) {
      expect((await fairlead.get(path)).body.equals(module.mod)).toBe(true);
    }
    expect(upstream.count(`${folder}/@v/v1.2.3.mod`)).toBe(1);
  });

  test("a query parameter changes nothing", async () => {
    expect((await fairlead.get(`${folder}/@v/v1.2.3.mod?go-get=1`)).status).toBe(200);
  });

  test("the path of an absolute-form target counts, not its host", async () => {
    const target = `http://elsewhere.example${folder}/@v/v1.2.3.mod`;
    expect((await fairlead.get(target)).body.equals(module.mod)).toBe(true);
  });
});

describe("conditions and ranges", () => {
  const paths = [`${folder}/@v/v1.2.3.zip`, "/example.com/large/@v/v1.0.0.zip"];
  const bodies = [module.zip, large.zip];

  test.each([...paths, `${folder}/@v/v1.2.3.mod`, `${folder}/@v/list`])("If-None-Match of %s", async (path) => {
    const { etag = "" } = (await fairlead.get(path)).headers;
    expect(etag).toMatch(/^"[^"]+"$/);
    for (const match of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const answer = await fairlead.get(path, { headers: { "if-none-match": match } });
      expect([answer.status, answer.body.length, answer.headers.etag]).toEqual([304, 0, etag]);
    }
    expect((await fairlead.get(path, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
  });

  const rows = [
    { range: "bytes=0-0", start: 0, end: 1 },
    { range: "bytes=10-99", start: 10, end: 100 },
    { range: "bytes=-7", start: -7, end: undefined },
    { range: "bytes=100-", start: 100, end: undefined },
    { range: "bytes=100-99999999", start: 100, end: undefined },
  ];
  test.each(rows)("Range: $range", async ({ range, start, end }) => {
    for (const [index, path] of paths.entries()) {
      const body = bodies[index] ?? Buffer.alloc(0);
      // Once the way from disk, once the way from memory.
      for (const _ of [1, 2, 3]) {
        const answer = await fairlead.get(path, { headers: { range } });
        expect(answer.status).toBe(206);
        const expected = body.subarray(start, end);
        expect(answer.body.equals(expected)).toBe(true);
        const first = start < 0 ? body.length + start : start;
        expect(answer.headers["content-range"]).toBe(`bytes ${first}-${first + expected.length - 1}/${body.length}`);
        expect(answer.headers["accept-ranges"]).toBe("bytes");
      }
    }
  });

  test("a range beyond the end is 416, one that is no range is passed over, several may be", async () => {
    for (const [index, path] of paths.entries()) {
      const size = bodies[index]?.length ?? 0;
      const beyond = await fairlead.get(path, { headers: { range: `bytes=${size}-` } });
      expect([beyond.status, beyond.headers["content-range"]]).toEqual([416, `bytes */${size}`]);
      for (const range of ["bytes=5-2", "lines=1-2", "bytes=", "bytes=a-b", "bytes=0-1,4-5"]) {
        const answer = await fairlead.get(path, { headers: { range } });
        expect([answer.status, answer.body.length], range).toEqual([200, size]);
      }
    }
  });

  test("If-Range holds only for the same bytes", async () => {
    for (const path of paths) {
      const { etag = "" } = (await fairlead.get(path)).headers;
      const range = "bytes=0-9";
      expect((await fairlead.get(path, { headers: { range, "if-range": etag } })).status).toBe(206);
      expect((await fairlead.get(path, { headers: { range, "if-range": '"other"' } })).status).toBe(200);
    }
  });

  test("the ETag of a zip survives a restart", async () => {
    const path = `${folder}/@v/v1.2.3.zip`;
    const before = (await fairlead.get(path)).headers.etag;
    await fairlead.stop();
    await fairlead.start();
    expect((await fairlead.get(path)).headers.etag).toBe(before);
  });
});

describe("bad requests", () => {
  const rows: readonly { name: string; path: string; status: number }[] = [
    { name: "no protocol address", path: "/example.com/a", status: 404 },
    { name: "no file of a version", path: "/example.com/a/@v/v1.0.0.tar", status: 404 },
    { name: "no version", path: "/example.com/a/@v/.info", status: 400 },
    { name: "no module", path: "/@v/list", status: 400 },
    { name: "a raw upper-case letter in the path", path: "/example.com/Upper/@v/list", status: 400 },
    { name: "a raw upper-case letter in the version", path: "/example.com/a/@v/v1.0.0-RC1.info", status: 400 },
    { name: "a bad escape", path: "/example.com/!!a/@v/list", status: 400 },
    { name: "an escaped capital", path: "/example.com/!A/@v/list", status: 400 },
    { name: "dots", path: "/example.com/../../../etc/passwd/@v/list", status: 400 },
    { name: "encoded dots", path: "/example.com/%2e%2e/%2e%2e/%2e%2e/etc/@v/list", status: 400 },
    { name: "doubly encoded dots", path: "/example.com/%252e%252e/@v/list", status: 400 },
    { name: "dots in the version", path: "/example.com/a/@v/../../../../etc/passwd.info", status: 400 },
    { name: "encoded slashes in the version", path: "/example.com/a/@v/..%2f..%2f..%2fetc%2fpasswd.info", status: 400 },
    { name: "backslashes", path: "/example.com/..%5c..%5cetc/@v/list", status: 400 },
    { name: "NUL", path: "/example.com/a%00b/@v/list", status: 400 },
    { name: "NUL in the version", path: "/example.com/a/@v/v1.0.0%00.info", status: 400 },
    { name: "a line break", path: "/example.com/a%0d%0aX-Evil:%201/@v/list", status: 400 },
    { name: "malformed percent-encoding", path: "/example.com/%zz/@v/list", status: 400 },
    { name: "cut percent-encoding", path: "/example.com/a/@v/v1.0.0.info%e", status: 400 },
    { name: "bytes that are no UTF-8", path: "/example.com/%ff%fe/@v/list", status: 400 },
    { name: "no dot in the first element", path: "/example/a/@v/v1.0.0.info", status: 400 },
    { name: "an empty element", path: "/example.com//a/@v/list", status: 400 },
    { name: "a leading dash", path: "/-modfile=x/@v/list", status: 400 },
    { name: "a name Windows keeps for itself", path: "/example.com/con/@v/list", status: 400 },
    { name: "a version that is not canonical, as .mod", path: "/example.com/a/@v/v1.mod", status: 404 },
    { name: "a branch as .zip", path: "/example.com/a/@v/main.zip", status: 404 },
    { name: "a version of another major", path: "/example.com/a/v3/@v/v1.0.0.info", status: 404 },
    { name: "an over-long target", path: `/example.com/${"a".repeat(5000)}/@v/list`, status: 414 },
    { name: "a checksum database with a path for a name", path: "/sumdb/..%2f..%2fetc/supported", status: 400 },
    { name: "a checksum database that is an address", path: "/sumdb/127.0.0.1:80/latest", status: 400 },
    { name: "another checksum database", path: "/sumdb/other.example.com/supported", status: 404 },
    { name: "dots in a tile", path: `/sumdb/${database}/tile/../../x`, status: 404 },
  ];

  test.each(rows)("$name", async ({ path, status }) => {
    const before = upstream.count();
    const answer = await fairlead.get(path);
    expect(answer.status, answer.body.toString("utf8")).toBe(status);
    expect(answer.headers["x-evil"]).toBeUndefined();
    usefulText(answer);
    expect(upstream.count()).toBe(before);
    const head = await fairlead.get(path, { method: "HEAD" });
    expect([head.status, head.body.length]).toEqual([status, 0]);
  });

  test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])("%s is not allowed", async (method) => {
    const answer = await fairlead.get(`${folder}/@v/list`, { method });
    expect([answer.status, answer.headers.allow]).toEqual([405, "GET, HEAD"]);
    expect(usefulText(answer)).toContain(method);
  });

  test("a body that nobody asked for does not become the next request", async () => {
    const smuggled = `GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n`;
    const { text } = await rawExchange(
      fairlead.url,
      `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
      2000,
    );
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(text).toMatch(/^HTTP\/1\.1 405 /);
  });

  test.each([
    { name: "no HTTP", bytes: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", status: /^HTTP\/1\.1 400 / },
    { name: "no version", bytes: "GET / \r\n\r\n", status: /^HTTP\/1\.1 400 |^$/ },
    { name: "a raw NUL", bytes: "GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", status: /^HTTP\/1\.1 400 / },
    { name: "no Host", bytes: "GET /healthz HTTP/1.1\r\n\r\n", status: /^HTTP\/1\.1 400 / },
    {
      name: "two lengths",
      bytes: "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      status: /^HTTP\/1\.1 400 /,
    },
    {
      name: "length and chunks",
      bytes: "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      status: /^HTTP\/1\.1 400 /,
    },
    {
      name: "a huge header",
      bytes: `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(40_000)}\r\n\r\n`,
      status: /^HTTP\/1\.1 431 /,
    },
    {
      name: "many headers",
      bytes: `GET / HTTP/1.1\r\nHost: a\r\n${"X: 1\r\n".repeat(8000)}\r\n`,
      status: /^HTTP\/1\.1 431 /,
    },
    {
      name: "a huge target",
      bytes: `GET /${"x".repeat(40_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      status: /^HTTP\/1\.1 (414|431) /,
    },
  ])("$name", async ({ bytes, status }) => {
    const { text, closed } = await rawExchange(fairlead.url, Buffer.from(bytes, "latin1"), 3000);
    expect(text).toMatch(status);
    expect(closed).toBe(true);
  });

  test("a client that sends its headers by the drop is dropped, and delays nobody", { timeout: 60_000 }, async () => {
    const socket = connect(fairlead.port, "127.0.0.1").resume();
    socket.on("error", () => undefined);
    const closed = new Promise<number>((resolve) => {
      const start = performance.now();
      socket.on("close", () => resolve(performance.now() - start));
    });
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n");
    const drip = setInterval(() => socket.write("X-Slow: 1\r\n"), 500);
    expect((await fairlead.get("/healthz")).status).toBe(200);
    expect(await closed).toBeLessThan(30_000);
    clearInterval(drip);
  });

  test("nothing of all that reached the disk", async () => {
    const allowed = /^example\.com\/(!upper\/small|large|head)\/@v\/(list|v[0-9.]+\.(info|mod|zip|ziphash))$/;
    expect((await cachedFiles(fairlead.data)).filter((file) => !allowed.test(file))).toEqual([]);
    const top = (await readdir(fairlead.data)).filter(
      (name) => !/^(modules|parts|fairlead\.db(-wal|-shm)?)$/.test(name),
    );
    expect(top).toEqual([]);
    expect(fairlead.workerPids).toHaveLength(2);
    expect(fairlead.log).not.toContain("a worker died");
  });
});

describe("credentials", () => {
  test("what a client sends as its own never goes to an upstream", async () => {
    const secret = {
      authorization: "Basic c2VjcmV0",
      cookie: "session=secret",
      "proxy-authorization": "secret",
      "x-token": "secret",
    };
    const paths = [
      `/sumdb/${database}/lookup/example.com/secret@v1.0.0`,
      `/sumdb/${database}/latest`,
      "/example.com/secret/@v/list",
      "/example.com/secret/@v/v1.0.0.zip",
      "/example.com/secret/@latest",
    ];
    for (const path of paths) {
      await fairlead.get(path, { headers: secret });
      const seen = upstream.requests.filter((request) => request.path === path);
      expect(seen.length, path).toBeGreaterThan(0);
      expect(JSON.stringify(seen)).not.toContain('secret"');
      expect(JSON.stringify(seen.map(({ headers }) => headers))).not.toContain("c2VjcmV0");
    }
  });

  test("an upstream's credentials are sent to it, and shown to nobody", async () => {
    const own = await FaultyUpstream.start();
    await using _ = own;
    const withPassword = own.url.replace("http://", "http://reader:pass%40word@");
    await using server = await FairleadServer.start({ upstream: withPassword });
    own.failAll({ kind: "status", status: 401, body: "who are you?" });
    const answer = await server.get("/example.com/a/@v/list");
    expect(own.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from("reader:pass@word").toString("base64")}`);
    const metrics = await server.get("/metrics");
    const shown = `${answer.body.toString("utf8")}${server.log}${metrics.body.toString("utf8")}`;
    expect(shown).not.toMatch(/pass(@|%40)word/);
    expect(shown).toContain(new URL(own.url).host);
  });
});

describe("loops", () => {
  test("a gateway whose upstream is its own address refuses to start, with a hint", async () => {
    const port = await freePort();
    for (const host of ["127.0.0.1", "localhost"]) {
      const { status, log } = await FairleadServer.refusal({ port, upstream: `http://${host}:${port}` });
      expect(status, log).toBe(2);
      expect(log).toMatch(/itself|own address|this very gateway/);
    }
  });

  test("itself under another name is noticed at the first request", async () => {
    // Through a proxy that forwards to the gateway, no address tells.
    const port = await freePort();
    const forward = createServer((incoming, outgoing) => {
      const { url, headers } = incoming;
      const onward = request({ host: "127.0.0.1", port, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      onward.end();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => forward.once("listening", resolve));
    const address = forward.address();
    const other = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
    try {
      await using server = await FairleadServer.start({ port, upstream: other });
      for (const path of ["/example.com/a/@v/list", "/example.com/a/@v/v1.0.0.zip", "/example.com/a/@latest"]) {
        const answer = await server.get(path);
        expect(answer.status).toBeGreaterThanOrEqual(500);
        expect(usefulText(answer)).toMatch(/asked itself|leads back/);
      }
    } finally {
      forward.closeAllConnections();
      forward.close();
    }
  });

  test("two gateways that point at each other both answer, soon", async () => {
    const [one, two] = [await freePort(), await freePort()];
    await using first = await FairleadServer.start({ port: one, upstream: `http://127.0.0.1:${two}` });
    await using _ = await FairleadServer.start({ port: two, upstream: `http://127.0.0.1:${one}` });
    for (const path of ["/example.com/a/@v/list", "/example.com/a/@v/v1.0.0.info"]) {
      const answer = await first.get(path, { timeout: 20_000 });
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(usefulText(answer)).toMatch(/asked itself|leads back/);
    }
  });
});

describe("who may reach it", () => {
  test.each(["0.0.0.0", "[::]", ""])("listening on %j is refused without --insecure-open", async (host) => {
    const port = await freePort();
    const args = ["--listen", `${host}:${port}`];
    const { status, log } = await FairleadServer.refusal({ port, upstream: upstream.url, args });
    expect(status, log).toBe(2);
    expect(log).toContain("--insecure-open");
    await using open = await FairleadServer.start({ port, upstream: upstream.url, args: [...args, "--insecure-open"] });
    expect((await open.get("/healthz")).status).toBe(200);
  });

  test("a port that is taken is said to be", async () => {
    const { status, log } = await FairleadServer.refusal({ port: fairlead.port, upstream: upstream.url });
    expect(status, log).toBe(3);
    expect(log).toMatch(/taken/);
    expect(log).not.toContain("this is a bug");
  });
});

describe("its own pages", () => {
  test("healthz, readyz and the home page", async () => {
    for (const path of ["/healthz", "/readyz", "/"]) expect((await fairlead.get(path)).status, path).toBe(200);
    expect((await fairlead.get("/")).body.toString("utf8")).toContain("GOPROXY=");
  });

  test("metrics count what was asked of all workers", async () => {
    const count = async (): Promise<number> => {
      const text = (await fairlead.get("/metrics")).body.toString("utf8");
      return [...text.matchAll(/^fairlead_requests_total\{[^}]*endpoint="mod"[^}]*\} (\d+)/gm)]
        .map((match) => Number(match[1]))
        .reduce((sum, each) => sum + each, 0);
    };
    const before = await count();
    const asked: Promise<Exchange>[] = [];
    for (let i = 0; i < 20; i++) asked.push(fairlead.get(`${folder}/@v/v1.2.3.mod`));
    await Promise.all(asked);
    expect(await count()).toBe(before + 20);
    const text = (await fairlead.get("/metrics")).body.toString("utf8");
    for (const name of ["requests_total", "response_bytes_total", "upstream_seconds_bucket", "fills_in_flight"]) {
      expect(text).toMatch(new RegExp(`^fairlead_${name}(\\{| )`, "m"));
    }
    expect(text).toMatch(/^fairlead_requests_total\{.*outcome="(memory|disk)".*\} /m);
  });

  test("the access log has a line with an id for each request", async () => {
    const answer = await fairlead.get("/example.com/not/an/address");
    const id = answer.headers["x-request-id"];
    expect(id).toMatch(/^\S+$/);
    expect(answer.body.toString("utf8")).toContain(String(id));
    await expect.poll(() => fairlead.log).toContain(`"id":"${String(id)}"`);
  });
});

describe("stopping", () => {
  test("a signal during the start ends it in order as well", async () => {
    await using server = await FairleadServer.start({ upstream: upstream.url });
    await server.stop();
    for (const delay of [50, 150, 250, 400]) {
      await server.launch();
      await sleep(delay);
      process.kill(server.pid, "SIGTERM");
      // Before it knows of signals, the signal itself ends it; nothing in between.
      expect([0, null], `${delay} ms: ${server.log}`).toContain(await server.ended());
      expect(server.log).not.toContain("this is a bug");
      await server.kill9();
    }
  });

  test("a running answer is finished, new connections are refused, leases are given back", async () => {
    const slow = testModule("example.com/slow", "v1.0.0", { ballast: 100_000 });
    await using own = await FaultyUpstream.start(slow);
    const path = filePath(slow.path, slow.version, "zip");
    const gate = Promise.withResolvers<void>();
    own.failAlways(path, { kind: "stall", atByte: 50_000, until: gate.promise });
    await using server = await FairleadServer.start({ upstream: own.url });
    const running = server.get(path);
    await own.asked(path);
    const stopped = server.stop();
    await expect
      .poll(
        () =>
          Promise.race([
            server.get("/healthz").then(
              () => "answers",
              () => "refused",
            ),
            // A connection that was accepted just before is kept waiting until the end, and refused then.
            sleep(300, "refused"),
          ]),
        { timeout: 10_000 },
      )
      .toBe("refused");
    gate.resolve();
    expect((await running).body.equals(slow.zip)).toBe(true);
    await stopped;
    // The answer was stored as well: nothing is asked for again.
    await server.start();
    expect((await server.get(path)).body.equals(slow.zip)).toBe(true);
    expect(own.count(path)).toBe(1);
  });

  test("a deadline ends what takes too long", async () => {
    const slow = testModule("example.com/slow", "v1.0.0");
    await using own = await FaultyUpstream.start(slow);
    const path = filePath(slow.path, slow.version, "zip");
    own.failAlways(path, { kind: "stall", atByte: "beforeHeaders" });
    await using server = await FairleadServer.start({ upstream: own.url, settings: "timeouts: { stop: 1s }" });
    const running = server.get(path).then(
      ({ status }) => status,
      () => "cut",
    );
    await own.asked(path);
    await server.stop();
    expect(["cut", 503]).toContain(await running);
  });
});
