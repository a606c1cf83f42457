// Hits leave before HTTP begins. A plain GET for something in memory, whole in one chunk, is answered straight on the
// socket; whatever else comes, the connection goes to node:http with every byte of it, and stays there. node:http makes
// four objects and a timer for each request; without them a hit costs half (bench/results/gateway.md).
//
// What counts as plain is a list of what is allowed, not of what is not: the request line, header names that cannot
// change the answer, no body. So nothing here has to agree with node:http on anything subtle: what is in doubt is its.

import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Pinned } from "./pinned.ts";
import type { Ready } from "./ready.ts";

/** A request that only its target matters of. */
export interface PlainRequest {
  readonly target: string;
  /** The User-Agent header, for the log. */
  readonly agent: string;
}

export interface Hits {
  /** What is in memory for a target as the client sent it. */
  find(target: string): Ready | undefined;
  /** Called after an answer has been handed to the kernel. */
  record(request: PlainRequest, client: string, ready: Ready): void;
}

/** Puts itself between the server's sockets and HTTP. Returns what ends the connections that HTTP never saw. */
export function answerHitsFirst(
  server: Server,
  hits: Hits,
  pinned: Pinned,
): { endIdle: () => void; endAll: () => void } {
  const [http] = server.listeners("connection");
  if (http === undefined) throw new Error("the server has no connection listener to stand in front of");
  server.removeAllListeners("connection");
  const waiting = new Set<Socket>();

  server.on("connection", (socket: Socket) => {
    const client = socket.remoteAddress ?? "";
    const destroy = (): void => void socket.destroy();
    const resume = (): void => void socket.resume();
    const forget = (): void => void waiting.delete(socket);
    const answer = (chunk: Buffer): void => {
      const request = parsePlain(chunk);
      const ready = request === undefined ? undefined : hits.find(request.target);
      if (request === undefined || ready === undefined) return handOver(chunk);
      // A client that asks and does not read must not make us queue: it is read from again when it has taken what it got.
      if (!write(socket, ready, pinned)) socket.pause().once("drain", resume);
      hits.record(request, client, ready);
    };
    const handOver = (chunk: Buffer): void => {
      forget();
      socket.removeListener("data", answer).removeListener("timeout", destroy).removeListener("error", destroy);
      socket.removeListener("close", forget).removeListener("drain", resume);
      socket.pause();
      socket.unshift(chunk);
      Reflect.apply(http, server, [socket]);
      socket.resume();
    };
    waiting.add(socket);
    socket.setNoDelay(true);
    socket.setTimeout(server.keepAliveTimeout);
    socket.on("data", answer).on("timeout", destroy).on("error", destroy).on("close", forget);
  });

  return {
    endIdle() {
      // After what is still being written.
      for (const socket of waiting) socket.destroySoon();
    },
    endAll() {
      for (const socket of waiting) socket.destroy();
    },
  };
}

/** Headers that change nothing about the answer to a GET of something immutable. */
const harmless: ReadonlySet<string> = new Set(["host", "user-agent", "accept", "accept-encoding", "accept-language"]);

const maxPlain = 2048;
const end = "\r\n\r\n";
const version = " HTTP/1.1";

/** The request in `chunk` if it is one plain GET and nothing more, else undefined. Every byte is the client's choice. */
export function parsePlain(chunk: Buffer): PlainRequest | undefined {
  if (chunk.length > maxPlain) return undefined;
  const text = chunk.toString("latin1");
  if (!text.startsWith("GET /") || !text.endsWith(end)) return undefined;
  // Visible ASCII, and line ends in pairs alone: parsers differ over everything else.
  if (/[^\r\n\x20-\x7e]|\r(?!\n)|(?<!\r)\n/.test(text)) return undefined;
  const lineEnd = text.indexOf("\r\n");
  if (!text.startsWith(version, lineEnd - version.length)) return undefined;
  const target = text.slice("GET ".length, lineEnd - version.length);
  let agent = "";
  let hosts = 0;
  for (let at = lineEnd + 2; at < text.length - 2;) {
    const stop = text.indexOf("\r\n", at);
    const colon = text.indexOf(":", at);
    // An empty line before the last: a body, or a second request.
    if (stop === at || colon < 0 || colon > stop) return undefined;
    const name = text.slice(at, colon).toLowerCase();
    if (!harmless.has(name)) return undefined;
    if (name === "host") hosts++;
    else if (name === "user-agent") agent = text.slice(colon + 1, stop).trim();
    at = stop + 2;
  }
  return hosts === 1 ? { target, agent } : undefined;
}

let clock = { second: 0, head: "" };

/** The status line and Date, made once a second. */
function head(): string {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (clock.second !== second) clock = { second, head: `HTTP/1.1 200 OK\r\nDate: ${new Date(now).toUTCString()}\r\n` };
  return clock.head;
}

/** False if the socket's buffer is full. */
function write(socket: Socket, ready: Ready, pinned: Pinned): boolean {
  if (ready.text !== undefined) return socket.write(head() + ready.rest + ready.text, "latin1");
  socket.cork();
  socket.write(head() + ready.rest, "latin1");
  const taken = socket.write(ready.body, pinned.pin(ready.body));
  socket.uncork();
  return taken;
}
