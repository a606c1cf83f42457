import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { constants, deflateSync } from "node:zlib";

const hash = "1234567890123456789012345678901234567890";

/**
 * A git server that means harm, by the first element of a repository's path: `refs` lists refs without end, `pack` sends a pack
 * without end, `promise` one of two thousand million objects, `inflate` one object that is small until it is unpacked, `stall` says nothing after its first words. Source:
 * gitprotocol-v2(5), gitformat-pack(5).
 */
export class HostileGit implements AsyncDisposable {
  readonly #server: Server;
  /** Bytes that it got rid of. */
  sent = 0;

  static async start(): Promise<HostileGit> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new HostileGit(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => void this.#answer(request, response).catch(() => response.destroy()));
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, kind = ""] = (request.url ?? "").split("/");
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" });
      const start = ["# service=git-upload-pack\n", "", "version 2\n", "ls-refs\n", "fetch=shallow\n", ""];
      response.end(start.map((line) => pkt(line)).join(""));
      return;
    }
    const asked: Buffer[] = [];
    for await (const chunk of request) asked.push(chunk);
    response.writeHead(200, { "content-type": "application/x-git-upload-pack-result" });
    if (Buffer.concat(asked).includes("command=ls-refs")) {
      if (kind === "refs") return this.#endless(response, refs());
      const lines = [`${hash} HEAD symref-target:refs/heads/main\n`, `${hash} refs/heads/main\n`];
      response.end([...lines, `${hash} refs/tags/v1.0.0\n`, ""].map((line) => pkt(line)).join(""));
    } else if (kind === "stall") {
      response.write(pkt("packfile\n"));
    } else {
      response.write(pkt("packfile\n"));
      await this.#endless(
        response,
        kind === "inflate" ? inflating() : objects(kind === "promise" ? 0x7fffffff : 1_000_000),
      );
    }
  }

  async #endless(response: ServerResponse, parts: Iterable<Buffer>): Promise<void> {
    await pipeline(this.#counted(parts), response);
  }

  *#counted(parts: Iterable<Buffer>): Iterable<Buffer> {
    for (const part of parts) {
      this.sent += part.length;
      yield part;
    }
  }
}

/** A line of the protocol; an empty one is a flush. */
function pkt(text: string): string {
  return text === "" ? "0000" : `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;
}

function* refs(): Iterable<Buffer> {
  for (let i = 0; ;) {
    let lines = "";
    for (const end = i + 2000; i < end; i++) lines += pkt(`${hash} refs/tags/v1.${i}.0\n`);
    yield Buffer.from(lines);
  }
}

/** On the first side band. */
function banded(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from((bytes.length + 5).toString(16).padStart(4, "0")), Buffer.from([1]), bytes]);
}

/** Version 2, and a number of objects. */
function packHead(count: number): Buffer {
  const head = Buffer.from("PACK\0\0\0\x02....", "latin1");
  head.writeUInt32BE(count, 8);
  return head;
}

function* objects(count: number): Iterable<Buffer> {
  yield banded(packHead(count));
  const content = Buffer.alloc(60_000);
  for (let i = 0; ; i++) {
    content.writeUInt32LE(i, 0);
    yield banded(Buffer.concat([objectHead(content.length), deflateSync(content, { level: 0 })]));
  }
}

/** A blob, by its type and size. */
function objectHead(size: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  let byte = (3 << 4) | (size % 16);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, byte]);
}

/** A terabyte of zeros, as it announces. */
function* inflating(): Iterable<Buffer> {
  yield banded(Buffer.concat([packHead(1), objectHead(1024 ** 4)]));
  const zeros = Buffer.alloc(16 << 20);
  // The head of a stream, then the same blocks again and again: one that was flushed whole refers to nothing before it.
  const stream = deflateSync(zeros, { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  yield banded(stream);
  const blocks = stream.subarray(2);
  for (;;) yield banded(blocks);
}
