// Which way the go command takes a module, and why: the decisions of cmd/go/internal/modfetch (proxy.go, repo.go,
// sumdb.go) as data. Pure: what the sources answer is found out by probe.ts.
import type { ModulePath } from "../gomod/path.ts";
import { type ChecksumRoute, checksumRoute } from "./checksumRoute.ts";
import { type DirectRules, directRules } from "./directRules.ts";
import { type GoSettings, type Match, matchOf } from "./goSettings.ts";
import { directHop, type Hop, proxyChain } from "./proxyChain.ts";

export interface ModuleRoute {
  readonly path: ModulePath;
  /** As asked; undefined is `latest`. */
  readonly version: string | undefined;
  readonly download: DownloadRoute;
  readonly checksum: ChecksumRoute;
}

interface DownloadRoute {
  /** What the go command says at once, before it asks anybody. */
  readonly fault: string | undefined;
  /** Proxies are passed over because of this pattern. */
  readonly skipsProxies: Match | undefined;
  /** In the order in which they are asked. */
  readonly hops: readonly Hop[];
  /** Entries of GOPROXY that are never asked, as they stand behind `direct` or `off`. */
  readonly ignored: readonly string[];
  /** How a direct fetch is made; undefined where none is. */
  readonly direct: DirectRules | undefined;
}

/** Decides by the settings alone. */
export function moduleRoute(path: ModulePath, version: string | undefined, settings: GoSettings): ModuleRoute {
  return { path, version, download: downloadRoute(path, settings), checksum: checksumRoute(path, settings) };
}

function downloadRoute(path: string, settings: GoSettings): DownloadRoute {
  const skipsProxies = matchOf(settings("GONOPROXY"), path);
  const chain = proxyChain(settings("GOPROXY").value);
  const modulesOff = modulesFault(settings("GO111MODULE").value);
  // Whatever GOPROXY says, `off` included: its entries are passed over one by one (repo.go, lookup).
  const hops = skipsProxies === undefined || chain.fault !== undefined ? chain.hops : [directHop];
  return {
    fault: modulesOff ?? proxyFault(settings, chain.fault),
    skipsProxies,
    hops,
    ignored: skipsProxies === undefined ? chain.ignored : [],
    direct: hops.some(({ kind }) => kind === "direct") ? directRules(path, settings) : undefined,
  };
}

/** What GO111MODULE makes of the question (modload/init.go). */
function modulesFault(value: string): string | undefined {
  if (value === "off") return "modules disabled by GO111MODULE=off";
  return ["", "on", "auto"].includes(value) ? undefined : `unknown environment setting GO111MODULE=${value}`;
}

function proxyFault(settings: GoSettings, fault: string | undefined): string | undefined {
  const isUnknown = settings("GOPROXY").origin.kind === "unset";
  return isUnknown ? "GOPROXY is set nowhere, and no go command was found that has a default for it" : fault;
}
