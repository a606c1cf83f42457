import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { escaped, filePath } from "./escaped.ts";
import { answerWith, type Fault, type GoodAnswer } from "./fault.ts";
import { infoOf, type TestModule } from "./testModule.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** A module proxy of made-up modules that goes wrong when told to, and remembers what it was asked. */
export class FaultyUpstream implements AsyncDisposable {
  readonly url: string;
  readonly requests: SeenRequest[] = [];
  readonly #server: Server;
  readonly #answers = new Map<string, GoodAnswer>();
  readonly #versions = new Map<string, string[]>();
  readonly #scripts = new Map<
    string,
    { readonly faults: readonly Fault[]; readonly thenGood: boolean; next: number }
  >();
  #always: Fault | undefined;
  #wake: (() => void)[] = [];

  static async start(...modules: readonly TestModule[]): Promise<FaultyUpstream> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const upstream = new FaultyUpstream(server);
    for (const module of modules) upstream.add(module);
    return upstream;
  }

  private constructor(server: Server) {
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the faulty upstream has no port");
    this.url = `http://127.0.0.1:${address.port}`;
    server.on("request", (request, response) => void this.#answer(request, response));
  }

  /** Serves a version, and names it in the module's list; @latest is the last one added. */
  add(module: TestModule): void {
    const { path, version } = module;
    this.#answers.set(filePath(path, version, "info"), { contentType: "application/json", body: module.info });
    this.#answers.set(filePath(path, version, "mod"), { contentType: "text/plain; charset=utf-8", body: module.mod });
    this.#answers.set(filePath(path, version, "zip"), { contentType: "application/zip", body: module.zip });
    this.list(path, [...(this.#versions.get(path) ?? []), version]);
    this.#answers.set(`/${escaped(path)}/@latest`, { contentType: "application/json", body: module.info });
  }

  /** Sets what the module's list holds, pseudo-versions and all. */
  list(path: string, versions: readonly string[]): void {
    this.#versions.set(path, [...versions]);
    const body = Buffer.from(versions.map((version) => `${version}\n`).join(""));
    this.#answers.set(`/${escaped(path)}/@v/list`, { contentType: "text/plain; charset=utf-8", body });
  }

  /** Resolves a branch, revision or range to a version. */
  query(path: string, query: string, version: string): void {
    this.#answers.set(filePath(path, query, "info"), { contentType: "application/json", body: infoOf(version) });
  }

  /** The next requests for the path go wrong, one fault each; after the last all is well again. */
  fail(path: string, ...faults: readonly Fault[]): void {
    this.#scripts.set(path, { faults, thenGood: true, next: 0 });
  }

  /** Every request for the path goes wrong, until told otherwise. */
  failAlways(path: string, fault: Fault): void {
    this.#scripts.set(path, { faults: [fault], thenGood: false, next: 0 });
  }

  /** Every request for anything goes wrong. */
  failAll(fault: Fault): void {
    this.#always = fault;
  }

  /** All is well from here on. */
  heal(): void {
    this.#scripts.clear();
    this.#always = undefined;
  }

  /** How many requests came for the path; for any path if none is given. */
  count(path?: string): number {
    return path === undefined ? this.requests.length : this.requests.filter((seen) => seen.path === path).length;
  }

  /** Resolves once the path has been asked for so many times. */
  async asked(path: string, times = 1): Promise<void> {
    while (this.count(path) < times) await new Promise<void>((resolve) => this.#wake.push(resolve));
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
    this.requests.push({ method: request.method ?? "", path, headers: request.headers });
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
    // A client that leaves while it is being answered is what many of these tests are about.
    response.on("error", () => undefined);
    await answerWith(response, this.#answers.get(path), this.#always ?? this.#nextFault(path));
  }

  #nextFault(path: string): Fault | undefined {
    const script = this.#scripts.get(path);
    if (script === undefined) return undefined;
    const fault = script.faults[script.next];
    if (script.thenGood) script.next++;
    return fault;
  }
}
