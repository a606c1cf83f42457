// What a failed connection means, in words that say what to look at.

export interface NetworkErrorText {
  readonly text: string;
  /** The other side was silent for too long. */
  readonly timeout: boolean;
  /** Trying again in a moment may help. */
  readonly transient: boolean;
}

const texts: ReadonlyMap<string, NetworkErrorText> = new Map([
  ["UND_ERR_CONNECT_TIMEOUT", { text: "no connection within the time limit", timeout: true, transient: true }],
  [
    "UND_ERR_HEADERS_TIMEOUT",
    { text: "connected, but no answer within the time limit", timeout: true, transient: true },
  ],
  [
    "UND_ERR_BODY_TIMEOUT",
    { text: "the answer stalled: no bytes within the time limit", timeout: true, transient: true },
  ],
  ["ETIMEDOUT", { text: "the connection timed out", timeout: true, transient: true }],
  ["ECONNREFUSED", { text: "connection refused: nothing listens there", timeout: false, transient: true }],
  ["ECONNRESET", { text: "the connection was reset", timeout: false, transient: true }],
  ["EPIPE", { text: "the connection was closed", timeout: false, transient: true }],
  [
    "UND_ERR_SOCKET",
    { text: "the connection was closed before the answer was complete", timeout: false, transient: true },
  ],
  [
    "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
    { text: "the answer's length differs from what it announced", timeout: false, transient: true },
  ],
  ["EPRIVATE", { text: "redirected to a private address, which is refused", timeout: false, transient: false }],
  ["ENOTFOUND", { text: "the host name does not resolve", timeout: false, transient: false }],
  ["EAI_AGAIN", { text: "the name server did not answer", timeout: false, transient: true }],
  ["EHOSTUNREACH", { text: "no route to the host", timeout: false, transient: false }],
  ["ENETUNREACH", { text: "no route to the network", timeout: false, transient: false }],
  ["CERT_HAS_EXPIRED", { text: "its TLS certificate has expired", timeout: false, transient: false }],
  [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    {
      text: "its TLS certificate is self-signed; name its authority in NODE_EXTRA_CA_CERTS",
      timeout: false,
      transient: false,
    },
  ],
  [
    "SELF_SIGNED_CERT_IN_CHAIN",
    {
      text: "its TLS chain ends in an unknown authority; name it in NODE_EXTRA_CA_CERTS",
      timeout: false,
      transient: false,
    },
  ],
  [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    {
      text: "its TLS chain is incomplete or its authority unknown; name it in NODE_EXTRA_CA_CERTS",
      timeout: false,
      transient: false,
    },
  ],
  [
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    {
      text: "its TLS certificate's authority is unknown; name it in NODE_EXTRA_CA_CERTS",
      timeout: false,
      transient: false,
    },
  ],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    { text: "its TLS certificate is for another name", timeout: false, transient: false },
  ],
]);

/** Explains an error of undici, node:net, node:dns or node:tls. */
export function describeNetworkError(error: unknown): NetworkErrorText {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = "code" in at && typeof at.code === "string" ? at.code : "";
    // Happy Eyeballs reports one error for every address; the first tells enough.
    if (at instanceof AggregateError && at.errors.length > 0 && !texts.has(code))
      return describeNetworkError(at.errors[0]);
    const known = texts.get(code);
    if (known !== undefined) return known;
    if (code.startsWith("HPE_"))
      return { text: `the answer is not HTTP (${at.message})`, timeout: false, transient: false };
  }
  return { text: error instanceof Error ? error.message : String(error), timeout: false, transient: true };
}
