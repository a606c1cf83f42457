// A request's way, one direction: memory → route → disk → fill → response.

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Logger } from "pino";
import { storageError } from "../storage/storageError.ts";
import type { AccessLog, AccessRecord } from "./accessLog.ts";
import type { Asker } from "./asker.ts";
import type { Answer } from "./answers.ts";
import { type DenyRule, refuseDenied } from "./deny.ts";
import { GatewayError } from "./gatewayError.ts";
import type { Health } from "./health/health.ts";
import { upstreamsJson } from "./health/upstreamsJson.ts";
import type { HitCounts } from "./hitCounts.ts";
import type { Hits, PlainRequest } from "./hitsFirst.ts";
import { homePage } from "./homePage.ts";
import type { LoopGuard } from "./loopGuard.ts";
import type { Memory } from "./memory.ts";
import type { Metrics, Outcome } from "./metrics.ts";
import type { ModuleFiles } from "./moduleFiles.ts";
import type { ModuleVersions } from "./moduleVersions.ts";
import { type Page, type Pages, sendPage } from "./pages.ts";
import type { Pinned } from "./pinned.ts";
import { readyAnswer, readyFile, readyPage, type Ready } from "./ready.ts";
import { send, type Reply, type Sent } from "./reply.ts";
import { sendError, sendReady } from "./respond.ts";
import { decodePath, parseTarget, type AnswerRoute, type PageRoute, type Route, type SumdbRoute } from "./route.ts";
import type { Sumdb } from "./sumdb.ts";
import { note, type Tracer } from "./trace/trace.ts";
import type { Vanity } from "./vanity/vanity.ts";

export interface GatewayParts {
  readonly files: ModuleFiles;
  readonly versions: ModuleVersions;
  readonly sumdb: Sumdb;
  readonly memory: Memory<Ready>;
  readonly pinned: Pinned;
  readonly metrics: Metrics;
  readonly accessLog: AccessLog | undefined;
  readonly logger: Logger;
  readonly loopGuard: LoopGuard;
  /** Names of the sources, in order, for people. */
  readonly sources: readonly string[];
  readonly health: Health;
  readonly hitCounts: HitCounts;
  readonly offline: boolean;
  readonly freshForMs: number;
  /** Prefix of request ids, unique to this worker. */
  readonly idPrefix: string;
  /** All workers' metrics, in Prometheus' text format. */
  readonly scrape: () => Promise<string>;
  readonly isStopping: () => boolean;
  readonly pages: Pages;
  readonly vanity: Vanity;
  readonly deny: readonly DenyRule[];
  readonly watcher: RequestObserver | undefined;
  readonly tracer: Tracer | undefined;
}

/** Called in place: it must be quick, and must not throw. */
export interface RequestObserver {
  /** A request that memory has no answer to. */
  begun(id: string, target: string): void;
  /** Any request's end, that of one which memory answered too. */
  ended(record: AccessRecord): void;
}

/** What a worker's server calls: for hits on plain requests, and for all others. */
export function createGateway(parts: GatewayParts): { hits: Hits; listener: RequestListener } {
  const gateway = new Gateway(parts);
  return { hits: gateway, listener: (request, response) => gateway.handle(request, response) };
}

/** A client that takes nothing of its answer for so long is gone, whatever its kernel says. Milliseconds. */
const unreadMs = 120_000;

class Gateway implements Hits {
  readonly #parts: GatewayParts;
  #requests = 0;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  /** What is in memory for a target as the client sent it, if it may still be served. */
  find(target: string): Ready | undefined {
    // The go command writes an escaped capital as %21x. Decoded, the target is only compared with keys that were made
    // from checked parts; what it can't match goes through parseTarget.
    const key = target.includes("%") ? decoded(target) : target;
    const ready = this.#parts.memory.get(key);
    if (ready === undefined) return undefined;
    // Too much is being sent from memory already; from disk it costs a chunk.
    if (ready.kind === "zip" && this.#parts.pinned.full) return undefined;
    const now = Date.now();
    if (ready.expiresAt > now) return ready;
    const renewed = ready.renew?.();
    if (renewed !== undefined && renewed.expiresAt > now) {
      this.#parts.memory.set(key, renewed, renewed.body.length);
      return renewed;
    }
    this.#parts.memory.delete(key);
    return undefined;
  }

  /** Counts and logs a hit that was answered on the socket. */
  record({ target, agent }: PlainRequest, client: string, { kind, body }: Ready): void {
    const sent: Sent = { status: 200, bytes: body.length, outcome: "memory" };
    this.#record({ method: "GET", target, agent, client }, this.#nextId(), kind, sent, 0);
  }

  /** Answers from memory at once; everything else takes the long way. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const id = this.#nextId();
    const { method } = request;
    if (method === "GET" || method === "HEAD") {
      const ready = this.find(request.url ?? "");
      if (ready !== undefined) {
        response.once("close", this.#parts.pinned.pin(ready.body));
        const { status, bytes } = sendReady(request, response, ready);
        const outcome = status === 304 ? "not-modified" : "memory";
        const record = this.#record(callerOf(request), id, ready.kind, { status, bytes, outcome }, 0);
        this.#parts.tracer?.tellOf(record);
        return;
      }
    }
    const page = this.#parts.pages.find(request.url ?? "") ?? this.#parts.vanity.find(request);
    const { tracer } = this.#parts;
    if (page !== undefined) void this.#servePage(request, response, id, page);
    else if (tracer === undefined) void this.#serve(request, response, id);
    else void tracer.request(() => this.#serve(request, response, id));
  }

  #nextId(): string {
    return `${this.#parts.idPrefix}${(this.#requests++).toString(36)}`;
  }

  async #serve(request: IncomingMessage, response: ServerResponse, id: string): Promise<AccessRecord> {
    const start = performance.now();
    this.#parts.watcher?.begun(id, request.url ?? "");
    let endpoint = "none";
    let sent: Sent;
    try {
      const route = this.#parse(request);
      note(`route: ${route.kind}${"module" in route ? ` of ${route.module} ${route.version}` : ""}`);
      endpoint = route.kind;
      // While sources are being asked the connection is silent, and that is no fault of the client.
      request.socket.setTimeout(0);
      const reply = await this.#reply(route, request);
      note(`reply: ${reply.type === "part" ? "the file as it grows" : reply.outcome}`);
      request.socket.setTimeout(unreadMs);
      if (reply.type === "ready") response.once("close", this.#parts.pinned.pin(reply.ready.body));
      sent = await send(request, response, reply);
    } catch (error) {
      const failure = this.#asGatewayError(error, request);
      request.socket.setTimeout(unreadMs);
      sent = { ...sendError(request, response, failure, id), outcome: failure.outcome };
    }
    return this.#record(callerOf(request), id, endpoint, sent, Math.round(performance.now() - start));
  }

  async #servePage(request: IncomingMessage, response: ServerResponse, id: string, page: Page): Promise<void> {
    const start = performance.now();
    let sent: Sent;
    try {
      sent = { ...(await sendPage(request, response, page)), outcome: "page" };
    } catch (error) {
      const failure = this.#asGatewayError(error, request);
      sent = { ...sendError(request, response, failure, id), outcome: failure.outcome };
    }
    // What stands behind the question mark may be a right: it is no log's business.
    const caller = { ...callerOf(request), target: (request.url ?? "").replace(/\?.*/, "") };
    this.#record(caller, id, "page", sent, Math.round(performance.now() - start));
  }

  #parse(request: IncomingMessage): Route {
    const method = request.method ?? "";
    if (method !== "GET" && method !== "HEAD") {
      throw new GatewayError(
        "method-not-allowed",
        `method ${method.slice(0, 20)} is not allowed here; use GET or HEAD`,
      );
    }
    const route = parseTarget(request.url ?? "");
    this.#parts.loopGuard.refuseLoop(request.headers.via);
    return route;
  }

  async #reply(route: Route, request: IncomingMessage): Promise<Reply> {
    const { files, versions } = this.#parts;
    const asker: Asker = { noFetch: this.#reasonNotToFetch(request), via: request.headers.via };
    if ("module" in route) {
      refuseDenied(this.#parts.deny, route.module);
      note(`access: no rule of ${this.#parts.deny.length} denies it`);
    }
    if (asker.noFetch !== undefined) note(`cache alone: ${asker.noFetch}`);
    switch (route.kind) {
      case "info":
      case "mod":
      case "zip":
        return files.get(route, asker);
      case "list":
      case "latest":
      case "query":
        return this.#answer(route, await versions.get(route, asker));
      case "sumdb-lookup":
      case "sumdb-tile":
        return this.#immutableSumdb(route, asker);
      case "sumdb-latest":
      case "sumdb-supported":
        return this.#answer(route, await this.#parts.sumdb.answer(route, asker));
      default:
        return this.#page(route, request);
    }
  }

  async #immutableSumdb(route: SumdbRoute, asker: Asker): Promise<Reply> {
    const { bytes, outcome } = await this.#parts.sumdb.bytes(route, asker);
    const ready = readyFile(route.kind, bytes);
    this.#parts.memory.set(`/${route.key}`, ready, bytes.length);
    return { type: "ready", ready, outcome };
  }

  #answer(route: AnswerRoute | SumdbRoute, answer: Answer): Reply {
    const { freshForMs, memory } = this.#parts;
    const ready = readyAnswer(route.kind, answer, freshForMs);
    if (ready.expiresAt > Date.now()) memory.set(`/${route.key}`, ready, answer.body.length);
    return {
      type: "ready",
      ready,
      outcome: answer.fetched === true ? "fill" : answer.warning === undefined ? "disk" : "stale",
    };
  }

  async #page(route: PageRoute, request: IncomingMessage): Promise<Reply> {
    const { isStopping, scrape, sources, offline, health } = this.#parts;
    const page = (body: string, type?: string): Reply => ({
      type: "ready",
      ready: readyPage(route.kind, Buffer.from(body), type),
      outcome: "page",
    });
    switch (route.kind) {
      case "metrics":
        return page(await scrape(), "text/plain; version=0.0.4; charset=utf-8");
      case "readyz":
        if (isStopping()) throw new GatewayError("stopping", "stopping");
        return page("ok\n");
      case "healthz":
        return page("ok\n");
      case "upstreams":
        return page(upstreamsJson(sources, await health.sources()), "application/json");
      case "home":
        return page(homePage(request.headers.host, sources, offline));
    }
  }

  #reasonNotToFetch(request: IncomingMessage): string | undefined {
    if (this.#parts.offline) return "the gateway is offline (--offline)";
    // Not standard, but known to Go's public proxy: the client wants what is cached, and nothing fetched.
    if (request.headers["disable-module-fetch"] === "true")
      return "the request forbids fetching (Disable-Module-Fetch)";
    return undefined;
  }

  #asGatewayError(error: unknown, request: IncomingMessage): GatewayError {
    if (error instanceof GatewayError) return error;
    this.#parts.logger.error(
      { err: error, target: request.url?.replace(/\?.*/, "").slice(0, 500) },
      "a request failed unexpectedly",
    );
    const failure = storageError("answering", error);
    return new GatewayError(failure.code === "no-space" ? "no-space" : "storage", failure.message, { cause: error });
  }

  #record(
    caller: Caller,
    id: string,
    endpoint: string,
    { status, bytes, outcome }: Sent,
    milliseconds: number,
  ): AccessRecord {
    this.#parts.metrics.count(endpoint, outcome, bytes);
    if (isFile(endpoint) && isHit(outcome)) this.#parts.hitCounts.count(caller.target);
    const record = { ...caller, id, status, bytes, milliseconds, outcome };
    this.#parts.accessLog?.write(record);
    this.#parts.watcher?.ended(record);
    return record;
  }
}

function isFile(endpoint: string): boolean {
  return endpoint === "zip" || endpoint === "mod" || endpoint === "info";
}

/** The client has the file, and no source was asked. */
function isHit(outcome: Outcome): boolean {
  return outcome === "memory" || outcome === "disk" || outcome === "not-modified";
}

type Caller = Pick<AccessRecord, "client" | "method" | "target" | "agent">;

function callerOf(request: IncomingMessage): Caller {
  return {
    client: request.socket.remoteAddress ?? "",
    method: request.method ?? "",
    target: request.url ?? "",
    agent: request.headers["user-agent"] ?? "",
  };
}

function decoded(target: string): string {
  try {
    return decodePath(target);
  } catch {
    return target;
  }
}
