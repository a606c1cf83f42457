import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { exchange } from "./exchange.ts";
import { freePort } from "./freePort.ts";
import type { Need } from "./require.ts";
import { TempDir } from "./tempDir.ts";

const readyWithin = 30_000;

/** A real Prometheus on 127.0.0.1 that looks at one target ten times a second. */
export class Prometheus implements AsyncDisposable {
  static readonly needs: readonly Need[] = ["prometheus"];

  readonly url: string;
  readonly #folder: TempDir;
  readonly #child: ChildProcess;

  /** `target` is what is scraped: "127.0.0.1:4000". */
  static async start(target: string): Promise<Prometheus> {
    const folder = await TempDir.create("prometheus");
    const port = await freePort();
    const config = [
      "global: { scrape_interval: 100ms, scrape_timeout: 100ms }",
      `scrape_configs: [{ job_name: shop, static_configs: [{ targets: ["${target}"] }] }]`,
    ];
    await writeFile(folder.join("prometheus.yml"), `${config.join("\n")}\n`);
    const options = [
      `--config.file=${folder.join("prometheus.yml")}`,
      `--storage.tsdb.path=${folder.join("data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ];
    const child = spawn("/usr/bin/setpriv", ["--pdeathsig", "KILL", "/usr/bin/prometheus", ...options], {
      stdio: "ignore",
    });
    const prometheus = new Prometheus(`http://127.0.0.1:${port}`, folder, child);
    try {
      await prometheus.#ready();
      return prometheus;
    } catch (error) {
      await prometheus[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(url: string, folder: TempDir, child: ChildProcess) {
    this.url = url;
    this.#folder = folder;
    this.#child = child;
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

  /** Ready is when the target has been seen. */
  async #ready(): Promise<void> {
    const deadline = Date.now() + readyWithin;
    while (Date.now() < deadline && this.#child.exitCode === null) {
      const answer = await exchange(this.url, "/api/v1/query?query=up", { timeout: 2000 }).catch(() => undefined);
      if (answer?.status === 200 && answer.body.includes(`"1"`)) return;
      await sleep(50);
    }
    throw new Error("Prometheus did not see its target");
  }
}
