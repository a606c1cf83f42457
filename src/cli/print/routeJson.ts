import { redactSecrets, redactUrl } from "../../config/redact.ts";
import type { Hop } from "../../repo/proxyChain.ts";
import type { RouteReport } from "./route.ts";

/** The report as data: the same decisions, without credentials. */
export function routeJson({ route, variables, warnings, probe, advice }: RouteReport): object {
  const { download, checksum } = route;
  const settings = variables.map(({ name, value, origin }) => [name, { value: redactSecrets(value), origin }]);
  return {
    module: route.path,
    version: route.version,
    download: {
      fault: orUndefined(redactUrl, download.fault),
      skipsProxies: download.skipsProxies,
      hops: download.hops.map(hopJson),
      ignored: download.ignored.map(redactUrl),
      direct: download.direct,
    },
    checksum:
      checksum.kind === "database"
        ? { ...checksum, url: orUndefined(redactUrl, checksum.url), hops: checksum.hops.map(hopJson) }
        : checksum,
    settings: Object.fromEntries(settings),
    warnings,
    probe: orUndefined((probe) => {
      const hops = probe.hops.map(({ hop, ...answer }, index) => ({
        ...hopJson(hop),
        ...answer,
        advice: advice[index],
      }));
      return { result: probe.result, hops };
    }, probe),
  };
}

function orUndefined<T, R>(map: (value: T) => R, value: T | undefined): R | undefined {
  return value === undefined ? undefined : map(value);
}

function hopJson({ kind, url, onward }: Hop): object {
  return { kind, url: redactUrl(url), onward };
}
