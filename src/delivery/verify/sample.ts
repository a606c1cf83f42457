/** Cumulative, as servers count: how many requests the new release has had, and how many of them failed. */
export interface Counters {
  readonly requests: number;
  readonly errors: number;
}

/** What was measured within one interval. `at` is when it was read, in milliseconds since 1970. */
export type Sample = Measured | Unreadable;

export interface Measured extends Counters {
  readonly at: number;
  /** The source's own count at that moment: who goes on after a restart measures from there, and misses nothing. */
  readonly total: Counters;
}

/** The source could not be read: says nothing about the release. */
export interface Unreadable {
  readonly at: number;
  readonly failure: string;
  /** Asking again is no use: what is asked for does not exist. */
  readonly final?: boolean;
}

/** Where the figures of the new release come from, and only of it. */
export interface Source {
  /** @throws SourceError */
  read(signal: AbortSignal): Promise<Counters>;
}

export type SourceErrorCode =
  /** It did not answer, or not in time. */
  | "unreachable"
  /** It answered with something else than figures. */
  | "bad-answer"
  /** It has no such server, metric or query: asking again is no use. */
  | "unknown-metric";

export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * What was added between two readings. A count that is lower than before began anew (haproxy was restarted, a process
 * replaced): then all that it shows is new.
 */
export function added(before: Counters, now: Counters): Counters {
  if (now.requests < before.requests || now.errors < before.errors) return now;
  return { requests: now.requests - before.requests, errors: now.errors - before.errors };
}
