import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./freePort.ts";
import type { Need } from "./require.ts";
import { TempDir } from "./tempDir.ts";

const readyWithin = 10_000;

/** A real haproxy on 127.0.0.1 with one backend, `service`, and a socket for its commands. */
export class Haproxy implements AsyncDisposable {
  static readonly needs: readonly Need[] = ["haproxy"];

  readonly url: string;
  readonly #folder: TempDir;
  #child: ChildProcess | undefined;

  /** `servers` maps a server's name in the backend to its address: "127.0.0.1:4000". */
  static async start(servers: Readonly<Record<string, string>>): Promise<Haproxy> {
    const folder = await TempDir.create("haproxy");
    const haproxy = new Haproxy(folder, await freePort());
    try {
      await haproxy.#configure(servers);
      await haproxy.start();
      return haproxy;
    } catch (error) {
      await haproxy[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(folder: TempDir, port: number) {
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts it (again): its counters begin at nothing. */
  async start(): Promise<void> {
    const config = ["-db", "-f", this.#folder.join("haproxy.cfg")];
    const child = spawn("/usr/bin/setpriv", ["--pdeathsig", "KILL", "/usr/sbin/haproxy", ...config], {
      stdio: "ignore",
    });
    this.#child = child;
    const deadline = Date.now() + readyWithin;
    while (Date.now() < deadline && child.exitCode === null) {
      const answer = await this.command("show info").catch(() => "");
      if (answer !== "") return;
      await sleep(20);
    }
    throw new Error("haproxy did not answer on its socket");
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }

  /** A command of its runtime API, `show stat` for example; resolves to the answer. */
  async command(line: string): Promise<string> {
    const socket = connect(this.#folder.join("admin.sock"));
    await once(socket, "connect");
    socket.write(`${line}\n`);
    return text(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#folder[Symbol.asyncDispose]();
  }

  async #configure(servers: Readonly<Record<string, string>>): Promise<void> {
    const lines = [
      "global",
      `  stats socket ${this.#folder.join("admin.sock")} mode 600 level admin`,
      "defaults",
      "  mode http",
      // Else a request to a server that is gone takes seconds.
      "  retries 0",
      "  timeout connect 2s",
      "  timeout client 30s",
      "  timeout server 30s",
      "frontend users",
      `  bind ${new URL(this.url).host}`,
      "  default_backend service",
      "backend service",
      ...Object.entries(servers).map(([name, address]) => `  server ${name} ${address}`),
    ];
    await writeFile(this.#folder.join("haproxy.cfg"), `${lines.join("\n")}\n`);
  }
}
