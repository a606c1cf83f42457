// Verification with the real sources: haproxy's counters, Prometheus, and probes.
import { expect, test } from "vitest";
import { haproxySource } from "../../src/delivery/verify/haproxySource.ts";
import type { Judgement, Policy } from "../../src/delivery/verify/judge.ts";
import { httpProbe, probeSource } from "../../src/delivery/verify/probeSource.ts";
import { openPrometheus } from "../../src/delivery/verify/prometheusSource.ts";
import type { Sample, Source } from "../../src/delivery/verify/sample.ts";
import { systemClock, verify } from "../../src/delivery/verify/verify.ts";
import { constantLoad, FickleService } from "../harness/fickleService.ts";
import { Haproxy } from "../harness/haproxy.ts";
import { Prometheus } from "../harness/prometheus.ts";
import { requireAll } from "../harness/require.ts";

const policy: Policy = {
  samples: 4,
  maxErrorRate: 0.05,
  failureLimit: 1,
  minRequests: 10,
  tooLittle: "hold",
  errorLimit: 4,
};
const never = new AbortController().signal;

function watch(source: Source, onSample?: (sample: Sample) => void): Promise<Judgement> {
  const stored: Sample[] = [];
  return verify({
    policy,
    delay: 100,
    interval: 400,
    source,
    store: { load: async () => stored, append: async (sample) => void stored.push(sample) },
    clock: systemClock,
    signal: never,
    onSample,
  });
}

test("haproxy: the new server's answers alone, errors of connections too, and a restart in between", async ({
  skip,
}) => {
  requireAll(skip, ...Haproxy.needs);
  await using old = await FickleService.start();
  const fresh = await FickleService.start();
  await using haproxy = await Haproxy.start({ old: old.address, new: fresh.address });
  const source = haproxySource({ backend: "service", server: "new" }, () => haproxy.command("show stat"));
  {
    await using _load = constantLoad(haproxy.url);
    // The old one fails; the new one does not.
    old.failEvery = 2;
    expect(await watch(source)).toMatchObject({ verdict: "successful" });

    let samples = 0;
    const restarted = watch(source, () => {
      if (++samples === 1) void haproxy.stop().then(() => haproxy.start());
    });
    expect((await restarted).verdict).toBe("successful");

    fresh.failEvery = 5;
    expect(await watch(source)).toMatchObject({ verdict: "failed", firstBad: expect.any(Number) });

    // A server that is gone answers nothing, and the user sees a 503 that stands in no hrsp_5xx of it.
    await fresh[Symbol.asyncDispose]();
    expect((await watch(source)).verdict).toBe("failed");
  }
  expect((await watch(source)).verdict).toBe("inconclusive");
  const misnamed = haproxySource({ backend: "service", server: "blue" }, () => haproxy.command("show stat"));
  expect((await watch(misnamed)).reason).toContain("haproxy has no server blue in its backend service");
  await haproxy.stop();
  expect(await watch(source)).toMatchObject({ verdict: "error", reason: expect.stringContaining("5 times in a row") });
});

test("Prometheus: queries of counters; a misspelt metric and a query that can't be read are refused", async ({
  skip,
}) => {
  requireAll(skip, ...Prometheus.needs);
  await using service = await FickleService.start();
  await using prometheus = await Prometheus.start(service.address);
  const options = {
    url: prometheus.url,
    requests: 'sum(shop_requests_total{release="{release}"})',
    errors: 'sum(shop_requests_total{release="{release}",code=~"5.."})',
    names: { service: "shop", environment: "staging", release: "v2" },
  };
  await using _load = constantLoad(`http://${service.address}/`);
  const source = await openPrometheus(options, never);
  expect((await watch(source)).verdict).toBe("successful");
  service.failEvery = 5;
  expect((await watch(source)).verdict).toBe("failed");
  // Another release's series are not this one's.
  const other = await openPrometheus({ ...options, names: { ...options.names, release: "v1" } }, never);
  expect((await watch(other)).verdict).toBe("inconclusive");

  await expect(openPrometheus({ ...options, errors: "sum(shop_request_total)" }, never)).rejects.toMatchObject({
    code: "unknown-metric",
    message: expect.stringContaining("has no metric shop_request_total"),
  });
  await expect(openPrometheus({ ...options, errors: "sum(shop_requests_total" }, never)).rejects.toMatchObject({
    code: "unknown-metric",
    message: expect.stringContaining("parse error"),
  });
  await expect(openPrometheus({ ...options, requests: "x{y} + {relase}" }, never)).rejects.toThrow("{y} in a query");
  await prometheus[Symbol.asyncDispose]();
  await expect(source.read(never)).rejects.toMatchObject({ code: "unreachable" });
});

test("probes: enough for every sample, of a service that works, fails, hangs or is gone", async () => {
  const service = await FickleService.start();
  const url = `http://${service.address}/`;
  const options = { interval: 2000, minRequests: 10 };
  const probing = (): ReturnType<typeof probeSource> => probeSource(httpProbe(url, 1000), options);
  {
    await using source = probing();
    expect((await watch(source)).verdict).toBe("inconclusive");
  }
  {
    await using source = probeSource(httpProbe(url, 1000), { interval: 400, minRequests: 3 });
    const judgement = await verifyWith(source, 3);
    expect(judgement.verdict).toBe("successful");
    service.failEvery = 3;
    expect((await verifyWith(source, 3)).verdict).toBe("failed");
    await service[Symbol.asyncDispose]();
    expect((await verifyWith(source, 3)).verdict).toBe("failed");
  }
});

function verifyWith(source: Source, minRequests: number): Promise<Judgement> {
  const stored: Sample[] = [];
  return verify({
    policy: { ...policy, minRequests },
    delay: 0,
    interval: 400,
    source,
    store: { load: async () => stored, append: async (sample) => void stored.push(sample) },
    clock: systemClock,
    signal: never,
  });
}
