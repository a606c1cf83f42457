// What a gateway is doing for the one command it was started for: what waits for what, how far it is, what it cost. Kept
// from the events alone, so that it can be drawn at any moment.

import type { AccessRecord } from "./accessLog.ts";
import type { Asking } from "./observedSource.ts";
import { parseTarget, type Route } from "./route.ts";
import type { SourceFailure } from "./source.ts";
import type { Watcher } from "./worker.ts";

/** A request that is being answered. Times in milliseconds of `now`. */
export interface InFlight {
  /** `golang.org/x/text@v0.30.0 zip` */
  readonly what: string;
  readonly since: number;
  /** When anything last happened to it. */
  readonly movedAt: number;
  /** The source that is being asked, if one is. */
  readonly source: string | undefined;
  readonly received: number;
  readonly total: number | undefined;
  readonly retries: number;
}

export interface SourceSum {
  answers: number;
  /** Answers that something does not exist: the go command asks for many such things. */
  absences: number;
  /** By kind. */
  failures: Map<string, number>;
  bytes: number;
  milliseconds: number;
}

export interface Snapshot {
  /** Modules whose zip has been handed over. */
  readonly modules: number;
  /** Requests answered with 200. */
  readonly answers: number;
  /** Of those, without asking anybody. */
  readonly hits: number;
  /** Bytes handed over, and those of them that were cached. */
  readonly bytes: number;
  readonly hitBytes: number;
  readonly retries: number;
  readonly inFlight: readonly InFlight[];
  readonly sources: ReadonlyMap<string, SourceSum>;
  /** The zips that took longest, the longest first. */
  readonly slowest: readonly { readonly what: string; readonly milliseconds: number; readonly bytes: number }[];
}

export type ProgressEvent =
  | { readonly event: "asking"; readonly what: string; readonly source: string }
  | {
      readonly event: "retry" | "failed";
      readonly what: string;
      readonly source: string;
      readonly reason: string;
    }
  | {
      readonly event: "answered";
      readonly what: string;
      readonly status: number;
      readonly bytes: number;
      readonly milliseconds: number;
      readonly outcome: string;
    };

interface Attempt {
  source: string;
  movedAt: number;
  received: number;
  total: number | undefined;
  retries: number;
}

const slowestKept = 5;
const cached: ReadonlySet<string> = new Set(["memory", "disk", "not-modified", "stale"]);

export class Progress implements Watcher {
  readonly trace: (tree: string) => void;
  readonly #now: () => number;
  readonly #onEvent: (event: ProgressEvent) => void;
  readonly #requests = new Map<string, { what: string; key: string; since: number }>();
  /** By the path that a source was asked for. */
  readonly #attempts = new Map<string, Attempt>();
  readonly #zips = new Set<string>();
  readonly #sources = new Map<string, SourceSum>();
  #slowest: { what: string; milliseconds: number; bytes: number }[] = [];
  #sums = { answers: 0, hits: 0, bytes: 0, hitBytes: 0, retries: 0 };

  constructor(
    onEvent: (event: ProgressEvent) => void = () => undefined,
    now: () => number = Date.now,
    onTrace: (tree: string) => void = () => undefined,
  ) {
    this.trace = onTrace;
    this.#onEvent = onEvent;
    this.#now = now;
  }

  begun(id: string, target: string): void {
    this.#requests.set(id, { ...named(target), since: this.#now() });
  }

  asking({ path, source }: Asking): void {
    this.#attempts.set(path, { source, movedAt: this.#now(), received: 0, total: undefined, retries: 0 });
    this.#onEvent({ event: "asking", what: named(`/${path}`).what, source });
  }

  received({ path, source }: Asking, received: number, total: number | undefined): void {
    const attempt = this.#attempts.get(path);
    if (attempt === undefined) return;
    const grown = Math.max(0, received - attempt.received);
    this.#sourceSum(source).bytes += grown;
    Object.assign(attempt, { received, total, movedAt: this.#now() });
  }

  retrying({ path, source }: Asking, failure: SourceFailure): void {
    this.#sums.retries++;
    const attempt = this.#attempts.get(path);
    if (attempt !== undefined) {
      attempt.retries++;
      attempt.received = 0;
      attempt.movedAt = this.#now();
    }
    this.#onEvent({ event: "retry", what: named(`/${path}`).what, source, reason: failure.message });
  }

  asked({ path, source }: Asking, milliseconds: number, failure: SourceFailure | undefined): void {
    this.#attempts.delete(path);
    const sum = this.#sourceSum(source);
    sum.milliseconds += milliseconds;
    if (failure === undefined) {
      sum.answers++;
    } else if (failure.kind === "not-found") {
      sum.absences++;
    } else {
      sum.failures.set(failure.kind, (sum.failures.get(failure.kind) ?? 0) + 1);
      this.#onEvent({ event: "failed", what: named(`/${path}`).what, source, reason: failure.message });
    }
  }

  ended({ id, target, status, bytes, milliseconds, outcome }: AccessRecord): void {
    this.#requests.delete(id);
    const { what, route } = named(target);
    this.#onEvent({ event: "answered", what, status, bytes, milliseconds, outcome });
    if (status !== 200) return;
    const isHit = cached.has(outcome);
    this.#sums.answers++;
    this.#sums.bytes += bytes;
    if (isHit) {
      this.#sums.hits++;
      this.#sums.hitBytes += bytes;
    }
    if (route?.kind !== "zip") return;
    this.#zips.add(route.key);
    this.#slowest.push({ what: `${route.module}@${route.version}`, milliseconds, bytes });
    this.#slowest = this.#slowest.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, slowestKept);
  }

  snapshot(): Snapshot {
    const inFlight = [...this.#requests.values()].map(({ what, key, since }): InFlight => {
      const attempt = this.#attempts.get(key);
      return {
        what,
        since,
        movedAt: Math.max(since, attempt?.movedAt ?? since),
        source: attempt?.source,
        received: attempt?.received ?? 0,
        total: attempt?.total,
        retries: attempt?.retries ?? 0,
      };
    });
    return { ...this.#sums, modules: this.#zips.size, inFlight, sources: this.#sources, slowest: this.#slowest };
  }

  #sourceSum(name: string): SourceSum {
    let sum = this.#sources.get(name);
    if (sum === undefined) {
      sum = { answers: 0, absences: 0, failures: new Map(), bytes: 0, milliseconds: 0 };
      this.#sources.set(name, sum);
    }
    return sum;
  }
}

/** A target in words. One that is none stands for itself: it is answered with an error that says why. */
function named(target: string): { what: string; key: string; route: Route | undefined } {
  let route;
  try {
    route = parseTarget(target);
  } catch {
    return { what: target.slice(0, 200), key: target.slice(1), route: undefined };
  }
  return { what: describe(route), key: route.key, route };
}

function describe(route: Route): string {
  switch (route.kind) {
    case "info":
    case "mod":
    case "zip":
      return `${route.module}@${route.version} ${route.kind}`;
    case "query":
      return `${route.module}@${route.version} (which version is that?)`;
    case "list":
    case "latest":
      return `${route.module} ${route.kind}`;
    case "sumdb-lookup":
    case "sumdb-tile":
    case "sumdb-latest":
    case "sumdb-supported":
      return `${route.database}${route.path}`;
    default:
      return `/${route.key}`;
  }
}
