// One worker: its own connections, memory and downloads; the disk and the database it shares with the others.

import { createServer } from "node:http";
import type { Logger } from "pino";
import { databasePath, openDatabase } from "../storage/database.ts";
import { Isolation } from "./isolation.ts";
import { Leases } from "../storage/leases.ts";
import { AccessLog } from "./accessLog.ts";
import { Absences } from "./absences.ts";
import { Answers } from "./answers.ts";
import { Checksums } from "./checksums.ts";
import { blobsIn, quarantineIn } from "./dataFolder.ts";
import { FillLog } from "./fillLog.ts";
import { Filler } from "./filler.ts";
import { createGateway } from "./gateway.ts";
import type { GatewayError } from "./gatewayError.ts";
import type { GatewayOptions } from "./gatewayOptions.ts";
import { createLogger } from "./logger.ts";
import { LoopGuard } from "./loopGuard.ts";
import { Memory } from "./memory.ts";
import { Metrics } from "./metrics.ts";
import { observeChain, observeSource, type SourceObserver } from "./observedSource.ts";
import type { RequestObserver } from "./gateway.ts";
import { Health } from "./health/health.ts";
import { ModuleFiles } from "./moduleFiles.ts";
import { ModuleVersions } from "./moduleVersions.ts";
import { HitCounts } from "./hitCounts.ts";
import { answerHitsFirst, type Hits } from "./hitsFirst.ts";
import { keepAliveSeconds, type Ready } from "./ready.ts";
import { SharedFailures } from "./sharedFailures.ts";
import { Pages } from "./pages.ts";
import { Pinned } from "./pinned.ts";
import { Sumdb } from "./sumdb.ts";
import { openUpstreams } from "./upstreams.ts";
import { Tracer } from "./trace/trace.ts";
import { Vanity } from "./vanity/vanity.ts";
import { Verifier } from "./verifier.ts";

export interface WorkerIdentity {
  /** Same in all processes on the data folder. */
  readonly instanceId: string;
  /** Unlike any other process's. */
  readonly holder: string;
  readonly idPrefix: string;
}

/** Somebody who looks on: a person's terminal, through `fairlead run`. */
export interface Watcher extends SourceObserver, RequestObserver {
  /** Takes the trees of `--trace`. */
  trace?(tree: string): void;
}

export interface RunningWorker {
  readonly metrics: Metrics;
  readonly port: number;
  /** Takes files, by their keys, out of memory. */
  forget(keys: readonly string[]): void;
  /** Finishes answers and downloads, within `stopMs`; then cuts them. Gives back leases. */
  stop(): Promise<void>;
}

/** Bytes of an answer's headers and target that a client may send. */
const maxHeaderSize = 16 * 1024;

/** Listens and serves. Rejects if the address can't be had. */
export async function startWorker(
  options: GatewayOptions,
  identity: WorkerIdentity,
  scrape: () => Promise<string>,
  watcher?: Watcher,
): Promise<RunningWorker> {
  const logger = createLogger(options.logLevel, options.logFormat);
  const database = openDatabase(databasePath(options.dataFolder));
  const leases = new Leases(database, identity.holder);
  const blobs = blobsIn(options.dataFolder);
  const verifier = new Verifier();
  const cut = new AbortController();
  const loopGuard = new LoopGuard(identity.instanceId);
  const upstreams = openUpstreams(options, { "user-agent": "Fairlead", via: loopGuard.via }, leases);
  const memory = new Memory<Ready>(options.memoryBytes / options.workers);
  const pinned = new Pinned(options.memoryBytes / options.workers);
  const accessLog = options.accessLog ? new AccessLog(2, options.logFormat) : undefined;
  const server = createServer({
    maxHeaderSize,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: keepAliveSeconds * 1000,
    connectionsCheckingInterval: 2_000,
  });

  let stopping = false;
  const metrics = new Metrics({
    fillsInFlight: () => filler.inFlight,
    memoryUsed: () => memory.used,
    openConnections: () => connections,
    health: () => health.sources(),
  });
  const tracer = options.trace
    ? new Tracer(watcher?.trace?.bind(watcher) ?? ((tree) => process.stderr.write(tree)))
    : undefined;
  const observers = [metrics, watcher, tracer].filter((each) => each !== undefined);
  const health = await Health.open(database, logger);
  const hitCounts = new HitCounts(database, logger);
  const isolation = new Isolation(database, options.verify?.isolateMs ?? 0, logger);
  const chains = upstreams.chains.map((chain) => observeChain(isolation.guard(health.watch(chain)), observers));
  const databases = new Map([...upstreams.databases].map(([name, source]) => [name, observeSource(source, observers)]));
  const answers = new Answers({
    database,
    leases,
    failures: new SharedFailures(database),
    freshForMs: options.freshForMs,
    staleForMs: options.staleForMs,
    signal: cut.signal,
    onFailedRefresh: (key: string, error: GatewayError) =>
      logger.warn({ key, status: error.status, err: error.message }, "an old answer is served"),
  });
  const absences = new Absences(options.absentForMs);
  const sumdb = new Sumdb({
    chain: chains.usual,
    databases,
    blobs,
    answers,
    absences,
    signal: cut.signal,
    onStoreFailed: (key, error) =>
      logger.error({ key, err: error.message }, "a checksum database's answer could not be stored"),
  });
  const checksums =
    options.verify === undefined ? undefined : new Checksums(options.verify, { sumdb, blobs, database, logger });
  const filler = new Filler({
    chains,
    blobs,
    leases,
    fillLog: new FillLog(database),
    verifier,
    checksums,
    quarantine: quarantineIn(options.dataFolder),
    logger,
    slots: options.fillSlots,
    zipLimit: options.zipLimit,
    holdZipsUpTo: options.holdZipsUpTo,
    signal: cut.signal,
  });
  const files = new ModuleFiles({ blobs, filler, memory, pinned, absences });
  const versions = new ModuleVersions({ chains, blobs, files, answers, absences });

  const { hits, listener } = createGateway({
    pages: await Pages.load(options.pages, database),
    files,
    versions,
    sumdb,
    memory,
    pinned,
    metrics,
    accessLog,
    logger,
    loopGuard,
    health,
    hitCounts,
    deny: options.deny,
    vanity: new Vanity(options.vanity),
    sources: chains.sources,
    offline: options.offline,
    freshForMs: options.freshForMs,
    idPrefix: identity.idPrefix,
    scrape,
    isStopping: () => stopping,
    watcher,
    tracer,
  });
  server.on("request", listener);
  const { endIdle, endAll } = answerHitsFirst(server, tracer === undefined ? hits : slowly(hits), pinned);
  let connections = 0;
  // Of all workers together; one too many is dropped, not offered to the next worker for ever.
  server.maxConnections = Math.max(1, Math.ceil(options.connections / options.workers));
  Object.assign(server, { dropMaxConnection: true });
  server.on("connection", (socket) => {
    connections++;
    socket.on("close", () => connections--);
  });
  refuseBrokenRequests(server, logger);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: options.host, port: options.port }, resolve);
  });

  const address = server.address();
  return {
    metrics,
    port: typeof address === "object" && address !== null ? address.port : options.port,
    forget(keys) {
      for (const key of keys) memory.delete(`/${key}`);
    },
    async stop() {
      stopping = true;
      const deadline = setTimeout(() => {
        cut.abort();
        server.closeAllConnections();
        endAll();
      }, options.stopMs);
      // A connection that is busy now becomes idle when its answer is out, and would then stay open.
      endIdle();
      const closing = setInterval(() => server.closeIdleConnections(), 50);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      clearInterval(closing);
      await filler.idle();
      clearTimeout(deadline);
      await leases.releaseAll();
      await verifier.stop();
      await upstreams.close();
      await health.close();
      await hitCounts.close();
      await database.destroy();
      accessLog?.close();
    },
  };
}

/** While every request is traced, all of them take the long way. */
function slowly(hits: Hits): Hits {
  return { find: () => undefined, record: (request, client, ready) => hits.record(request, client, ready) };
}

/** What is not HTTP, or too large, gets a short answer rather than a silent end. */
function refuseBrokenRequests(server: ReturnType<typeof createServer>, logger: Logger): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const status =
      error.code === "HPE_HEADER_OVERFLOW"
        ? "431 Request Header Fields Too Large"
        : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
          ? "408 Request Timeout"
          : "400 Bad Request";
    logger.debug({ code: error.code }, "a request that could not be read");
    // A connection that was reset, or whose answer has begun, can't take another.
    if (error.code === "ECONNRESET" || !socket.writable || socket.writableLength > 0) {
      socket.destroy();
      return;
    }
    const text = `${status}\n`;
    socket.end(
      `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
    );
  });
}
