import { type GoSettings, matchOf } from "./goSettings.ts";
import type { ModuleRoute } from "./moduleRoute.ts";
import { isLocalServer, looksPrivate, privatePattern } from "./privatePath.ts";
import type { HopProbe } from "./probe.ts";

/** What a source's answer means and what to do about it, where the status alone doesn't tell; undefined where it does. */
export function probeAdvice(probe: HopProbe, route: ModuleRoute, settings: GoSettings): string | undefined {
  if (probe.outcome === "found" || probe.next === "unreached") return undefined;
  if (probe.hop.kind === "direct") return directAdvice(probe, route);
  if (probe.hop.kind === "off") return undefined;
  const { status } = probe;
  if (status === 404 || status === 410 || status === 403) {
    return (
      [refusal(status, probe, route, settings), blocked(probe)].filter((text) => text !== "").join(" ") || undefined
    );
  }
  if (status === 401)
    return "It wants credentials. The go command takes them from ~/.netrc (or GOAUTH), for https alone.";
  if (status === 407)
    return "Not the module proxy speaks here but an HTTP proxy on the way, which wants credentials: see HTTPS_PROXY.";
  return blocked(probe) || undefined;
}

/** 404, 410 and 403 of a proxy that serves the world say of a private module just that it is private. */
function refusal(status: number, { hop }: HopProbe, { path }: ModuleRoute, settings: GoSettings): string {
  const url = URL.parse(hop.url);
  const isLocal = url === null || url.protocol === "file:" || isLocalServer(url);
  if (isLocal) return status === 403 ? "Its rules refuse this path." : "";
  const isPrivate = matchOf(settings("GOPRIVATE"), path);
  const sign = isPrivate === undefined ? looksPrivate(path) : `GOPRIVATE's "${isPrivate.pattern}" matches`;
  const setting = `go env -w GOPRIVATE=${privatePattern(path)}`;
  if (sign !== undefined) {
    return `The path is probably private (${sign}), and a public proxy can only fetch what everybody can: ${status} is all that it can say of it. To fetch it with your own git credentials: ${setting}`;
  }
  return `Either there is no such path or version, or not everybody can read its repository. If it is private: ${setting}`;
}

/** Why the way ends here although it goes on in GOPROXY. */
function blocked({ hop, next, status }: HopProbe): string {
  if (next !== "stop" || hop.onward !== "notFound") return "";
  const what = status === undefined ? "No answer" : String(status);
  return `${what} is no "not found": behind a comma only 404 and 410 lead on, so that an outage never sends names elsewhere.`;
}

function directAdvice({ outcome, status }: HopProbe, { path, download }: ModuleRoute): string | undefined {
  if (outcome === "failure") return undefined;
  const repository = `https://${path.split("/").slice(0, 3).join("/")}`;
  const try_ = `Try what the go command does next: GIT_TERMINAL_PROMPT=0 git ls-remote ${repository}`;
  if (status === 200) return undefined;
  const insecure = download.direct?.insecure === undefined ? "" : " (GOINSECURE allows plain http)";
  return `Private repositories answer so to whoever shows no credentials${insecure}. ${try_}`;
}
