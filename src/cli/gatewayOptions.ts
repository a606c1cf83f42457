// From settings to what the gateway needs: the upstream list parsed, the machine's own answers filled in, and what is
// unsafe or pointless refused.

import { createHash } from "node:crypto";
import { formatListenAddress, isLoopback } from "../config/listenAddress.ts";
import type { GatewaySettings } from "../config/gatewaySettings.ts";
import { redactUrl } from "../config/redact.ts";
import type { GatewayOptions, ModuleRoute, UpstreamEntry } from "../gateway/gatewayOptions.ts";
import type { ChecksumOptions } from "../gateway/checksums.ts";
import { isOwnAddress } from "../gateway/ownAddress.ts";
import { ModuleError } from "../gomod/error.ts";
import { parseProxyList, parseSumdb } from "../gomod/goenv.ts";
import { parseUpstreamList } from "../config/upstreamGroups.ts";
import { defaultUpstream, NoUpstreamError } from "../repo/defaultUpstream.ts";
import { readGoEnvironment, type GoEnvironment } from "../repo/goEnvironment.ts";
import { localHost } from "../repo/goHost.ts";
import { CommandError, exitCode } from "./exitCode.ts";

export interface ResolvedGateway {
  readonly options: GatewayOptions;
  /** Where modules come from, for people. */
  readonly upstream: string;
  /** What a person should know before it starts. */
  readonly notes: readonly string[];
}

/** Throws CommandError. */
export async function gatewayOptions(settings: GatewaySettings): Promise<ResolvedGateway> {
  refuseOpen(settings);
  const goEnvironment = await readGoEnvironment(localHost(process.env));
  const { entries, notes } = settings.offline ? { entries: [], notes: [] } : await upstreamOf(settings, goEnvironment);
  const { timeouts, limits, fresh, log } = settings;
  const verifying = verification(settings, goEnvironment);
  const routes = settings.offline ? [] : routesOf(settings, goEnvironment);
  const options: GatewayOptions = {
    host: settings.listen.host ?? "::",
    port: settings.listen.port,
    dataFolder: settings.data,
    upstream: entries,
    routes,
    databases: { ...(settings.sumdb ?? defaultDatabases(goEnvironment)), ...verifying?.databases },
    verify: verifying?.verify,
    direct: {
      rules: settings.direct.rules,
      timeoutMs: settings.direct.timeout,
      repositoryLimit: settings.direct.repositoryLimit,
      trusted: routes
        .filter(({ upstream }) => upstream.some(({ url }) => url === "direct"))
        .map(({ modules }) => modules)
        .join(","),
      userConfig: false,
    },
    offline: settings.offline,
    workers: settings.workers,
    memoryBytes: settings.memory,
    holdZipsUpTo: settings.holdZipsUpTo,
    zipLimit: limits.zip,
    connectMs: timeouts.connect,
    firstByteMs: timeouts.firstByte,
    stallMs: timeouts.stall,
    stopMs: timeouts.stop,
    retries: settings.retries,
    freshForMs: fresh.for,
    staleForMs: fresh.for + fresh.staleFor,
    absentForMs: fresh.negativeFor,
    fillSlots: limits.fills,
    connections: limits.connections,
    logLevel: log.level,
    logFormat: log.format === "auto" ? (process.stderr.isTTY ? "pretty" : "json") : log.format,
    accessLog: log.access,
    trace: log.trace,
    deny: settings.deny,
    upkeep: {
      scrubEveryMs: settings.upkeep.scrubEvery,
      prune: { keepMs: settings.upkeep.keep, maxBytes: settings.upkeep.maxSize },
    },
    vanity: settings.vanity,
    pages: [],
  };
  return { options, notes, upstream: entries.map(({ url }) => redactUrl(url)).join(", ") };
}

function refuseOpen({ listen, insecureOpen }: GatewaySettings): void {
  if (isLoopback(listen) || insecureOpen) return;
  throw new CommandError(
    `refusing to listen on ${formatListenAddress(listen)}: it can be reached from other machines, and no access rules are set, so whoever reaches it could read every cached module\nlisten on 127.0.0.1:${listen.port}, or say --insecure-open if that is meant`,
  );
}

/** The list that was given; else the go command's own, without this gateway. */
async function upstreamOf(
  { upstream, listen }: GatewaySettings,
  goEnvironment: GoEnvironment,
): Promise<{ entries: readonly UpstreamEntry[]; notes: readonly string[] }> {
  const isOwn = (url: URL): Promise<boolean> => isOwnAddress(url, listen);
  if (upstream === undefined) {
    try {
      const { list, warnings } = await defaultUpstream(isOwn, goEnvironment);
      return { entries: parseProxyList(list), notes: warnings };
    } catch (error) {
      if (error instanceof NoUpstreamError) throw new CommandError(error.message, exitCode.usage, { cause: error });
      throw error;
    }
  }
  const entries = parseUpstream(upstream);
  for (const { url } of entries) {
    const parsed = URL.parse(url);
    if (parsed !== null && /^https?:$/.test(parsed.protocol) && (await isOwn(parsed))) {
      throw new CommandError(
        `the upstream ${redactUrl(url)} is this very gateway (${formatListenAddress(listen)}): it would ask itself\nsay where modules really come from with --upstream; a shell that exports GOPROXY for clients must not pass it on here`,
      );
    }
  }
  return { entries, notes: [] };
}

/** The rules of the settings; without any, the go command's own for what goes past proxies. */
function routesOf({ routes }: GatewaySettings, { variable }: GoEnvironment): readonly ModuleRoute[] {
  if (routes.length > 0) return routes.map(({ modules, upstream }) => ({ modules, upstream: parseUpstream(upstream) }));
  const modules = variable("GONOPROXY").value;
  return modules === "" || modules === "none" ? [] : [{ modules, upstream: parseUpstream("direct") }];
}

function parseUpstream(list: string): readonly UpstreamEntry[] {
  try {
    return parseUpstreamList(list);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new CommandError(`the upstream list can't be used: ${redactUrl(error.message)}`, exitCode.usage, {
      cause: error,
    });
  }
}

/** The database that every go command knows, and the one that GOSUMDB names here. */
/** The database that modules are held against, and where it is; undefined where that is switched off. */
function verification(
  { verify, sumdb }: GatewaySettings,
  { variable }: GoEnvironment,
): { verify: ChecksumOptions; databases: Record<string, string> } | undefined {
  const named = parseDatabase(verify.database ?? variable("GOSUMDB").value);
  if (named === undefined) return undefined;
  const url = sumdb?.[named.name] ?? named.url ?? `https://${named.name}`;
  const except = verify.except ?? variable("GONOSUMDB").value;
  return {
    verify: {
      database: named.name,
      verifierKey: named.verifierKey,
      except: except === "none" ? "" : except,
      isolateMs: verify.isolateFor,
    },
    databases: { [named.name]: url },
  };
}

function parseDatabase(gosumdb: string): ReturnType<typeof parseSumdb> {
  const sha256 = (data: Uint8Array): Uint8Array => createHash("sha256").update(data).digest();
  try {
    return parseSumdb(gosumdb === "" ? wellKnownDatabase : gosumdb, sha256);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new CommandError(
      `GOSUMDB, which says what modules are held against, can't be used: ${error.message}\nset it right, or set gateway.verify.database in fairlead.yaml (off: nothing is verified here)`,
      exitCode.usage,
      { cause: error },
    );
  }
}

function defaultDatabases(goEnvironment: GoEnvironment): Record<string, string> {
  const databases: Record<string, string> = { [wellKnownDatabase]: `https://${wellKnownDatabase}` };
  const { value } = goEnvironment.variable("GOSUMDB");
  try {
    const named = value === "" ? undefined : parseSumdb(value, (data) => createHash("sha256").update(data).digest());
    if (named !== undefined) databases[named.name] = named.url ?? `https://${named.name}`;
  } catch (error) {
    // A GOSUMDB that Go would refuse is for `fairlead route` to explain; the gateway can do without.
    if (!(error instanceof ModuleError)) throw error;
  }
  return databases;
}

const wellKnownDatabase = "sum.golang.org";
