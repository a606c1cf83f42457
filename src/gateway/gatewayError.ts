/** Why a request could not be answered. Each code has one HTTP status. */
export type GatewayErrorCode =
  | "bad-request"
  | "method-not-allowed"
  | "uri-too-long"
  | "not-found"
  | "forbidden"
  | "loop"
  /** A rule of the gateway's own. */
  | "denied"
  /** The checksum database has no word for it, or none that can be believed. */
  | "unverified"
  | "bad-answer"
  | "outage"
  | "timeout"
  | "rate-limited"
  | "no-space"
  | "storage"
  | "stopping";

// The go command reads three meanings from a status: 200 is the answer; 404 and 410 mean "does not exist, ask the next
// proxy in a `,` list"; all else stops there. So nothing but a real absence may become a 404, or a private module path
// leaks to whatever the client has listed behind us.
const statuses: readonly (readonly [GatewayErrorCode, number])[] = [
  ["bad-request", 400],
  ["method-not-allowed", 405],
  ["uri-too-long", 414],
  ["not-found", 404],
  ["forbidden", 403],
  ["denied", 403],
  ["loop", 508],
  // Not 404: the go command would go on and take what nobody has verified from the next source.
  ["unverified", 403],
  ["bad-answer", 502],
  ["outage", 502],
  ["timeout", 504],
  ["rate-limited", 503],
  ["no-space", 507],
  ["storage", 500],
  ["stopping", 503],
];
const statusOf: ReadonlyMap<GatewayErrorCode, number> = new Map(statuses);

/** The gateway's error. `message` is what the user of the go command reads: useful line first, at most eight lines. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: GatewayErrorCode;
  /** Seconds after which a retry makes sense, if a source said so. */
  readonly retryAfter: number | undefined;
  /** True if no source was asked, because all had said so a moment ago. */
  readonly remembered: boolean;

  constructor(
    code: GatewayErrorCode,
    message: string,
    options: ErrorOptions & { retryAfter?: number | undefined; remembered?: boolean } = {},
  ) {
    super(message, options);
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.remembered = options.remembered ?? false;
  }

  /** How the access log and the metrics count it. */
  get outcome(): "negative" | "refused" | "failed" {
    if (this.remembered) return "negative";
    return this.status < 500 && this.code !== "not-found" ? "refused" : "failed";
  }

  /** The HTTP status that this error is answered with. */
  get status(): number {
    return statusOf.get(this.code) ?? 500;
  }
}

/** The code that stands for a status, for errors that another process wrote into the database. */
export function codeOfStatus(status: number): GatewayErrorCode {
  return statuses.find(([, each]) => each === status)?.[0] ?? "outage";
}
