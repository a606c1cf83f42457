import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A service that answers a chosen part of its requests with 500, and counts as Prometheus reads it. */
export class FickleService implements AsyncDisposable {
  /** "127.0.0.1:4000" */
  readonly address: string;
  /** Every so many-th request fails; 0: none. */
  failEvery = 0;
  readonly #server: Server;
  #requests = 0;
  #errors = 0;

  static async start(): Promise<FickleService> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FickleService(server);
  }

  private constructor(server: Server) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the service has no port");
    this.address = `127.0.0.1:${address.port}`;
    this.#server = server;
    server.on("request", (request, response) => {
      if (request.url === "/metrics") {
        response.end(this.#metrics());
        return;
      }
      this.#requests++;
      const fails = this.failEvery > 0 && this.#requests % this.failEvery === 0;
      if (fails) this.#errors++;
      response.writeHead(fails ? 500 : 200).end("answer\n");
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #metrics(): string {
    const lines = [`shop_requests_total{release="v2",code="200"} ${this.#requests - this.#errors}`];
    // As client libraries do it: no series before the first failure.
    if (this.#errors > 0) lines.push(`shop_requests_total{release="v2",code="500"} ${this.#errors}`);
    return `${lines.join("\n")}\n`;
  }
}

/** Asks for a URL again and again until it is disposed of, a few at a time, whatever comes back. */
export function constantLoad(url: string): AsyncDisposable {
  const end = new AbortController();
  const one = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await fetch(url).then(
        (answer) => answer.arrayBuffer(),
        () => undefined,
      );
      await sleep(2);
    }
  };
  const all = Promise.all([one(), one(), one()]);
  return {
    async [Symbol.asyncDispose]() {
      end.abort();
      await all;
    },
  };
}
