/** Hosts that many owners share. */
const sharedHosts = [
  "github.com",
  "gitlab.com",
  "bitbucket.org",
  "codeberg.org",
  "dev.azure.com",
  "git.sr.ht",
  "gitee.com",
];

/** Hosts of public projects that are named as companies name theirs. */
const publicHosts = [
  "code.gitea.io",
  "code.cloudfoundry.org",
  "git.apache.org",
  "gitlab.freedesktop.org",
  "gitlab.gnome.org",
];

/**
 * What in a module path suggests that only some may read it; undefined if nothing does. A guess from its host, for the
 * wording of advice: GOPRIVATE, where it is set, is what decides.
 */
export function looksPrivate(path: string): string | undefined {
  const host = path.split("/")[0] ?? "";
  const labels = host.toLowerCase().split(".");
  const top = labels.at(-1) ?? "";
  // RFC 6762, RFC 8375, and what companies have always used inside.
  if (["corp", "internal", "intranet", "lan", "local", "home", "private", "localdomain"].includes(top)) {
    return `.${top} is a name for inside`;
  }
  if (
    labels.length > 2 &&
    labels.slice(0, -1).some((label) => ["corp", "internal", "intranet", "private"].includes(label))
  ) {
    return `${host} sounds like a host for inside`;
  }
  if (sharedHosts.includes(host) || publicHosts.includes(host)) return undefined;
  const servers = ["git", "gitlab", "gitea", "gerrit", "bitbucket", "stash", "code", "scm", "vcs", "svn", "repo"];
  if (labels.length > 2 && servers.includes(labels[0] ?? "")) return `${host} sounds like a company's own server`;
  return undefined;
}

/** The pattern for GOPRIVATE that covers the path: its host, or host and owner where a host is shared by many. */
export function privatePattern(path: string): string {
  const [host = "", owner] = path.split("/");
  return sharedHosts.includes(host) && owner !== undefined ? `${host}/${owner}` : host;
}

/** Whether the address is of this machine or a private network, so that a server there is nobody's public proxy. */
export function isLocalServer(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "localhost" || host.endsWith(".localhost") || !/[.:]/.test(host)) return true;
  if (/^(127|10)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^169\.254\./.test(host) && /^[\d.]+$/.test(host)) return true;
  if (/^(::1$|f[cd][\da-f]{2}:|fe[89ab][\da-f]:)/.test(host)) return true;
  return looksPrivate(host) !== undefined;
}
