import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exchange, type Exchange, type ExchangeOptions } from "./exchange.ts";
import { freePort } from "./freePort.ts";
import { descendants, runningInGroup } from "./processTree.ts";
import { TempDir } from "./tempDir.ts";

export interface FairleadOptions {
  /** A GOPROXY list. */
  readonly upstream: string;
  /** The data folder; without one a temporary folder is made, and removed with the server. */
  readonly data?: string;
  /** 0, or none given: a free one. */
  readonly port?: number;
  readonly workers?: number;
  /** Settings under `gateway:` of fairlead.yaml, one `name: value` a line. */
  readonly settings?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const launcher = resolve(import.meta.dirname, "../../bin/fairlead");
/** From util-linux. With it a server ends with the test run, even with one that is killed in the middle. */
const leash = "/usr/bin/setpriv";
const readyWithin = 30_000;
const stopWithin = 20_000;
const logLimit = 1 << 20;

/** `fairlead up` as a process of its own, as a user would start it. Nothing of it is left when its scope ends. */
export class FairleadServer implements AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly data: string;
  readonly #options: FairleadOptions;
  readonly #folder: TempDir;
  #child: ChildProcess | undefined;
  #log = "";

  static async start(options: FairleadOptions): Promise<FairleadServer> {
    const folder = await TempDir.create("server");
    const server = new FairleadServer(options, folder, options.port ?? (await freePort()));
    try {
      await server.start();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts one that is meant to refuse; resolves to its exit status and what it said. */
  static async refusal(options: FairleadOptions): Promise<{ readonly status: number | null; readonly log: string }> {
    const folder = await TempDir.create("server");
    await using server = new FairleadServer(options, folder, options.port ?? (await freePort()));
    await server.launch();
    // Closed, not just ended: what it said last may still be in the pipe.
    const closed = once(server.#running(), "close");
    const status = await server.ended();
    await withDeadline(closed, stopWithin, "the end of what the server says");
    return { status, log: server.log };
  }

  private constructor(options: FairleadOptions, folder: TempDir, port: number) {
    this.#options = options;
    this.#folder = folder;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.data = options.data ?? folder.join("data");
  }

  /** Process id of the primary, which is its process group's id too. */
  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error("the server is not running");
    return this.#child.pid;
  }

  get workerPids(): number[] {
    return descendants(this.pid);
  }

  /** What it wrote to standard error and output lately. */
  get log(): string {
    return this.#log;
  }

  /** Starts it (again) on the same port and data, and waits until it is ready. */
  async start(...moreArgs: readonly string[]): Promise<void> {
    await this.launch(...moreArgs);
    await this.#ready();
  }

  /** Starts it without waiting; for starts that are meant to fail. */
  async launch(...moreArgs: readonly string[]): Promise<void> {
    const { upstream, workers = 2, settings, args = [], env = {} } = this.#options;
    this.#log = "";
    const config = this.#folder.join("fairlead.yaml");
    const indented = (settings ?? "log: { level: info }").replaceAll(/^/gm, "  ");
    await writeFile(config, `gateway:\n${indented}\n`);
    const own = ["--listen", `127.0.0.1:${this.port}`, "--data", this.data, "--upstream", upstream, "--config", config];
    const up = [launcher, "up", ...own, "--workers", String(workers), ...args, ...moreArgs];
    const [command = launcher, ...rest] = existsSync(leash) ? [leash, "--pdeathsig", "KILL", ...up] : up;
    const child = spawn(command, rest, {
      cwd: this.#folder.path,
      env: {
        PATH: process.env["PATH"],
        HOME: this.#folder.path,
        NODE_EXTRA_CA_CERTS: process.env["NODE_EXTRA_CA_CERTS"],
        // Modules that tests make up are in no checksum database.
        FAIRLEAD_GATEWAY_VERIFY_DATABASE: "off",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, so that nothing of it can be left behind.
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.#log = (this.#log + text).slice(-logLimit)));
    }
    this.#child = child;
    await once(child, "spawn");
    process.once("exit", this.#killGroup);
  }

  /** Waits until it has ended by itself; resolves to its exit status. */
  async ended(): Promise<number | null> {
    const child = this.#running();
    if (child.exitCode === null && child.signalCode === null)
      await withDeadline(once(child, "exit"), stopWithin, "the server's end");
    return child.exitCode;
  }

  /** Asks it to stop, as an operator does, and waits. Throws if it fails or leaves a process running. */
  async stop(): Promise<void> {
    const child = this.#running();
    const { pid } = this;
    child.kill("SIGTERM");
    const status = await this.ended();
    const left = runningInGroup(pid);
    this.#killGroup();
    this.#forget();
    if (status !== 0) throw new Error(`the server ended with status ${status ?? "none"}:\n${this.#log.slice(-4000)}`);
    if (left.length > 0) throw new Error(`the server stopped and left processes running: ${left.join(", ")}`);
  }

  /** kill -9 of everything at once: a power cut as far as processes go. */
  async kill9(): Promise<void> {
    const child = this.#running();
    const exit = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    this.#killGroup();
    await exit;
    this.#forget();
  }

  /** kill -9 of the primary alone: its workers must notice and end. */
  async kill9Primary(): Promise<void> {
    const child = this.#running();
    const { pid } = this;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
    const deadline = Date.now() + stopWithin;
    while (runningInGroup(pid).length > 0) {
      if (Date.now() > deadline) throw new Error(`workers outlived their primary: ${runningInGroup(pid).join(", ")}`);
      await sleep(20);
    }
    this.#forget();
  }

  get(path: string, options?: ExchangeOptions): Promise<Exchange> {
    return exchange(this.url, path, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== undefined) await this.kill9();
    await this.#folder[Symbol.asyncDispose]();
  }

  /** Ready is what says so itself and answers: on a port that is taken, another would answer in its place. */
  async #ready(): Promise<void> {
    const child = this.#running();
    const deadline = Date.now() + readyWithin;
    let last: unknown = "no answer";
    while (Date.now() < deadline) {
      if (child.exitCode !== null)
        throw new Error(`the server ended with status ${child.exitCode} at start:\n${this.#log}`);
      try {
        const answer = await this.get("/readyz", { timeout: 2000 });
        if (answer.status === 200 && this.#log.includes("listening on")) return;
        last = `status ${answer.status}`;
      } catch (error) {
        last = error;
      }
      await sleep(30);
    }
    throw new Error(`the server was not ready within ${readyWithin / 1000} s (${String(last)}):\n${this.#log}`);
  }

  #running(): ChildProcess {
    if (this.#child === undefined) throw new Error("the server is not running");
    return this.#child;
  }

  readonly #killGroup = (): void => {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // Nobody is left in the group.
    }
  };

  #forget(): void {
    process.removeListener("exit", this.#killGroup);
    this.#child = undefined;
  }
}

async function withDeadline<T>(promise: Promise<T>, milliseconds: number, what: string): Promise<T> {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(
    () => timer.reject(new Error(`waited ${milliseconds / 1000} s for ${what}`)),
    milliseconds,
  );
  try {
    return await Promise.race([promise, timer.promise]);
  } finally {
    clearTimeout(timeout);
  }
}
