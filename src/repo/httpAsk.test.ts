import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Ask, httpAsk } from "./httpAsk.ts";

let server: Server;
let answer: RequestListener;
let url: URL;
const ask: Ask = httpAsk({ connectMs: 2000, firstByteMs: 2000 });

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  url = new URL(`http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}/x`);
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
});

test("status, type, text and time", async () => {
  answer = (_, response) => response.writeHead(404, { "content-type": "text/plain" }).end("not found: é");
  expect(await ask(url)).toEqual({
    status: 404,
    contentType: "text/plain",
    text: "not found: é",
    milliseconds: expect.any(Number) as unknown,
  });
});

test("redirects are followed, and credentials stay with their host", async () => {
  const seen: (string | undefined)[] = [];
  answer = (request, response) => {
    seen.push(`${request.url ?? ""} ${request.headers.authorization ?? "none"}`);
    if (request.url === "/x") response.writeHead(302, { location: "/y" }).end();
    else if (request.url === "/y")
      response.writeHead(302, { location: url.href.replace("127.0.0.1", "localhost").replace("/x", "/z") }).end();
    else response.end("here");
  };
  expect((await ask(url, { headers: { authorization: "Basic x" } })).text).toBe("here");
  expect(seen).toEqual(["/x Basic x", "/y Basic x", "/z none"]);
});

test("redirects end some time", async () => {
  answer = (_, response) => response.writeHead(302, { location: "/x" }).end();
  await expect(ask(url)).rejects.toThrow("it redirects more than 10 times");
});

test("a huge body is not read to its end", async () => {
  answer = (_, response) => {
    const chunk = Buffer.alloc(64 * 1024, 65);
    const more = (): void => {
      while (response.write(chunk));
    };
    response.on("drain", more);
    more();
  };
  expect((await ask(url)).text.length).toBeLessThan(1024 * 1024);
});

test("silence is given up", async () => {
  answer = () => undefined;
  const impatient = httpAsk({ connectMs: 200, firstByteMs: 200 });
  await expect(impatient(url)).rejects.toThrow("no answer within 0.2s");
});

test("nobody there", async () => {
  answer = () => undefined;
  const gone = new URL(url);
  server.close();
  server.closeAllConnections();
  await expect(ask(gone)).rejects.toThrow("nobody listens there (connection refused)");
  server.listen(0);
});

test("a connection that breaks", async () => {
  answer = (request) => request.socket.destroy();
  await expect(ask(url)).rejects.toThrow("it closed the connection");
});
