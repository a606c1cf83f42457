import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { serve, type ServerAnswer, type ServerOps } from "../../src/gomod/sumdb.ts";

/** A checksum database over HTTP on this machine, answered by our own server's code. Tests may change what it says. */
export class DatabaseServer implements AsyncDisposable {
  readonly url: string;
  readonly asked: string[] = [];
  ops: ServerOps;
  /** What becomes of an answer on its way. */
  change: (path: string, answer: ServerAnswer) => ServerAnswer = (_, answer) => answer;
  readonly #server: Server;

  static async start(ops: ServerOps): Promise<DatabaseServer> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new DatabaseServer(server, ops);
  }

  private constructor(server: Server, ops: ServerOps) {
    this.#server = server;
    this.ops = ops;
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the database has no port");
    this.url = `http://127.0.0.1:${address.port}`;
    server.on("request", (request, response) => void this.#answer(request, response));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // The go command sends "!" as %21.
    const path = decodeURIComponent(request.url ?? "");
    this.asked.push(path);
    const { status, contentType, body } = this.change(path, await serve(path, this.ops));
    response.writeHead(status, { "content-type": contentType }).end(body);
  }
}
