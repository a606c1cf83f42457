import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";

/** What came back, as far as it was read. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** The body's beginning. An attacker may have written it. */
  readonly text: string;
  /** From the request to the answer's head, redirects included. */
  readonly milliseconds: number;
}

/** No answer came. The message says why, without credentials. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Certificates that nobody vouches for are taken (GOINSECURE). */
  readonly insecure?: boolean;
}

export type Ask = (url: URL, options?: AskOptions) => Promise<Answer>;

const maxBody = 256 * 1024;
// As Go's http.Client.
const maxRedirects = 10;

/** Asks over HTTP with bounded waits, by way of HTTP_PROXY and its kin, which Go never uses for this machine itself. */
export function httpAsk(waits: { readonly connectMs: number; readonly firstByteMs: number }): Ask {
  return async (url, { headers = {}, insecure = false } = {}) => {
    const start = performance.now();
    const connect = { timeout: waits.connectMs, ...(insecure ? { rejectUnauthorized: false } : {}) };
    const settings = { connect, headersTimeout: waits.firstByteMs, bodyTimeout: waits.firstByteMs };
    const dispatcher = isThisMachine(url)
      ? new Agent(settings)
      : new EnvHttpProxyAgent({ ...settings, requestTls: connect });
    const signal = AbortSignal.timeout(waits.connectMs + waits.firstByteMs * 2);
    try {
      const response = await follow(url, headers, dispatcher, signal);
      const milliseconds = Math.round(performance.now() - start);
      const type = response.headers["content-type"];
      const contentType = Array.isArray(type) ? (type[0] ?? "") : (type ?? "");
      return { status: response.statusCode, contentType, text: await beginning(response.body), milliseconds };
    } catch (error) {
      throw noAnswer(error, waits);
    } finally {
      await dispatcher.destroy();
    }
  };
}

async function follow(
  from: URL,
  headers: Readonly<Record<string, string>>,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  let url = from;
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    // Credentials are for the host they were given for.
    const { authorization: _, ...open } = headers;
    const response = await request(url, { dispatcher, signal, headers: url.host === from.host ? headers : open });
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || typeof location !== "string") return response;
    await response.body.dump();
    const next = URL.parse(location, url.href);
    if (next === null) throw new NoAnswerError("it redirects to what is no URL");
    // cmd/go/internal/web/http.go, securityPreservingHTTPClient.
    if (from.protocol === "https:" && next.protocol !== "https:") {
      throw new NoAnswerError(
        `it redirects from https to ${next.protocol}//${next.host}, which the go command refuses`,
      );
    }
    url = next;
  }
  throw new NoAnswerError(`it redirects more than ${maxRedirects} times`);
}

async function beginning(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    length += chunk.length;
    if (length >= maxBody) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function isThisMachine(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host.startsWith("127.") || host === "::1";
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "the name server doesn't answer",
  ECONNREFUSED: "nobody listens there (connection refused)",
  ECONNRESET: "it closed the connection",
  UND_ERR_SOCKET: "it closed the connection",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate chain ends in an authority that this machine doesn't trust",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate comes from an authority that this machine doesn't trust",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate comes from an authority that this machine doesn't trust",
  CERT_HAS_EXPIRED: "its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

function noAnswer(error: unknown, waits: { readonly connectMs: number; readonly firstByteMs: number }): Error {
  if (!(error instanceof Error) || error instanceof NoAnswerError)
    return error instanceof Error ? error : new Error(String(error));
  const code = codeOf(error);
  if (code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT") {
    return new NoAnswerError(`no connection within ${waits.connectMs / 1000}s`, { cause: error });
  }
  if (["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"].includes(code) || error.name === "TimeoutError") {
    return new NoAnswerError(`no answer within ${waits.firstByteMs / 1000}s`, { cause: error });
  }
  const reason = reasons[code] ?? `${error.message}${code === "" ? "" : ` (${code})`}`;
  return new NoAnswerError(reason, { cause: error });
}

/** Of several addresses tried in vain, the first one's. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return codeOf(error.cause);
}
