import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

export interface RecordedUpstreamOptions {
  /** The real one, without a slash at its end. */
  readonly upstream: string;
  /** Before each answer, in milliseconds: the way to a real upstream. */
  readonly latency?: number;
  /** Where answers are kept between runs; default a folder of the upstream's own under the system's temporary one. */
  readonly folder?: string;
}

interface SmallAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/**
 * A forward to a real upstream that asks for everything once: files of versions are kept on disk and served from there
 * ever after, answers that change (lists, latest) and refusals are kept while it runs. So tests and benchmarks repeat,
 * and the real upstream is not asked for the same thing a hundred times.
 */
export class RecordedUpstream implements AsyncDisposable {
  readonly url: string;
  /** Paths it was asked for, in order. */
  readonly asked: string[] = [];
  readonly #options: RecordedUpstreamOptions;
  readonly #folder: string;
  readonly #server: Server;
  readonly #recording = new Map<string, Promise<SmallAnswer | undefined>>();

  static async start(options: RecordedUpstreamOptions): Promise<RecordedUpstream> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new RecordedUpstream(options, server);
  }

  private constructor(options: RecordedUpstreamOptions, server: Server) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the recorded upstream has no port");
    this.url = `http://127.0.0.1:${address.port}`;
    this.#options = options;
    this.#server = server;
    const name = createHash("sha256").update(options.upstream).digest("hex").slice(0, 12);
    this.#folder = options.folder ?? join(tmpdir(), "fairlead-recorded", name);
    server.on("request", (request, response) => void this.#answer(request, response));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => undefined);
    // The go command sends "!" as %21, others as it is: both are the same file.
    const path = (request.url ?? "/").replaceAll("%21", "!");
    this.asked.push(path);
    const file = this.#file(path);
    try {
      if (this.#options.latency !== undefined) await sleep(this.#options.latency);
      if (file !== undefined && (await sendFile(response, file, path))) return;
      const small = await this.#record(path, file);
      if (small !== undefined) {
        response.writeHead(small.status, { "content-type": small.contentType, "content-length": small.body.length });
        response.end(small.body);
      } else if (file === undefined || !(await sendFile(response, file, path))) {
        throw new Error("the recorded file has gone");
      }
    } catch (error) {
      if (response.headersSent) response.destroy();
      else
        response.writeHead(502, { "content-type": "text/plain" }).end(`the real upstream failed: ${String(error)}\n`);
    }
  }

  /** Where the answer to a path is kept; undefined for what changes with time, and for paths nobody should ask for. */
  #file(path: string): string | undefined {
    if (path.includes("..") || path.includes("%") || path.includes("//")) return undefined;
    const immutable =
      /\/@v\/v\d+\.\d+\.\d+[^/]*\.(info|mod|zip)$/.test(path) || /^\/sumdb\/[^/]+\/(tile|lookup)\//.test(path);
    return immutable ? join(this.#folder, path) : undefined;
  }

  /** Asks the real upstream, once however many ask. Resolves to undefined when the answer went into the file. */
  #record(path: string, file: string | undefined): Promise<SmallAnswer | undefined> {
    const running = this.#recording.get(path);
    if (running !== undefined) return running;
    const recording = this.#fetch(path, file);
    this.#recording.set(path, recording);
    // A failure is not an answer: the next request asks again.
    recording.catch(() => this.#recording.delete(path));
    return recording;
  }

  async #fetch(path: string, file: string | undefined): Promise<SmallAnswer | undefined> {
    const answer = await fetch(this.#options.upstream + path, { headers: { "accept-encoding": "identity" } });
    const { status } = answer;
    if (status >= 500 || status === 429) throw new Error(`it answered ${status} to ${path}`);
    if (status !== 200 || file === undefined || answer.body === null) {
      const contentType = answer.headers.get("content-type") ?? "text/plain";
      return { status, contentType, body: Buffer.from(await answer.arrayBuffer()) };
    }
    await mkdir(dirname(file), { recursive: true });
    const part = `${file}.${randomUUID()}.part`;
    try {
      await pipeline(Readable.fromWeb(answer.body), createWriteStream(part));
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    return undefined;
  }
}

const contentTypes: Readonly<Record<string, string>> = { info: "application/json", zip: "application/zip" };

/** False if the file is not there. */
async function sendFile(response: ServerResponse, file: string, path: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) return false;
  const type = contentTypes[path.slice(path.lastIndexOf(".") + 1)] ?? "text/plain; charset=utf-8";
  response.writeHead(200, { "content-type": type, "content-length": found.size });
  // A client that leaves half way ends the pipeline, which is its right.
  await pipeline(createReadStream(file), response).catch(() => undefined);
  return true;
}
