import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { testModule } from "../harness/testModule.ts";

/** How a source answers: by source and kind, such as `a` → `404` and `a.sumdb` → `200`. `cut` breaks the connection. */
export type Answers = Readonly<Record<string, string>>;

/** One request that the go command made. */
export interface Asked {
  /** `a`, `b`, … for proxies; `direct` for the module's own host; `sums` for a checksum database at an address of its own. */
  readonly source: string;
  readonly kind: "module" | "supported" | "lookup";
  /** The file's extension, for a proxy: `info`, `mod`, `zip`. */
  readonly file?: string;
}

/**
 * All of the world that a go command under test can reach, for any number of runs at once: proxies below
 * `/<run>/<letter>/`, and everything else by way of HTTP_PROXY, where nothing answers. What each run asks is recorded.
 */
export class GoWorld implements AsyncDisposable {
  readonly #server: Server;
  readonly #port: number;
  readonly #runs = new Map<string, { answers: Answers; asked: Asked[] }>();

  static async start(): Promise<GoWorld> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new GoWorld(server);
  }

  private constructor(server: Server) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    this.#server = server;
    this.#port = address.port;
    server.on("request", (request, response) => this.#answer(request, response));
    server.on("connect", (request, socket) => this.#tunnel(request, socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  begin(run: string, answers: Answers): void {
    this.#runs.set(run, { answers, asked: [] });
  }

  asked(run: string): readonly Asked[] {
    return this.#runs.get(run)?.asked ?? [];
  }

  /** The URL of a run's source. */
  url(run: string, source: string): string {
    return `http://127.0.0.1:${this.#port}/${run}/${source}`;
  }

  /** HTTP_PROXY and HTTPS_PROXY of a run; its user name says which one. Go never sends loopback addresses there. */
  forwardProxy(run: string): string {
    return `http://${run}:x@127.0.0.1:${this.#port}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? "";
    if (!url.startsWith("/")) {
      this.#recordForeign(request, new URL(url).hostname);
      response.writeHead(404).end();
      return;
    }
    const [, run = "", source = "", ...rest] = url.split("/");
    const path = rest.join("/");
    const found = this.#runs.get(run);
    const kind = path.endsWith("/supported")
      ? "supported"
      : /^(sumdb\/|lookup\/|tile\/|latest$)/.test(path)
        ? "lookup"
        : "module";
    found?.asked.push({ source, kind, file: path.slice(path.lastIndexOf(".") + 1) });
    const answer = found?.answers[kind === "module" ? source : `${source}.sumdb`] ?? "404";
    if (answer === "cut") {
      request.socket.destroy();
      return;
    }
    const body = answer === "200" ? content(path) : "the test says so\n";
    const status = body === undefined ? 404 : Number(answer);
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(body);
  }

  #tunnel(request: IncomingMessage, socket: Duplex): void {
    this.#recordForeign(request, (request.url ?? "").replace(/:\d+$/, ""));
    socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  }

  #recordForeign(request: IncomingMessage, host: string): void {
    const [, credentials = ""] = (request.headers["proxy-authorization"] ?? "").split(" ");
    const [run = ""] = Buffer.from(credentials, "base64").toString().split(":");
    const isSumdb = host === "sum.golang.org";
    this.#runs.get(run)?.asked.push({ source: "direct", kind: isSumdb ? "lookup" : "module" });
  }
}

/** Every module exists, with what testModule makes of it. A checksum database says it is supported and knows nothing. */
function content(path: string): Buffer | string | undefined {
  if (path.endsWith("/supported")) return "";
  const [, escaped = "", version = "", file] = /^(.+)\/@v\/(.+)\.(info|mod|zip)$/.exec(path) ?? [];
  const name = escaped.replaceAll(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (file !== "info" && file !== "mod" && file !== "zip") return undefined;
  return testModule(name, version)[file];
}
