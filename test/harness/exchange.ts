import { request, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";

export interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ExchangeOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until the exchange is given up. */
  readonly timeout?: number;
}

/** The answer ended before it was whole: what came until then is kept. */
export class CutError extends Error {
  override readonly name = "CutError";
  readonly status: number;
  readonly received: Buffer;

  constructor(status: number, received: Buffer, cause: unknown) {
    super(`the answer (status ${status}) was cut after ${received.length} bytes`, { cause });
    this.status = status;
    this.received = received;
  }
}

/**
 * One request on a connection of its own, with the path as it is given: nothing is normalised. Throws CutError if the
 * answer is not complete.
 */
export async function exchange(origin: string, path: string, options: ExchangeOptions = {}): Promise<Exchange> {
  const { hostname, port } = new URL(origin);
  const { promise, resolve, reject } = Promise.withResolvers<Exchange>();
  const signal = AbortSignal.timeout(options.timeout ?? 60_000);
  const { method = "GET", headers = {} } = options;
  const outgoing = request({ hostname, port, path, method, headers, agent: false, signal }, (answer) => {
    const chunks: Buffer[] = [];
    const status = answer.statusCode ?? 0;
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("error", (error) => reject(new CutError(status, Buffer.concat(chunks), error)));
    answer.on("end", () => resolve({ status, headers: answer.headers, body: Buffer.concat(chunks) }));
  });
  outgoing.on("error", reject);
  outgoing.end();
  return promise;
}

/** For `catch`, where a cut answer is one of the outcomes: gives it back, and throws anything else. */
export function orCut(error: unknown): CutError {
  if (error instanceof CutError) return error;
  throw error;
}

/** Sends bytes as they are and returns all that comes back until the other side closes, or the time is over. */
export async function rawExchange(
  origin: string,
  bytes: string | Uint8Array,
  milliseconds = 5000,
): Promise<{ readonly text: string; readonly closed: boolean }> {
  const { hostname, port } = new URL(origin);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const chunks: Buffer[] = [];
  const socket = connect(Number(port), hostname, () => socket.write(bytes));
  socket.on("data", (chunk) => chunks.push(chunk));
  // A reset is an end like another here: what came before it is what counts.
  socket.on("error", () => undefined);
  socket.on("close", () => resolve(true));
  const timer = setTimeout(() => resolve(false), milliseconds);
  const closed = await promise;
  clearTimeout(timer);
  socket.destroy();
  return { text: Buffer.concat(chunks).toString("latin1"), closed };
}
