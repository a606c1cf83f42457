// A mirror of the registries of one other tool (npm, pip), for one command: each request goes to the first of them that
// answers, with the gateway's own time limits, retries and memory of who is down. Nothing is kept; what a tool gets it checks by
// its own hashes.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { walkChain } from "../chain.ts";
import { GatewayError } from "../gatewayError.ts";
import { observeChain } from "../observedSource.ts";
import { readBody, SourceFailure, type ChainLink, type Errand, type Source, type SourceAnswer } from "../source.ts";
import { openSources, type SourceTimes } from "../upstreams.ts";
import type { Watcher } from "../worker.ts";
import { findAnchor, type LinkedFile, Links, rewriteAnchors } from "./links.ts";
import { skipping } from "./skipping.ts";
import { Tarballs } from "./tarballs.ts";

export type ForwardedTool = "npm" | "pip";

export interface ForwardOptions {
  readonly tool: ForwardedTool;
  /** The registries, the preferred first; perhaps with user and password. */
  readonly registries: readonly string[];
  /** The value of an Authorization header for an address; undefined: none. */
  readonly credentials: (url: URL) => string | undefined;
  /** npm's registries of single scopes; addresses of folders. */
  readonly scopes: ReadonlyMap<string, URL>;
  /** Addresses of files that npm's lock file names. */
  readonly locked: readonly string[];
  readonly times: SourceTimes;
}

export interface RunningForwarder {
  /** Without a slash at its end. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A document of versions: npm's largest are tens of megabytes. */
const maxDocument = 128 << 20;
/** So much of a file is read before its first byte leaves: until then another source can step in. */
const heldBytes = 8 << 20;

export async function startForwarder(options: ForwardOptions, watcher: Watcher): Promise<RunningForwarder> {
  const forwarder = new Forwarder(options, watcher);
  const server = createServer((request, response) => void forwarder.handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  forwarder.own = `http://127.0.0.1:${port}`;
  return {
    url: forwarder.own,
    async stop() {
      const closed = once(server, "close");
      forwarder.cut.abort();
      server.close();
      server.closeAllConnections();
      await closed;
      await forwarder.close();
    },
  };
}

class Forwarder {
  readonly cut = new AbortController();
  own = "";
  readonly #tool: ForwardedTool;
  readonly #chain: readonly ChainLink[];
  readonly #bases: ReadonlyMap<string, URL>;
  readonly #sources: ReturnType<typeof openSources>;
  readonly #credentials: ForwardOptions["credentials"];
  readonly #links = new Links();
  readonly #tarballs: Tarballs;
  readonly #watcher: Watcher;
  #requests = 0;

  constructor({ tool, registries, credentials, scopes, locked, times }: ForwardOptions, watcher: Watcher) {
    this.#credentials = credentials;
    this.#tool = tool;
    this.#watcher = watcher;
    this.#sources = openSources(times, { "user-agent": "Fairlead" });
    const bases = new Map<string, URL>();
    const links = registries.map((url) => {
      const base = new URL(url);
      const source = this.#sources.open(url, base.username === "" ? credentials(base) : undefined);
      base.username = "";
      base.password = "";
      bases.set(source.name, base);
      return { source: skipping(source), fallBackOnAnyError: true };
    });
    this.#bases = bases;
    this.#tarballs = new Tarballs([...bases.values()].map(asFolder), scopes, locked);
    this.#chain = observeChain(links, [watcher]);
  }

  close(): Promise<void> {
    return this.#sources.close();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = performance.now();
    const id = `forward-${this.#requests++}`;
    const { method = "", url: target = "" } = request;
    this.#watcher.begun(id, target);
    response.on("error", () => undefined);
    let sent = { status: 0, bytes: 0, outcome: "fill" };
    try {
      sent = { ...sent, ...(await this.#answer(request, response)) };
    } catch (error) {
      const failure = error instanceof GatewayError ? error : new GatewayError("outage", String(error));
      sent = { status: failure.status, bytes: 0, outcome: failure.outcome };
      if (response.headersSent) response.destroy();
      else response.writeHead(failure.status, { "content-type": "text/plain" }).end(`${failure.message}\n`);
    }
    const milliseconds = Math.round(performance.now() - start);
    this.#watcher.ended({ id, client: "127.0.0.1", method, target, agent: "", milliseconds, ...sent });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<{ status: number; bytes: number }> {
    const path = (request.url ?? "").replace(/[?#].*/, "");
    // npm's audit is a POST: it is told that there is none, and goes on.
    if (request.method !== "GET" && request.method !== "HEAD")
      throw new GatewayError("not-found", `${request.method} is not passed on`);
    checkPath(path);
    const linked = this.#links.find(path);
    const headers = request.headers.accept === undefined ? {} : { accept: request.headers.accept };
    const errand = { signal: this.cut.signal, via: undefined, headers };
    const take = (answer: SourceAnswer, source: Source): Promise<{ status: number; bytes: number }> =>
      this.#pass(answer, source, path.slice(1), response);
    if (linked !== undefined) return walkChain(this.#linkedChain(linked), linked.name, linked.name, take, errand);
    const { relative, original } =
      this.#tool === "npm" ? this.#tarballs.place(path) : { relative: path.slice(1), original: undefined };
    const chain = [
      ...(relative === undefined ? [] : this.#chain),
      ...(original === undefined ? [] : observeChain([this.#linkTo(original)], [this.#watcher])),
    ];
    return walkChain(chain, relative ?? path, path.slice(1), take, errand);
  }

  /** A single address, whatever path is asked for. */
  #linkTo(url: URL): ChainLink {
    const source: Source = {
      name: `${url.protocol}//${url.host}`,
      ask: (_path, consume, errand) => this.#askFor(url, consume, errand),
    };
    return { source, fallBackOnAnyError: true };
  }

  /** The file where it was linked to; then where the other registries link to the same. */
  #linkedChain(file: LinkedFile): readonly ChainLink[] {
    return observeChain([this.#linkTo(file.url), ...this.#elsewhere(file)], [this.#watcher]);
  }

  /** A single address, with what the tool would show its host. */
  #askFor<T>(url: URL, consume: (answer: SourceAnswer) => Promise<T>, errand: Errand): Promise<T> {
    const folder = new URL("./", url);
    return this.#sources
      .open(folder.href, this.#credentials(url))
      .ask(url.href.slice(folder.href.length), consume, errand);
  }

  #elsewhere(file: LinkedFile): ChainLink[] {
    return this.#chain.map(({ source }) => ({
      fallBackOnAnyError: true,
      source: {
        name: source.name,
        ask: async <T>(_path: string, consume: (answer: SourceAnswer) => Promise<T>, errand: Errand): Promise<T> => {
          const html = await source.ask(
            file.page,
            async (answer) => (await readBody(answer, maxDocument)).toString("utf8"),
            {
              ...errand,
              headers: { accept: "text/html" },
            },
          );
          const url = findAnchor(html, this.#pageUrl(source, file.page), file);
          if (url === undefined || url.href === file.url.href)
            throw new SourceFailure("not-found", `has no other ${file.name} of the same hash`);
          return this.#askFor(url, consume, errand);
        },
      },
    }));
  }

  #pageUrl(source: Source, page: string): URL {
    const base = new URL(this.#bases.get(source.name) ?? "http://nowhere.invalid/");
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    return new URL(page, base);
  }

  async #pass(
    answer: SourceAnswer,
    source: Source,
    page: string,
    response: ServerResponse,
  ): Promise<{ status: number; bytes: number }> {
    const { contentType } = answer;
    const isJson = this.#tool === "npm" && /json/.test(contentType);
    const isPage = this.#tool === "pip" && /text\/html|simple\.v1\+html/.test(contentType);
    if (isJson || isPage) {
      const text = (await readBody(answer, maxDocument)).toString("utf8");
      const pageUrl = this.#pageUrl(source, page);
      if (isJson) this.#readDocument(text, source);
      const body = isJson ? text : rewriteAnchors(text, pageUrl, page, this.#links, this.own);
      response.writeHead(200, { "content-type": contentType, "cache-control": "no-store" });
      response.end(body);
      return { status: 200, bytes: Buffer.byteLength(body) };
    }
    return passFile(answer, response);
  }

  #readDocument(text: string, source: Source): void {
    const base = this.#bases.get(source.name);
    if (base === undefined) return;
    try {
      this.#tarballs.read(text, base);
    } catch (error) {
      throw new SourceFailure("bad-answer", `sent a document that is no JSON: ${String(error)}`, { cause: error });
    }
  }
}

function asFolder(url: URL): URL {
  return url.pathname.endsWith("/") ? url : new URL(`${url.href}/`);
}

/** Its beginning is held: what breaks off there can come from another source, and the client sees nothing of it. */
async function passFile(answer: SourceAnswer, response: ServerResponse): Promise<{ status: number; bytes: number }> {
  const held: Uint8Array[] = [];
  let bytes = 0;
  const begin = (): void => {
    const length = answer.length === undefined ? {} : { "content-length": answer.length };
    response.writeHead(200, { "content-type": answer.contentType, ...length });
    for (const chunk of held.splice(0)) response.write(chunk);
  };
  try {
    for await (const chunk of answer.body) {
      bytes += chunk.length;
      if (!response.headersSent) {
        held.push(chunk);
        if (bytes > heldBytes) begin();
      } else if (!response.write(chunk)) {
        await Promise.race([once(response, "drain"), once(response, "close")]);
      }
      if (response.destroyed) break;
    }
  } catch (error) {
    // Bytes have left: another source's would not fit behind them.
    if (response.headersSent) throw new GatewayError("outage", String(error), { cause: error });
    throw error;
  }
  if (!response.headersSent) begin();
  response.end();
  return { status: 200, bytes };
}

/** The path goes into a URL at a registry: no other folder may come of it. */
function checkPath(path: string): void {
  const segments = path.split("/").map((segment) => segment.replaceAll(/%2e/gi, "."));
  if (
    !/^\/[\x21-\x7e]*$/.test(path) ||
    /[\\]|%5c/i.test(path) ||
    segments.some((each) => each === "." || each === "..")
  )
    throw new GatewayError("bad-request", "the path is not one of a registry");
}
