import type { VerificationSettings } from "../../config/environmentSettings.ts";
import { DeliveryError } from "../deliveryError.ts";
import { backend } from "../proxy/haproxyConfig.ts";
import { readStatistics } from "../proxy/haproxyRuntime.ts";
import type { ReleaseSpec } from "../release/release.ts";
import { haproxySource } from "../verify/haproxySource.ts";
import type { Judgement } from "../verify/judge.ts";
import { policyOf } from "../verify/policy.ts";
import { probeSource } from "../verify/probeSource.ts";
import { openPrometheus } from "../verify/prometheusSource.ts";
import { type Sample, type Source, SourceError } from "../verify/sample.ts";
import { systemClock, verify } from "../verify/verify.ts";
import type { Watch } from "./apply.ts";
import { lookHttp, lookTcp } from "./health.ts";
import type { HostSession } from "./hostSession.ts";

/** Where the figures come from; undefined: nothing is watched. */
function watchSource(
  { source }: VerificationSettings,
  strategy: ReleaseSpec["strategy"],
): "haproxy" | "prometheus" | "probe" | undefined {
  if (source === "none") return undefined;
  if (source === "haproxy" && strategy === "recreate") {
    throw new DeliveryError("usage", "verification.source haproxy needs the strategy switch: recreate has no haproxy");
  }
  return source ?? (strategy === "switch" ? "haproxy" : "probe");
}

/** The step's text in a plan. */
export function watchText(settings: VerificationSettings, strategy: ReleaseSpec["strategy"]): string | undefined {
  const source = watchSource(settings, strategy);
  if (source === undefined) return undefined;
  const { samples, interval, delay, maxErrorRate, failureLimit } = settings;
  const names = { haproxy: "haproxy's counters", prometheus: "Prometheus", probe: "probes" };
  return (
    `watch by ${names[source]}: ${samples} samples of ${interval / 1000} s after ${delay / 1000} s; ` +
    `back everywhere when more than ${failureLimit} of them have over ${Number((maxErrorRate * 100).toFixed(2))}% errors`
  );
}

/** What is to be watched. */
export interface Watched {
  readonly settings: VerificationSettings;
  readonly spec: ReleaseSpec;
  readonly service: string;
  readonly environment: string;
}

export interface WatchOptions extends Watched {
  readonly onSample: (session: HostSession, sample: Sample, count: number) => void;
}

/**
 * Tries what can be tried before a host is touched: Prometheus answers, and knows what it will be asked for.
 *
 * @throws DeliveryError `watch`
 */
export async function checkWatch(watched: Watched, signal: AbortSignal): Promise<void> {
  if (watchSource(watched.settings, watched.spec.strategy) !== "prometheus") return;
  try {
    await openPrometheusOf(watched, signal);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const scraped =
      error.code === "unknown-metric"
        ? "\nA service that was never scraped has no metrics yet: deploy it once with verification.source none"
        : "";
    throw new DeliveryError(
      "watch",
      `the release could not be watched, so nothing was changed: ${error.message}${scraped}`,
      { cause: error },
    );
  }
}

/** Watches a release on a host as its environment says. */
export function watchRelease(options: WatchOptions): Watch {
  const { settings, onSample } = options;
  return async (session, store, signal): Promise<Judgement> => {
    await using source = await openSource(options, session, signal);
    return await verify({
      policy: policyOf(settings),
      delay: settings.delay,
      interval: settings.interval,
      source,
      store,
      clock: systemClock,
      signal,
      onSample: (sample, samples) => onSample(session, sample, samples.length),
    });
  };
}

function openPrometheusOf({ settings, spec, service, environment }: Watched, signal: AbortSignal): Promise<Source> {
  const { url = "", requests = "", errors = "" } = settings.prometheus;
  return openPrometheus({ url, requests, errors, names: { service, environment, release: spec.release } }, signal);
}

async function openSource(
  watched: WatchOptions,
  session: HostSession,
  signal: AbortSignal,
): Promise<Source & AsyncDisposable> {
  const { settings, spec } = watched;
  const kind = watchSource(settings, spec.strategy);
  switch (kind) {
    case "prometheus":
      return { ...(await openPrometheusOf(watched, signal)), [Symbol.asyncDispose]: nothing };
    case "probe":
      return probeSource(probe(session, settings, spec), settings);
    default: {
      const { traffic, host, state } = session;
      const server = traffic?.active ?? "a";
      const read = (): Promise<string> => readStatistics(host, state.proxy.socket);
      return { ...haproxySource({ backend, server }, read), [Symbol.asyncDispose]: nothing };
    }
  }
}

async function nothing(): Promise<void> {}

/** Asks the container itself, past the proxy: a request that another release answered would say nothing. */
function probe(session: HostSession, settings: VerificationSettings, spec: ReleaseSpec): () => Promise<boolean> {
  const { health } = spec;
  const path = settings.probe ?? health.http;
  return async () => {
    const port = session.container(spec.release)?.port ?? spec.publicPort;
    const socket = await session.host.forward({ port });
    const look =
      path === undefined ? await lookTcp(socket, health.timeout) : await lookHttp(socket, path, health.timeout);
    return look.ok || (look.status !== undefined && look.status < 500);
  };
}
