import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { realUpstream } from "../../test/harness/goTools.ts";
import { pinned } from "./cores.ts";
import { processorTime } from "./processorTime.ts";

const script = fileURLToPath(new URL("upstreamProcess.ts", import.meta.url));

/** The recorded upstream of the test harness, with its recording, in a process that is pinned to a core. */
export class PinnedUpstream implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  private constructor(child: ChildProcess, ended: Promise<never>, url: string) {
    this.#child = child;
    this.#ended = ended;
    this.url = url;
  }

  /** `latency` in milliseconds, before every answer. */
  static async start({ core, latency }: { readonly core: number; readonly latency: number }): Promise<PinnedUpstream> {
    const [command, args] = pinned(core, [process.execPath, script, realUpstream(), String(latency)]);
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const ended = once(child, "exit").then(() => {
      throw new Error("the recorded upstream ended; its message is above");
    });
    const { url } = await answer(child, ended, z.object({ url: z.url() }));
    return new PinnedUpstream(child, ended, url);
  }

  /** Processor seconds it used so far. */
  get processorSeconds(): number {
    return processorTime(this.#child.pid === undefined ? [] : [this.#child.pid]);
  }

  /** How many answers had to be fetched so far. A round in which this rises measured the internet. */
  async fetched(): Promise<number> {
    this.#child.send("fetched?");
    return (await answer(this.#child, this.#ended, z.object({ fetched: z.number() }))).fetched;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

async function answer<T>(child: ChildProcess, ended: Promise<never>, schema: z.ZodType<T>): Promise<T> {
  const [message] = await Promise.race([once(child, "message"), ended]);
  return schema.parse(message);
}
