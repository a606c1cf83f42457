import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerHitsFirst, parsePlain } from "./hitsFirst.ts";
import { Pinned } from "./pinned.ts";
import { keepAliveSeconds, readyFile } from "./ready.ts";
import { sendReady } from "./respond.ts";

const head = "GET /a.com/@v/v1.0.0.info HTTP/1.1\r\nHost: h\r\n";

describe("parsePlain", () => {
  test.each([
    [
      "the go command's request",
      `${head}User-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n`,
      "Go-http-client/1.1",
    ],
    ["no agent", `${head}\r\n`, ""],
    ["names in any case", "GET /a HTTP/1.1\r\nhOST: h\r\nUSER-agent:x\r\n\r\n", "x"],
  ])("takes %s", (_name, text, agent) => {
    expect(parsePlain(Buffer.from(text))?.agent).toBe(agent);
  });

  test.each([
    ["HEAD", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"],
    ["POST", "POST / HTTP/1.1\r\nHost: h\r\n\r\n"],
    ["HTTP/1.0", "GET / HTTP/1.0\r\nHost: h\r\n\r\n"],
    ["no Host", "GET / HTTP/1.1\r\n\r\n"],
    ["two Hosts", `${head}Host: i\r\n\r\n`],
    ["a part of a request", head],
    ["two requests", `${head}\r\n${head}\r\n`],
    ["a body", `${head}\r\nx\r\n\r\n`],
    ["Content-Length", `${head}Content-Length: 0\r\n\r\n`],
    ["Transfer-Encoding", `${head}Transfer-Encoding: chunked\r\n\r\n`],
    ["Connection", `${head}Connection: close\r\n\r\n`],
    ["a range", `${head}Range: bytes=0-1\r\n\r\n`],
    ["a condition", `${head}If-None-Match: *\r\n\r\n`],
    ["Via", `${head}Via: 1.1 x\r\n\r\n`],
    ["Expect", `${head}Expect: 100-continue\r\n\r\n`],
    ["a space before the colon", `${head}Accept : x\r\n\r\n`],
    ["a folded header", `${head}Accept: x\r\n y\r\n\r\n`],
    ["a bare line feed", `${head}Accept: x\n\r\n\r\n`],
    ["a bare carriage return", `${head}Accept: x\ry\r\n\r\n`],
    ["a NUL", `${head}Accept: x\0\r\n\r\n`],
    ["bytes beyond ASCII", `${head}Accept: é\r\n\r\n`],
    ["absolute-form", "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"],
    ["too long", `${head}Accept: ${"x".repeat(3000)}\r\n\r\n`],
    ["nothing", ""],
  ])("leaves %s to HTTP", (_name, text) => {
    expect(parsePlain(Buffer.from(text))).toBeUndefined();
  });
});

describe("answerHitsFirst", () => {
  const ready = readyFile("info", Buffer.from('{"Version":"v1.0.0"}'));
  const big = readyFile("zip", Buffer.alloc(300_000, 7));
  const find = (target: string): typeof ready | undefined =>
    target === "/hit" ? ready : target === "/big" ? big : undefined;
  let plain: Server;
  let fast: Server;
  let hits = 0;

  beforeAll(async () => {
    [plain, fast] = [make(), make()];
    answerHitsFirst(fast, { find, record: () => hits++ }, new Pinned(1 << 30));
    for (const server of [plain, fast]) await once(server.listen(0, "127.0.0.1"), "listening");
  });
  afterAll(() => {
    for (const server of [plain, fast]) server.close().closeAllConnections();
  });

  function make(): Server {
    return createServer({ keepAliveTimeout: keepAliveSeconds * 1000 }, (request, response) => {
      const found = find(request.url ?? "");
      if (found !== undefined) sendReady(request, response, found);
      else response.writeHead(404).end(`${request.method} ${request.url}`);
    });
  }

  /** Sends the chunks one after the other, the last of which must make the server close, and reads until it does. */
  async function talk(server: Server, chunks: readonly string[]): Promise<string[]> {
    const socket = connect(portOf(server), "127.0.0.1");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    let received = "";
    socket.setNoDelay(true).on("data", (data) => (received += data.toString("latin1")));
    socket.on("error", () => undefined);
    await once(socket, "connect");
    for (const chunk of chunks) {
      socket.write(chunk, "latin1");
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await closed;
    // Headers may come in another order, and at another second. Whether node:http says that it can't read what follows
    // an answer depends on whether that answer has left by then.
    return received
      .replace(/(?<=.)HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n\r\n$/s, "")
      .split("\r\n")
      .filter((line) => !line.startsWith("Date: "))
      .toSorted();
  }

  test("a connection of hits never sees HTTP", async () => {
    const before = hits;
    const socket = connect(portOf(fast), "127.0.0.1");
    for (let i = 0; i < 3; i++) {
      socket.write("GET /hit HTTP/1.1\r\nHost: h\r\n\r\n");
      const [data]: unknown[] = await once(socket, "data");
      expect(String(data)).toContain("v1.0.0");
    }
    socket.destroy();
    expect(hits - before).toBe(3);
  });

  test("whatever comes in whatever pieces, the answers are those of HTTP", async () => {
    const request = fc
      .record({
        method: fc.constantFrom("GET", "GET", "GET", "HEAD", "POST", "get", ""),
        target: fc.constantFrom("/hit", "/hit", "/big", "/miss", "http://h/hit", "*"),
        version: fc.constantFrom("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/9.9"),
        headers: fc.uniqueArray(
          fc.constantFrom(
            "Host: h",
            "User-Agent: x",
            "Accept: */*",
            "Connection: close",
            "Range: bytes=0-3",
            "Content-Length: 0",
            "If-None-Match: *",
            "Bad Name: x",
            "X: \x01 control",
            ": empty",
          ),
          { maxLength: 3 },
        ),
      })
      .map(
        ({ method, target, version, headers }) =>
          `${method} ${target} ${version}\r\n${["Host: h", ...headers].map((line) => `${line}\r\n`).join("")}\r\n`,
      );
    const talkPlan = fc.record({
      requests: fc.array(request, { minLength: 1, maxLength: 3 }),
      cuts: fc.array(fc.nat(400), { maxLength: 2 }),
      joined: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(talkPlan, async ({ requests, cuts, joined }) => {
        const conversation = untilClosed(requests);
        const chunks = joined ? cut(conversation.join(""), cuts) : conversation;
        const [expected, got] = await Promise.all([talk(plain, chunks), talk(fast, chunks)]);
        expect(got).toEqual(expected);
      }),
      { numRuns: process.env["FAIRLEAD_LONG"] === undefined ? 60 : 2000 },
    );
  }, 600_000);
});

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Ends with the first request that ends the connection: what is sent to a closed one makes TCP forget unread answers. */
function untilClosed(requests: readonly string[]): string[] {
  const closing = /^(?!GET |HEAD |POST )|HTTP\/(?!1\.1)|Connection: close|Bad Name| control|\n: empty/;
  const last = requests.findIndex((request) => closing.test(request));
  const closeNow = "GET /hit HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  return last < 0 ? [...requests, closeNow] : requests.slice(0, last + 1);
}

function cut(text: string, places: readonly number[]): string[] {
  const at = [0, ...places.filter((place) => place < text.length).toSorted((a, b) => a - b), text.length];
  return at
    .slice(1)
    .map((place, i) => text.slice(at[i], place))
    .filter((chunk) => chunk !== "");
}
