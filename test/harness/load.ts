import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface LoadCount {
  readonly requests: number;
  /** Answers of status 500 and above. */
  readonly errors: number;
  /** Requests that got no whole answer: refused, reset, cut. */
  readonly lost: number;
  /** The first few of both, for messages. */
  readonly faults: readonly string[];
}

const shownFaults = 10;

/**
 * Milliseconds between a user's answer and the next request. In an ordinary run the users leave most of two cores to what is
 * tested: eight of them still ask some hundred times a second, and a gap of a few hundredths would lose one of theirs.
 */
const pause = process.env["FAIRLEAD_LONG"] === "1" ? 5 : 25;

/**
 * Users: some keep their connection, some make a new one for each request; they read and they order, one request after the
 * other, until they are told to stop.
 */
export class Load implements AsyncDisposable {
  readonly #urls: readonly string[];
  readonly #end = new AbortController();
  readonly #workers: readonly Promise<void>[];
  readonly #faults: string[] = [];
  #requests = 0;
  #errors = 0;
  #lost = 0;

  /** `workers` users at each of the URLs. */
  static start(urls: readonly string[], workers = 4): Load {
    return new Load(urls, workers);
  }

  private constructor(urls: readonly string[], workers: number) {
    this.#urls = urls;
    this.#workers = this.#urls.flatMap((url) =>
      Array.from({ length: workers }, (_, index) => this.#work(url, index % 2 === 0)),
    );
  }

  get count(): LoadCount {
    return { requests: this.#requests, errors: this.#errors, lost: this.#lost, faults: [...this.#faults] };
  }

  async stop(): Promise<LoadCount> {
    this.#end.abort();
    await Promise.all(this.#workers);
    return this.count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #work(url: string, keepAlive: boolean): Promise<void> {
    const agent = new Agent({ keepAlive, maxSockets: 1 });
    for (let turn = 0; !this.#end.signal.aborted; turn++) {
      const body = turn % 5 === 0 ? JSON.stringify({ product: "anchor", count: 1 }) : undefined;
      const at = new Date().toISOString();
      const outcome = await ask(`${url}${body === undefined ? "/products" : "/orders"}`, agent, body);
      this.#requests++;
      if (typeof outcome === "number" && outcome < 500) {
        await sleep(pause);
        continue;
      }
      if (typeof outcome === "number") this.#errors++;
      else this.#lost++;
      if (this.#faults.length < shownFaults) this.#faults.push(`${at} ${url} ${outcome}`);
      await sleep(pause);
    }
    agent.destroy();
  }
}

/** The status of a whole answer, or what came instead. */
function ask(url: string, agent: Agent, body: string | undefined): Promise<number | string> {
  const { promise, resolve } = Promise.withResolvers<number | string>();
  const signal = AbortSignal.timeout(20_000);
  const outgoing = request(url, { agent, signal, method: body === undefined ? "GET" : "POST" }, (answer) => {
    answer.on("error", (error) => resolve(`cut: ${error.message}`));
    answer.on("end", () => resolve(answer.complete ? (answer.statusCode ?? 0) : "cut"));
    answer.resume();
  });
  outgoing.on("error", (error) => resolve(error.message));
  outgoing.end(body);
  return promise;
}
