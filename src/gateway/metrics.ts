// What the gateway counts. Workers count in plain maps, so that a hit costs two additions, and hand the sums to
// prom-client when somebody scrapes; the primary process adds the workers up.

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { SourceHealth } from "./health/healthRows.ts";
import type { Asking, SourceObserver } from "./observedSource.ts";
import type { SourceFailure } from "./source.ts";

/** How a request ended, from the cache's point of view. */
export type Outcome =
  | "memory" // answered from memory
  | "disk" // answered from disk
  | "fill" // fetched for this request
  | "join" // waited for a fetch that another request had started
  | "negative" // a remembered 404
  | "stale" // an old answer, because no source could be reached
  | "not-modified"
  | "refused" // the request was no good
  | "failed"
  | "cut" // begun with 200, then the connection was cut: what was being fetched broke off
  | "page"; // the gateway's own pages

/** What was asked for: the route's kind, or `none` where the request had no route. */
export type Endpoint = string;

/** Values that are read when somebody scrapes. */
export interface MetricsReadings {
  readonly fillsInFlight: () => number;
  readonly memoryUsed: () => number;
  readonly openConnections: () => number;
  /** What all workers know of the sources. */
  readonly health: () => Promise<readonly SourceHealth[]>;
}

export class Metrics implements SourceObserver {
  readonly registry: Registry = new Registry();
  readonly #requests = new Map<Endpoint, Map<Outcome, { count: number; bytes: number }>>();
  readonly #upstream: Histogram<"source" | "result">;

  constructor(readings: MetricsReadings) {
    const registers = [this.registry];
    const requests = this.#requests;
    void new Counter({
      name: "fairlead_requests_total",
      help: "Requests answered, by what was asked for and how it ended",
      labelNames: ["endpoint", "outcome"],
      registers,
      collect() {
        this.reset();
        for (const [endpoint, outcomes] of requests)
          for (const [outcome, { count }] of outcomes) this.inc({ endpoint, outcome }, count);
      },
    });
    void new Counter({
      name: "fairlead_response_bytes_total",
      help: "Bytes of bodies sent, by what was asked for and how it ended",
      labelNames: ["endpoint", "outcome"],
      registers,
      collect() {
        this.reset();
        for (const [endpoint, outcomes] of requests)
          for (const [outcome, { bytes }] of outcomes) this.inc({ endpoint, outcome }, bytes);
      },
    });
    this.#upstream = new Histogram({
      name: "fairlead_upstream_seconds",
      help: "Time that a source took to answer in full, retries included, by source and result",
      labelNames: ["source", "result"],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    });
    this.#exportHealth(readings.health);
    void new Gauge({
      name: "fairlead_fills_in_flight",
      help: "Files being fetched now",
      registers,
      collect() {
        this.set(readings.fillsInFlight());
      },
    });
    void new Gauge({
      name: "fairlead_memory_cache_bytes",
      help: "Bytes held by the in-memory cache, overhead included",
      registers,
      collect() {
        this.set(readings.memoryUsed());
      },
    });
    void new Gauge({
      name: "fairlead_connections",
      help: "Client connections open now",
      registers,
      collect() {
        this.set(readings.openConnections());
      },
    });
    void new Gauge({
      name: "fairlead_resident_memory_bytes",
      help: "Resident memory of the workers",
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
  }

  /** Every worker tells the same: the greatest of them is what all know. */
  #exportHealth(health: MetricsReadings["health"]): void {
    const gauge = (name: string, help: string, value: (source: SourceHealth) => number): void => {
      void new Gauge({
        name: `fairlead_upstream_${name}`,
        help,
        labelNames: ["source"],
        registers: [this.registry],
        aggregator: "max",
        async collect() {
          for (const each of await health()) this.set({ source: each.source }, value(each));
        },
      });
    };
    gauge(
      "state",
      "0: asked. 1: being tried again. 2: left alone, it does not answer. 3: left alone, it lied",
      stateOf,
    );
    gauge("latency_seconds", "Running mean of the time to the first byte", ({ latencyMs }) => latencyMs / 1000);
    gauge("bytes_per_second", "Running mean of the rate of larger bodies", ({ bytesPerSecond }) => bytesPerSecond);
    gauge("last_success_timestamp_seconds", "When it last answered", ({ lastSuccess }) => lastSuccess / 1000);
    gauge("failures", "Failures since the data folder was made", ({ failures }) => failures);
    gauge("hedges", "Small files that were asked for twice because they took long", ({ hedges }) => hedges);
    gauge("hedges_won", "Of these, the second request was the faster one", ({ hedgesWon }) => hedgesWon);
  }

  /** Counts a request that was answered with `bytes` bytes of body. */
  count(endpoint: Endpoint, outcome: Outcome, bytes: number): void {
    let outcomes = this.#requests.get(endpoint);
    if (outcomes === undefined) this.#requests.set(endpoint, (outcomes = new Map()));
    const sum = outcomes.get(outcome);
    if (sum === undefined) outcomes.set(outcome, { count: 1, bytes });
    else {
      sum.count++;
      sum.bytes += bytes;
    }
  }

  /** Records how long a source took, and whether it had the answer. */
  asked({ source }: Asking, milliseconds: number, failure: SourceFailure | undefined): void {
    this.#upstream.observe({ source, result: failure?.kind ?? "ok" }, milliseconds / 1000);
  }
}

function stateOf({ state, isolated }: SourceHealth): number {
  return isolated === undefined ? { closed: 0, "half-open": 1, open: 2 }[state] : 3;
}
