import { spawn } from "node:child_process";
import type { RemoteHost, RunOptions, RunResult } from "../../src/delivery/ssh/connection.ts";
import { assembleScript, outputAfter, type Script } from "../../src/delivery/ssh/script.ts";

/** This machine in a host's place, without ssh: scripts run in a real sh, with their state in a folder of the test. */
export class LocalShell implements RemoteHost {
  readonly name = "local";
  readonly #env: Readonly<Record<string, string>>;

  constructor(stateFolder: string, env: Readonly<Record<string, string>> = {}) {
    this.#env = { FAIRLEAD_STATE: stateFolder, ...env };
  }

  async run(_what: string, script: Script, options: RunOptions): Promise<RunResult> {
    const { text, marker } = assembleScript(script);
    const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...this.#env };
    const child = spawn("/bin/sh", [], { env, timeout: options.timeout });
    const { promise, resolve } = Promise.withResolvers<number | null>();
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.once("close", resolve);
    child.stdin.on("error", () => {});
    child.stdin.end(text);
    const status = await promise;
    return { status: status ?? 255, stdout: outputAfter(marker, stdout), stderr };
  }

  forward(): Promise<string> {
    return Promise.reject(new Error("a local shell forwards nothing"));
  }
}
