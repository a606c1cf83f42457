/** Where a repository is hosted, from the URL of its remote. */
import type { GitRemote } from "./gitState.ts";

export type ForgeKind = "gitlab" | "github";

export interface Forge {
  /** undefined where the host's name doesn't say it. */
  readonly kind: ForgeKind | undefined;
  /** For people: `https://git.corp.example/team/shop`. */
  readonly web: string;
}

/** The forge of `origin`, or of the first remote; undefined where none is reached over a network. */
export function forgeOf(remotes: readonly GitRemote[]): Forge | undefined {
  const [url] = [...remotes]
    .sort((a, b) => Number(b.name === "origin") - Number(a.name === "origin"))
    .map(({ url }) => url);
  const place = url === undefined ? undefined : hostAndPath(url);
  if (place === undefined) return undefined;
  const { host, path } = place;
  const name = host.toLowerCase();
  const kind = name.includes("gitlab") ? "gitlab" : name.includes("github") ? "github" : undefined;
  return { kind, web: `https://${host}/${path}` };
}

/** `https://host/path.git`, `ssh://git@host:22/path`, `git@host:path`; credentials and ports of ssh fall away. */
function hostAndPath(url: string): { readonly host: string; readonly path: string } | undefined {
  const short = /^(?:[^@/\s]+@)?([A-Za-z0-9.-]+):(?!\/\/)([^\s]+)$/.exec(url);
  const parsed = short === null ? URL.parse(url) : null;
  const isWeb = parsed !== null && /^https?:$/.test(parsed.protocol);
  if (short === null && (parsed === null || !(isWeb || parsed.protocol === "ssh:"))) return undefined;
  const host = short?.[1] ?? (isWeb ? parsed?.host : parsed?.hostname) ?? "";
  const path = (short?.[2] ?? parsed?.pathname ?? "").replace(/^\/+|\/+$|(\.git)?\/*$/g, "");
  return host === "" || path === "" || !/^[\w./~+-]+$/.test(path) ? undefined : { host, path };
}
