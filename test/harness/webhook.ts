import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";

/** Where messages go, as a chat's incoming webhook: it takes all of them and remembers. */
export class Webhook implements AsyncDisposable {
  readonly url: string;
  /** The bodies, in the order of their coming. */
  readonly messages: unknown[] = [];
  readonly #server: Server;

  static async start(): Promise<Webhook> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Webhook(server);
  }

  private constructor(server: Server) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the webhook has no port");
    this.url = `http://127.0.0.1:${address.port}/hook`;
    this.#server = server;
    server.on("request", (request, response) => {
      void text(request).then((body) => {
        this.messages.push(JSON.parse(body));
        return response.end("ok");
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }
}
