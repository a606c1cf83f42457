import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { request } from "undici";
import { descendants, peakMemory } from "../../test/harness/processTree.ts";
import { kill } from "./cleanEnd.ts";
import { pinned } from "./cores.ts";
import { processorTime } from "./processorTime.ts";

export interface Launch {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly core: number;
  readonly port: number;
  /** Standard output and error go here: for all but nginx this is the access log. */
  readonly log: string;
  /** A path that answers 200 when the server is up. */
  readonly readyPath: string;
  /** Called once the server has ended, to remove what it left. */
  readonly ended: () => void;
}

const startWithin = 20_000;
const stopWithin = 10_000;
const memoryEvery = 250;

/** A server under measurement: started on its core, awaited, watched, and ended by its process id. */
export class Server implements AsyncDisposable {
  readonly origin: string;
  readonly #launch: Launch;
  readonly #child: ChildProcess;
  readonly #pid: number;
  readonly #watch: NodeJS.Timeout;
  #peak = 0;

  static async start(launch: Launch): Promise<Server> {
    const server = new Server(launch);
    try {
      await server.#ready();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(launch: Launch) {
    this.#launch = launch;
    this.origin = `http://127.0.0.1:${launch.port}`;
    const log = openSync(launch.log, "a");
    const [command, args] = pinned(launch.core, launch.argv);
    this.#child = spawn(command, args, {
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...launch.env },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    if (this.#child.pid === undefined) throw new Error(`${launch.name}: ${command} could not be started`);
    this.#pid = this.#child.pid;
    // Children come and go (Athens starts a go command for every miss), so their share is caught in passing.
    this.#watch = setInterval(() => this.#notePeak(), memoryEvery);
  }

  /** The highest sum of VmHWM over the process tree seen so far, in bytes. */
  get peak(): number {
    this.#notePeak();
    return this.#peak;
  }

  /** Processor seconds of the whole tree so far. */
  get processorSeconds(): number {
    return processorTime(this.#tree());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watch);
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.#stop();
    this.#launch.ended();
  }

  async #stop(): Promise<void> {
    const tree = this.#tree();
    const ended = once(this.#child, "exit").then(() => true);
    this.#child.kill("SIGTERM");
    if (await Promise.race([ended, delay(stopWithin, false, { ref: false })])) return;
    for (const pid of tree) kill(pid);
    await ended;
  }

  #tree(): number[] {
    return [this.#pid, ...descendants(this.#pid)];
  }

  #notePeak(): void {
    this.#peak = Math.max(this.#peak, peakMemory(this.#tree()));
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + startWithin;
    let last = "no answer yet";
    while (Date.now() < deadline) {
      if (this.#child.exitCode !== null) {
        throw new Error(`${this.#launch.name} ended with status ${this.#child.exitCode} at start:\n${this.#logEnd()}`);
      }
      try {
        const answer = await request(this.origin + this.#launch.readyPath);
        await answer.body.dump();
        if (answer.statusCode === 200) return;
        last = `status ${answer.statusCode}`;
      } catch (error) {
        last = String(error);
      }
      await delay(50);
    }
    throw new Error(
      `${this.#launch.name} was not ready within ${startWithin / 1000} s (GET ${this.#launch.readyPath}: ${last}):\n${this.#logEnd()}`,
    );
  }

  #logEnd(): string {
    return readFileSync(this.#launch.log, "utf8").slice(-2000);
  }
}
