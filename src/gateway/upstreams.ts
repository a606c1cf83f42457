// From the configured upstream list to sources that can be asked.

import { fileURLToPath } from "node:url";
import { EnvHttpProxyAgent, type Dispatcher } from "undici";
import type { Leases } from "../storage/leases.ts";
import { Chains } from "./chains.ts";
import { FileSource } from "./fileSource.ts";
import type { GatewayOptions, UpstreamEntry } from "./gatewayOptions.ts";
import { HttpSource } from "./httpSource.ts";
import { DirectSource } from "./direct/directSource.ts";
import { mirrorsIn } from "./dataFolder.ts";
import { offSource } from "./keywordSource.ts";
import { lookupPublic } from "./privateAddress.ts";
import type { ChainLink, Source } from "./source.ts";

/** Connections to one origin. Go's public proxy and its mirrors take more; a company's may not. */
const connectionsPerOrigin = 64;

export interface Upstreams {
  readonly chains: Chains;
  readonly databases: ReadonlyMap<string, Source>;
  /** Drops all connections. */
  readonly close: () => Promise<void>;
}

/** How long a source is waited for, and how often it is asked again. Milliseconds. */
export type SourceTimes = Pick<GatewayOptions, "connectMs" | "firstByteMs" | "stallMs" | "retries">;

export interface OpenSources {
  /** `authorization`: the value of that header, in place of user and password in the URL. */
  readonly open: (url: string, authorization?: string) => Source;
  readonly close: () => Promise<void>;
  readonly dispatcher: Dispatcher;
  /** It connects to public addresses only. */
  readonly publicDispatcher: Dispatcher;
}

/** What makes sources of URLs. `headers` go with every request. */
export function openSources(options: SourceTimes, headers: Readonly<Record<string, string>>): OpenSources {
  // HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as the go command follows them.
  const connecting = (lookup?: typeof lookupPublic): Dispatcher =>
    new EnvHttpProxyAgent({
      connect: { timeout: options.connectMs, ...(lookup === undefined ? {} : { lookup }) },
      // For connections to an HTTP proxy, which have a limit of their own.
      connectTimeout: options.connectMs,
      headersTimeout: options.firstByteMs,
      bodyTimeout: options.stallMs,
      connections: connectionsPerOrigin,
      maxHeaderSize: 64 * 1024,
    });
  const dispatcher = connecting();
  const publicDispatcher = connecting(lookupPublic);
  const open = (url: string, authorization?: string): Source => {
    const parsed = new URL(url);
    if (parsed.protocol === "file:") return new FileSource(fileURLToPath(parsed), url);
    return new HttpSource({
      url: parsed,
      authorization,
      name: nameOf(parsed),
      dispatcher,
      publicDispatcher,
      slowMs: options.stallMs * 3,
      retries: options.retries,
      headers,
    });
  };
  const close = async (): Promise<void> => void (await Promise.all([dispatcher.destroy(), publicDispatcher.destroy()]));
  return { open, close, dispatcher, publicDispatcher };
}

/** `headers` go with every request. Throws TypeError for what is no URL: the configuration has been checked before. */
export function openUpstreams(
  options: GatewayOptions,
  headers: Readonly<Record<string, string>>,
  leases: Leases,
): Upstreams {
  const { open, close, dispatcher, publicDispatcher } = openSources(options, headers);
  // One for all chains, as it remembers what hosts have said; none where no list has it, as it needs a place on the disk.
  let direct: DirectSource | undefined;
  const directSource = (): DirectSource => (direct ??= newDirectSource());
  const newDirectSource = (): DirectSource =>
    new DirectSource({
      options: options.direct,
      folder: mirrorsIn(options.dataFolder),
      leases,
      dispatcher,
      publicDispatcher,
      openProxy: (url, isNamed) =>
        new HttpSource({
          url,
          name: nameOf(url),
          // Named by a stranger's page alone: public addresses only.
          dispatcher: isNamed ? dispatcher : publicDispatcher,
          publicDispatcher,
          slowMs: options.stallMs * 3,
          retries: options.retries,
          headers,
        }),
    });
  const chainOf = (entries: readonly UpstreamEntry[]): readonly ChainLink[] =>
    entries.map(({ url, fallBackOnAnyError, group }) => ({
      source: url === "direct" ? directSource() : url === "off" ? offSource : open(url),
      fallBackOnAnyError,
      group,
    }));
  const chains = new Chains(
    chainOf(options.upstream),
    options.routes.map(({ modules, upstream }) => ({ modules, chain: chainOf(upstream) })),
  );
  const databases = new Map(Object.entries(options.databases).map(([name, url]) => [name, open(url)]));
  const closeAll = async (): Promise<void> => void (await Promise.all([close(), direct?.close()]));
  return { chains, databases, close: closeAll };
}

/** A source's name is shown to clients: host and path, never credentials. */
function nameOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname === "/" ? "" : url.pathname.replace(/\/$/, "")}`;
}
