// The primary process: starts the workers, replaces one that dies, adds up their metrics, stops them in order. It
// serves nothing itself.

import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { AggregatorRegistry } from "prom-client";
import type { Logger } from "pino";
import type { Database } from "../storage/database.ts";
import { blobsIn, mirrorsIn, clearUp, holderName, prepareDataFolder } from "./dataFolder.ts";
import type { GatewayOptions } from "./gatewayOptions.ts";
import { createLogger } from "./logger.ts";
import { pruneFailures } from "./fillLog.ts";
import { SharedFailures } from "./sharedFailures.ts";
import { Leases } from "../storage/leases.ts";
import { Upkeep } from "./upkeep/upkeep.ts";
import type { ToPrimary, ToWorker } from "./workerMessages.ts";

export interface RunningGateway {
  /** Where it listens, as a client writes it. */
  readonly url: string;
  readonly workerPids: () => readonly number[];
  /** Finishes answers and downloads within the time allowed, then cuts them. */
  stop(): Promise<void>;
}

/** The gateway could not start; the message says why and what to do. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** A worker that dies within this time of its start is replaced only after a pause, so that a crash loop is no load. */
const soonMs = 5000;
const pauseMs = 1000;
const collectWithinMs = 2000;
const pruneEveryMs = 10 * 60 * 1000;

/** Starts the gateway; resolves when all workers listen. Throws StartError, StorageError. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { database, instanceId, notCleared } = await prepareDataFolder(options.dataFolder);
  const primary = new Primary(options, database, instanceId);
  primary.tell(notCleared);
  try {
    await primary.start();
  } catch (error) {
    await primary.stop();
    throw error;
  }
  return primary;
}

class Primary implements RunningGateway {
  readonly #options: GatewayOptions;
  readonly #database: Database;
  readonly #instanceId: string;
  readonly #logger: Logger;
  readonly #workers = new Map<number, Worker>();
  readonly #collecting = new Map<number, { waiting: Set<number>; metrics: object[][]; done: () => void }>();
  readonly #pruning: NodeJS.Timeout;
  #upkeep: Upkeep | undefined;
  #port: number;
  #nextTicket = 0;
  #stopping = false;

  constructor(options: GatewayOptions, database: Database, instanceId: string) {
    this.#options = options;
    this.#database = database;
    this.#instanceId = instanceId;
    this.#port = options.port;
    this.#logger = createLogger(options.logLevel, options.logFormat);
    this.#pruning = setInterval(() => void this.#prune(), pruneEveryMs);
    this.#pruning.unref();
  }

  get url(): string {
    const { host } = this.#options;
    return `http://${host.includes(":") ? `[${host}]` : host}:${this.#port}`;
  }

  /** How this process reaches it. */
  get #ownUrl(): string {
    const { host } = this.#options;
    return host === "::" || host === "0.0.0.0" ? `http://127.0.0.1:${this.#port}` : this.url;
  }

  /** Tells an operator of what is not as it should be, and does not keep the gateway from serving. */
  tell(trouble: Error | undefined): void {
    if (trouble !== undefined) this.#logger.warn({ err: trouble.message }, "started, but not everything is in order");
  }

  workerPids(): readonly number[] {
    return [...this.#workers.values()].flatMap((worker) =>
      worker.process.pid === undefined ? [] : [worker.process.pid],
    );
  }

  async start(): Promise<void> {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    // The workers accept by themselves. Handed round by the primary, a connection that is on its way to a worker when that
    // is killed would hang for ever, and one on its way to a worker that stops would until the end.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({ exec: fileURLToPath(new URL(`./workerMain.${extension}`, import.meta.url)), args: [] });
    if (this.#port === 0) this.#port = await freePort(this.#options.host);
    // The first alone, so that a port that is taken is told once.
    await this.#fork();
    await Promise.all(Array.from({ length: this.#options.workers - 1 }, () => this.#fork()));
    const { dataFolder, offline, upkeep } = this.#options;
    const leases = new Leases(this.#database, holderName(process.pid));
    this.#upkeep = new Upkeep(upkeep, {
      stores: { blobs: blobsIn(dataFolder), database: this.#database, leases, mirrors: mirrorsIn(dataFolder) },
      logger: this.#logger,
      url: offline ? undefined : this.#ownUrl,
      forget: async (keys) => {
        await this.#ask((ticket) => ({ type: "forget", ticket, keys }));
      },
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#pruning);
    await this.#upkeep?.stop();
    const workers = [...this.#workers.values()];
    // A worker keeps its own time; this is for one that no longer turns.
    const kill = setTimeout(() => {
      for (const worker of workers) worker.process.kill("SIGKILL");
    }, this.#options.stopMs + 2000);
    await Promise.all(
      workers.map((worker) => {
        if (worker.isDead()) return Promise.resolve();
        const gone = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
        tell(worker, { type: "stop" });
        return gone;
      }),
    );
    clearTimeout(kill);
    await this.#database.destroy();
  }

  /** Starts one worker; resolves when it listens. Throws StartError if it can't. */
  #fork(): Promise<void> {
    // Disk work of downloads (writing, syncing) must not keep a hit from being read.
    const worker = cluster.fork({ UV_THREADPOOL_SIZE: process.env["UV_THREADPOOL_SIZE"] ?? "16" });
    const holder = holderName(worker.process.pid ?? 0);
    const startedAt = Date.now();
    this.#workers.set(worker.id, worker);
    // The options hold credentials: they go through the private channel, not through the environment.
    worker.once("online", () => {
      const options = { ...this.#options, port: this.#port };
      tell(worker, {
        type: "start",
        options,
        instanceId: this.#instanceId,
        holder,
        idPrefix: requestIdPrefix(worker.id),
      });
    });
    return new Promise((resolve, reject) => {
      let isReady = false;
      worker.on("message", (message: ToPrimary) => {
        if (message.type === "ready") {
          isReady = true;
          resolve();
        } else if (message.type === "failed") reject(new StartError(this.#explain(message)));
        else if (message.type === "scrape") void this.#scrape(worker, message.ticket);
        else this.#collected(worker.id, message.ticket, message.metrics);
      });
      worker.on("error", (error) => {
        this.#forget(worker);
        reject(new StartError(`a worker could not be started: ${error.message}`, { cause: error }));
      });
      worker.once("exit", (code, signal) => {
        this.#forget(worker);
        const how = signal ?? `exit ${code}`;
        if (isReady) void this.#replace(worker, startedAt, how);
        else reject(new StartError(`a worker ended before it listened (${how})`));
      });
    });
  }

  #explain({ message, code }: { message: string; code: string }): string {
    const { host } = this.#options;
    const port = this.#port;
    if (code === "EADDRINUSE") {
      return `port ${port} on ${host} is taken: another Fairlead may be running there (who: ss -ltnp 'sport = :${port}')\nstop it, or choose another address with --listen ${host}:PORT`;
    }
    if (code === "EADDRNOTAVAIL") return `${host} is no address of this machine; choose one with --listen`;
    if (code === "EACCES") return `this user may not listen on port ${port}; ports from 1024 need no rights`;
    return `a worker could not start: ${message}`;
  }

  #forget(worker: Worker): void {
    this.#workers.delete(worker.id);
    for (const { waiting, done } of this.#collecting.values()) {
      waiting.delete(worker.id);
      if (waiting.size === 0) done();
    }
  }

  async #replace(dead: Worker, startedAt: number, how: string): Promise<void> {
    if (this.#stopping) return;
    this.#logger.error({ worker: dead.process.pid, how }, "a worker died; another takes its place");
    // At once, so that those who wait for its downloads need not wait for its leases to lapse.
    await clearUp(this.#options.dataFolder, this.#database).catch((error: unknown) =>
      this.#logger.error({ err: error }, "clearing up after a dead worker failed"),
    );
    let soon = Date.now() - startedAt < soonMs;
    while (!this.#stopping) {
      if (soon) await sleep(pauseMs);
      try {
        if (!this.#stopping) await this.#fork();
        return;
      } catch (error) {
        this.#logger.error({ err: error }, "a worker could not be replaced; trying again");
        soon = true;
      }
    }
  }

  async #scrape(asker: Worker, ticket: number): Promise<void> {
    const metrics = await this.#ask((collection) => ({ type: "collect", ticket: collection }));
    const text = await AggregatorRegistry.aggregate(metrics).metrics();
    tell(asker, { type: "scraped", ticket, text });
  }

  /** Asks every worker; resolves when all have answered, or to what has come in time. */
  async #ask(question: (ticket: number) => ToWorker): Promise<object[][]> {
    const ids = [...this.#workers.values()].filter((worker) => worker.isConnected()).map((worker) => worker.id);
    const ticket = this.#nextTicket++;
    const metrics: object[][] = [];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, collectWithinMs);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#collecting.set(ticket, { waiting: new Set(ids), metrics, done });
      for (const id of ids) {
        const worker = this.#workers.get(id);
        if (worker !== undefined) tell(worker, question(ticket));
      }
    });
    this.#collecting.delete(ticket);
    return metrics;
  }

  #collected(id: number, ticket: number, metrics: object[]): void {
    const collection = this.#collecting.get(ticket);
    if (collection === undefined || !collection.waiting.delete(id)) return;
    collection.metrics.push(metrics);
    if (collection.waiting.size === 0) collection.done();
  }

  async #prune(): Promise<void> {
    const pruned = Promise.all([
      clearUp(this.#options.dataFolder, this.#database),
      pruneFailures(this.#database),
      new SharedFailures(this.#database).prune(),
    ]);
    await pruned.catch((error: unknown) => this.#logger.warn({ err: error }, "pruning old failures failed"));
  }
}

/** Workers share a port only by its number, so that one which replaces another finds it too. */
async function freePort(host: string): Promise<number> {
  const server = createServer().listen({ host, port: 0 });
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Sends to a worker that may be dying: that it could not be told is no error, its exit is dealt with. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, undefined, () => undefined);
}

/** Worker ids grow, so two workers of one gateway never share a prefix; the time tells gateways' runs apart. */
function requestIdPrefix(workerId: number): string {
  return `${(Date.now() % 1e9).toString(36)}-${workerId.toString(36)}-`;
}
