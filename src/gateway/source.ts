// A source is one entry of the upstream list. Asking one ends in its answer or in a SourceFailure that says what kind
// of failure it was, because the kind decides what happens next: whether to try again, whether to go on to the next
// source, and which status the client gets.

/** Kinds of failure. Only `not-found` means that the thing does not exist. */
export type FailureKind =
  | "not-found"
  | "forbidden"
  | "rate-limited"
  | "outage"
  | "timeout"
  | "bad-answer"
  | "loop"
  /** The bytes are not those that the checksum database has. */
  | "mismatch"
  /** It sent such bytes before, and is not asked for now. */
  | "isolated"
  /** It failed too often of late, and is not asked for now. */
  | "open";

/** One source's failure to answer. */
export class SourceFailure extends Error {
  override readonly name = "SourceFailure";
  readonly kind: FailureKind;
  /** True if the same request may well succeed in a moment. */
  readonly transient: boolean;
  /** Seconds that the source asked us to wait. */
  readonly retryAfter: number | undefined;

  /** `message` says what came back, without the source's name; it may hold text that the source chose. */
  constructor(
    kind: FailureKind,
    message: string,
    options: ErrorOptions & { transient?: boolean; retryAfter?: number | undefined } = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.transient = options.transient ?? false;
    this.retryAfter = options.retryAfter;
  }
}

/** A 200 answer whose body has not been read yet. */
export interface SourceAnswer {
  /** Bytes to come, if the source said so. */
  readonly length: number | undefined;
  readonly contentType: string;
  /** The body, in order, once. Throws SourceFailure when it stalls, breaks off or ends early. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** On whose behalf, and until when, a source is asked. */
export interface Errand {
  readonly signal: AbortSignal;
  /** The `Via` header of the request that this is for. */
  readonly via: string | undefined;
  /** Sent along, over the source's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Told before an attempt is made again. */
  readonly onRetry?: (failure: SourceFailure, pauseMs: number) => void;
}

/** One entry of the upstream list that can be asked. */
export interface Source {
  /** For people: a URL without credentials, or `direct` or `off`. */
  readonly name: string;
  /**
   * Asks for a path (no leading slash, already escaped) and hands a 200 answer to `consume`. A transient failure, in
   * `consume` too, is tried again a bounded number of times. Throws SourceFailure.
   */
  ask<T>(path: string, consume: (answer: SourceAnswer) => Promise<T>, errand: Errand): Promise<T>;
}

/** A source and what may follow it: `|` goes on after any failure, `,` only after 404 and 410. */
export interface ChainLink {
  readonly source: Source;
  readonly fallBackOnAnyError: boolean;
  /** Neighbours of the same group are asked in the order of their rank, and any of them after any failure. */
  readonly group?: number | undefined;
  /** The lower the sooner; without one, first. */
  readonly rank?: () => number;
}

/** Reads a body that must fit into memory. Throws SourceFailure if it is longer than `limit` bytes. */
export async function readBody(answer: SourceAnswer, limit: number): Promise<Buffer> {
  const tooLong = (): SourceFailure =>
    new SourceFailure("bad-answer", `the answer is longer than ${limit} bytes, which nothing of this kind may be`);
  if (answer.length !== undefined && answer.length > limit) throw tooLong();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    length += chunk.length;
    if (length > limit) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
