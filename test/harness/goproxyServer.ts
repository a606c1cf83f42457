import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildGoPeer } from "../../bench/gateway/goPeer.ts";
import { exchange } from "./exchange.ts";
import { freePort } from "./freePort.ts";
import { TempDir } from "./tempDir.ts";

const pins = resolve(import.meta.dirname, "../../bench/gateway/peers/goproxy");
const readyWithin = 20_000;

/**
 * goproxy/goproxy's own server, as an upstream that fetches from git: it resolves branches and revisions, which no
 * made-up upstream does as truly. The version is the benchmark's.
 */
export class GoproxyServer implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: TempDir;

  /** `repositories` maps a repository's URL to the local folder that stands for it. Resolves to why it can't be built. */
  static async start(repositories: Readonly<Record<string, string>>): Promise<GoproxyServer | string> {
    let binary: string;
    try {
      binary = await buildGoPeer(pins, "github.com/goproxy/goproxy/cmd/goproxy");
    } catch (error) {
      return `goproxy can't be built here: ${error instanceof Error ? error.message : String(error)}`;
    }
    const folder = await TempDir.create("goproxy");
    const port = await freePort();
    const config = Object.entries(repositories).map(([url, path]) => `[url "file://${path}"]\n\tinsteadOf = ${url}\n`);
    await writeFile(folder.join(".gitconfig"), `[safe]\n\tdirectory = *\n${config.join("")}`);
    const args = [
      "server",
      `--address=127.0.0.1:${port}`,
      "--cacher=dir",
      `--cacher-dir=${folder.join("cache")}`,
      `--temp-dir=${folder.path}`,
    ];
    const child = spawn(binary, args, {
      cwd: folder.path,
      env: {
        PATH: process.env["PATH"],
        HOME: folder.path,
        GOPROXY: "direct",
        GOSUMDB: "off",
        GOFLAGS: "-modcacherw",
        GOENV: "off",
        GOTOOLCHAIN: "local",
        GIT_TERMINAL_PROMPT: "0",
      },
      stdio: "ignore",
    });
    const server = new GoproxyServer(`http://127.0.0.1:${port}`, child, folder);
    try {
      await server.#ready();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(url: string, child: ChildProcess, folder: TempDir) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) {
      const exit = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await exit;
    }
    await this.#folder[Symbol.asyncDispose]();
  }

  /** Any answer will do: it has no page for this. */
  async #ready(): Promise<void> {
    const deadline = Date.now() + readyWithin;
    while (Date.now() < deadline) {
      const answer = await exchange(this.url, "/", { timeout: 2000 }).catch(() => undefined);
      if (answer !== undefined) return;
      await sleep(50);
    }
    throw new Error(`goproxy was not ready within ${readyWithin / 1000} s`);
  }
}
