import { parseProxyList, type ProxyEntry } from "../gomod/goenv.ts";
import { ModuleError } from "../gomod/error.ts";
import { redactUrl } from "../config/redact.ts";
import { type GoEnvironment, readGoEnvironment } from "./goEnvironment.ts";
import { localHost } from "./goHost.ts";

/** Where a gateway gets modules from when nobody told it. */
export interface DefaultUpstream {
  /** A GOPROXY list; it may hold credentials. */
  readonly list: string;
  /** What a person should know: which entries were left out, and why. Without credentials. */
  readonly warnings: readonly string[];
}

/** Go's configuration names no upstream that a gateway could use. The message says what to do. */
export class NoUpstreamError extends Error {
  override readonly name = "NoUpstreamError";
  readonly code: "noGo" | "invalidProxy" | "nothingLeft";

  constructor(code: NoUpstreamError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether a URL leads to the gateway itself, which would then ask itself. */
export type IsOwn = (url: URL) => boolean | Promise<boolean>;

/**
 * What the go command here would use, without the gateway's own address: developers point GOPROXY at the gateway, and the
 * gateway must not follow it there. If only `direct` or `off` is left then, the distribution's own default counts.
 *
 * @throws NoUpstreamError
 */
export async function defaultUpstream(isOwn: IsOwn, environment?: GoEnvironment): Promise<DefaultUpstream> {
  const { variable, toolchainProxy } = environment ?? (await readGoEnvironment(localHost(process.env)));
  const { value } = variable("GOPROXY");
  if (value === "") throw noDefault("GOPROXY is set nowhere, and no go command was found whose default could be taken");
  const { kept, own } = await leaveOut(parse(value), isOwn);
  if (own.length === 0) return { list: value, warnings: [] };
  const shown = own.map(({ url }) => redactUrl(url)).join(", ");
  const leftOut = `GOPROXY names this gateway itself (${shown}): left out`;
  if (kept.some(({ url }) => !isKeyword(url))) return { list: join(kept), warnings: [leftOut] };
  if (toolchainProxy === undefined) {
    throw noDefault(
      `GOPROXY names nothing but this gateway itself (${shown}), and no go command was found whose default could be taken`,
    );
  }
  const fallback = await leaveOut(parse(toolchainProxy), isOwn);
  if (fallback.kept.length === 0) {
    throw new NoUpstreamError(
      "nothingLeft",
      `GOPROXY and its default name nothing but this gateway itself (${shown}); ${hint}`,
    );
  }
  const list = join(fallback.kept);
  return { list, warnings: [`${leftOut}; modules come from the go command's default, ${redactUrl(list)}`] };
}

const hint = "say where modules come from: --upstream LIST, FAIRLEAD_UPSTREAM, or gateway.upstream in fairlead.yaml";

function noDefault(what: string): NoUpstreamError {
  return new NoUpstreamError("noGo", `${what}; ${hint}`);
}

function parse(list: string): readonly ProxyEntry[] {
  try {
    return parseProxyList(list);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new NoUpstreamError("invalidProxy", `GOPROXY can't be used: ${redactUrl(error.message)}; ${hint}`, {
      cause: error,
    });
  }
}

async function leaveOut(
  entries: readonly ProxyEntry[],
  isOwn: IsOwn,
): Promise<{ kept: ProxyEntry[]; own: ProxyEntry[] }> {
  const kept: ProxyEntry[] = [];
  const own: ProxyEntry[] = [];
  for (const entry of entries) {
    const url = isKeyword(entry.url) ? null : URL.parse(entry.url);
    const isSelf = url !== null && /^https?:$/.test(url.protocol) && (await isOwn(url));
    (isSelf ? own : kept).push(entry);
  }
  return { kept, own };
}

/** Each entry with the separator that stood behind it, which says when the next one is asked. */
function join(entries: readonly ProxyEntry[]): string {
  const parts = entries.map(({ url, fallBackOnAnyError }, index) => {
    if (index === entries.length - 1) return url;
    return url + (fallBackOnAnyError ? "|" : ",");
  });
  return parts.join("");
}

function isKeyword(url: string): boolean {
  return url === "direct" || url === "off";
}
