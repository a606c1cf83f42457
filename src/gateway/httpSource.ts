// A module proxy upstream, asked over HTTP. What it sends is not trusted: redirects are followed a few times, never
// from https to http and never from a public host to a private address, errors' texts are cut and cleaned, lengths are held to what was announced.

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { request, type Dispatcher } from "undici";
import { describeNetworkError } from "./networkError.ts";
import { isPrivateAddress } from "./privateAddress.ts";
import { SourceFailure, type Errand, type Source, type SourceAnswer } from "./source.ts";

export interface HttpSourceOptions {
  /** Base URL of the proxy, perhaps with user and password. */
  readonly url: URL;
  /** The value of an Authorization header, in place of user and password in the URL. */
  readonly authorization?: string | undefined;
  /** For people, without credentials. */
  readonly name: string;
  /** Connections, proxies from the environment, and the time limits for connecting, the first byte and stalls. */
  readonly dispatcher: Dispatcher;
  /** The same, but it connects to public addresses only. */
  readonly publicDispatcher: Dispatcher;
  /** Over so long a body must come at some rate. Milliseconds. */
  readonly slowMs: number;
  /** More attempts after a transient failure. */
  readonly retries: number;
  /** Sent with every request: says who asks (`user-agent`) and through whom it went (`via`). */
  readonly headers: Readonly<Record<string, string>>;
}

interface Resumable {
  readonly url: URL;
  readonly errand: Errand;
  readonly response: Dispatcher.ResponseData;
  readonly length: number | undefined;
  /** How often its rest may be asked for. */
  readonly attempts: number;
}

const maxRedirects = 5;
/** A source that asks for a longer pause is reported at once: the client is waiting. Seconds. */
const maxPause = 5;
const firstPauseMs = 100;

export class HttpSource implements Source {
  readonly name: string;
  readonly #base: URL;
  readonly #headers: Record<string, string>;
  readonly #dispatcher: Dispatcher;
  readonly #publicDispatcher: Dispatcher;
  readonly #retries: number;
  readonly #slowMs: number;

  constructor(options: HttpSourceOptions) {
    this.name = options.name;
    this.#dispatcher = options.dispatcher;
    this.#publicDispatcher = options.publicDispatcher;
    this.#retries = options.retries;
    this.#slowMs = options.slowMs;
    const { username, password } = options.url;
    this.#headers = { ...options.headers };
    if (username !== "" || password !== "") {
      const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      this.#headers["authorization"] = `Basic ${Buffer.from(credentials).toString("base64")}`;
    }
    if (options.authorization !== undefined) this.#headers["authorization"] = options.authorization;
    this.#base = new URL(options.url);
    this.#base.username = "";
    this.#base.password = "";
    if (!this.#base.pathname.endsWith("/")) this.#base.pathname += "/";
  }

  async ask<T>(path: string, consume: (answer: SourceAnswer) => Promise<T>, errand: Errand): Promise<T> {
    const url = new URL(this.#base);
    // Not new URL(path, base): a path with a colon in its first element would read as a scheme.
    url.pathname += path;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(url, consume, errand);
      } catch (error) {
        if (!(error instanceof SourceFailure) || !error.transient || attempt >= this.#retries) throw error;
        if (error.retryAfter !== undefined && error.retryAfter > maxPause) throw error;
        // Full jitter: many waiters on one broken source must not come back in step.
        const pause =
          error.retryAfter === undefined ? Math.random() * firstPauseMs * 4 ** attempt : error.retryAfter * 1000;
        errand.onRetry?.(error, pause);
        await sleep(pause, undefined, { signal: errand.signal });
      }
    }
  }

  async #attempt<T>(url: URL, consume: (answer: SourceAnswer) => Promise<T>, errand: Errand): Promise<T> {
    const response = await this.#follow(url, errand);
    const { statusCode, headers, body } = response;
    if (statusCode !== 200) throw await this.#refusal(response);
    const encoding = one(headers["content-encoding"]) ?? "identity";
    if (encoding !== "identity") {
      body.destroy();
      throw new SourceFailure("bad-answer", `answered with content-encoding ${encoding}, which was not asked for`);
    }
    const announced = one(headers["content-length"]);
    const length = announced === undefined ? undefined : Number(announced);
    try {
      const whole = this.#resuming({ url, errand, response, length, attempts: this.#retries });
      return await consume({ length, contentType: one(headers["content-type"]) ?? "", body: whole });
    } finally {
      // An unread rest would hold its connection for ever.
      if (!body.readableEnded) body.destroy();
    }
  }

  /**
   * The body; where it breaks off, its rest is asked for and whoever reads it notices nothing. Only here, at the same
   * source, and only under a strong ETag: any other bytes would be another file's (RFC 9110 §13.1.5, §14.2).
   */
  async *#resuming({ url, errand, response, length, attempts }: Resumable): AsyncGenerator<Uint8Array> {
    const etag = one(response.headers["etag"]);
    const canResume =
      length !== undefined &&
      etag !== undefined &&
      /^"[^"]*"$/.test(etag) &&
      response.headers["accept-ranges"] !== "none";
    let body: AsyncIterable<Uint8Array> = checked(response.body, length, this.#slowMs);
    let received = 0;
    for (let attempt = 0; ; attempt++) {
      try {
        for await (const chunk of body) {
          received += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        const isBreak = error instanceof SourceFailure && error.transient && received > 0;
        if (!canResume || !isBreak || attempt >= attempts || received >= length) throw error;
        errand.onRetry?.(error, 0);
        const rest = await this.#rest(url, errand, { etag, received, length }).catch(() => undefined);
        if (rest === undefined) throw error;
        body = checked(rest.body, length - received, this.#slowMs);
      }
    }
  }

  /** The answer with the rest of a file; undefined where what comes is anything else. */
  async #rest(
    url: URL,
    errand: Errand,
    { etag, received, length }: { etag: string; received: number; length: number },
  ): Promise<Dispatcher.ResponseData | undefined> {
    const range = { range: `bytes=${received}-`, "if-range": etag };
    const response = await this.#follow(url, errand, range);
    const { statusCode, headers } = response;
    const isRest =
      statusCode === 206 &&
      one(headers["etag"]) === etag &&
      one(headers["content-range"]) === `bytes ${received}-${length - 1}/${length}` &&
      (one(headers["content-encoding"]) ?? "identity") === "identity";
    if (isRest) return response;
    response.body.destroy();
    return undefined;
  }

  async #follow(
    start: URL,
    { signal, via, headers }: Errand,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Dispatcher.ResponseData> {
    const allHeaders = { ...this.#headers, ...headers, ...more };
    if (via !== undefined) allHeaders["via"] = `${via}, ${this.#headers["via"] ?? ""}`;
    let response = await this.#request(start, this.#dispatcher, allHeaders, signal);
    let url = start;
    for (let hop = 0; hop < maxRedirects; hop++) {
      const location = one(response.headers["location"]);
      if (![301, 302, 303, 307, 308].includes(response.statusCode) || location === undefined) return response;
      await response.body.dump();
      url = nextUrl(url, location);
      const isHome = url.origin === start.origin;
      // Credentials are for the upstream itself, not for wherever it sends us.
      const headers = isHome ? allHeaders : withoutCredentials(allHeaders);
      const dispatcher = isHome || (await this.#isPrivate(start)) ? this.#dispatcher : this.#publicDispatcher;
      if (dispatcher === this.#publicDispatcher && isPrivateAddress(hostOf(url))) {
        throw new SourceFailure("bad-answer", `redirected to the private address ${url.host}, which is refused`);
      }
      response = await this.#request(url, dispatcher, headers, signal);
    }
    response.body.destroy();
    throw new SourceFailure("bad-answer", `redirected more than ${maxRedirects} times`);
  }

  async #request(
    url: URL,
    dispatcher: Dispatcher,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    try {
      const response = await request(url, { dispatcher, headers, signal });
      // Whoever reads the body gets its errors; one that is dropped unread must not end the process with them.
      response.body.on("error", () => undefined);
      return response;
    } catch (error) {
      throw networkFailure(error, signal);
    }
  }

  /** An upstream in a private network may send us on within it. */
  async #isPrivate(url: URL): Promise<boolean> {
    const host = hostOf(url);
    if (isIP(host) !== 0) return isPrivateAddress(host);
    const addresses = await lookup(host, { all: true }).catch(() => []);
    return addresses.some(({ address }) => isPrivateAddress(address));
  }

  async #refusal({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<SourceFailure> {
    const text = await firstLines(body, one(headers["content-type"]) ?? "");
    const message = `${statusCode}${text === "" ? "" : `: ${text}`}`;
    const retryAfter = parseRetryAfter(one(headers["retry-after"]));
    switch (statusCode) {
      case 404:
      case 410:
        return new SourceFailure("not-found", message);
      case 401:
      case 407:
        return new SourceFailure(
          "outage",
          `${message} (it wants credentials: put user and password into its URL in the upstream list)`,
        );
      case 403:
        return new SourceFailure("forbidden", message);
      case 429:
        return new SourceFailure("rate-limited", message, { transient: true, retryAfter });
      case 508:
        return new SourceFailure("loop", message);
      case 504:
        return new SourceFailure("timeout", message, { transient: true, retryAfter });
      default:
        return new SourceFailure("outage", message, { transient: statusCode >= 500, retryAfter });
    }
  }
}

function nextUrl(url: URL, location: string): URL {
  const next = URL.parse(location, url.href);
  if (next === null || !/^https?:$/.test(next.protocol)) {
    throw new SourceFailure(
      "bad-answer",
      `redirected to ${JSON.stringify(location.slice(0, 200))}, which is not a web address`,
    );
  }
  if (url.protocol === "https:" && next.protocol === "http:") {
    throw new SourceFailure("bad-answer", `redirected from https to http (${next.host}), which is refused`);
  }
  return next;
}

/** An IPv6 address stands in brackets in a URL, and nowhere else. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

/** What drips slower than any line is held open on purpose, and would hold a download's place for ever. Bytes a second. */
const slowest = 100;

/** The body held to the announced length, and to a rate over each `slowMs`; a break becomes a SourceFailure. */
async function* checked(
  body: AsyncIterable<Uint8Array>,
  length: number | undefined,
  slowMs: number,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  let since = { at: performance.now(), bytes: 0 };
  try {
    for await (const chunk of body) {
      received += chunk.length;
      const now = performance.now();
      if (now - since.at >= slowMs) {
        const rate = ((received - since.bytes) * 1000) / (now - since.at);
        if (rate < slowest) throw tooSlow(rate, received);
        since = { at: now, bytes: received };
      }
      yield chunk;
    }
  } catch (error) {
    if (error instanceof SourceFailure) throw error;
    const { text, timeout } = describeNetworkError(error);
    throw new SourceFailure(
      timeout ? "timeout" : "outage",
      `the answer broke off after ${received} bytes${length === undefined ? "" : ` of ${length}`}: ${text}`,
      { transient: true, cause: error },
    );
  }
  if (length !== undefined && received !== length) {
    throw new SourceFailure("outage", `the answer ended after ${received} bytes of ${length}`, { transient: true });
  }
}

function tooSlow(rate: number, received: number): SourceFailure {
  return new SourceFailure(
    "timeout",
    `the answer drips: ${rate.toFixed(1)} bytes a second, ${received} so far; less than ${slowest} is given up`,
  );
}

function networkFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return error;
  const { text, timeout, transient } = describeNetworkError(error);
  return new SourceFailure(timeout ? "timeout" : "outage", text, { transient, cause: error });
}

const errorTextBytes = 4096;

/** The first lines of a refusal's text, cleaned for passing on; "" if it is not text. */
async function firstLines(body: Dispatcher.ResponseData["body"], contentType: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= errorTextBytes) break;
    }
  } catch {
    // The status has already told the story.
  } finally {
    body.destroy();
  }
  if (!contentType.startsWith("text/plain")) return "";
  const text = Buffer.concat(chunks).toString("utf8", 0, errorTextBytes);
  const lines = text.split("\n").map((line) => line.replace(/[\p{Cc}\p{Cf}]/gu, " ").trim());
  return lines
    .filter((line) => line !== "")
    .slice(0, 3)
    .join("; ")
    .slice(0, 300);
}

/** Seconds to wait, from either form of Retry-After (RFC 9110 §10.2.3). */
function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { authorization: _, ...rest } = headers;
  return rest;
}

function one(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
