/**
 * Go's net/url.Parse, as far as GOPROXY and GOSUMDB need it: whether a URL is one, in Go's words if not, and how Go would
 * print it with the password masked. WHATWG URLs are no substitute: `new URL()` drops tabs, turns backslashes, lower-cases
 * hosts, and takes what Go refuses.
 *
 * Two differences are meant. Go quotes the whole URL in its error, password and all; here that is masked, as messages end up
 * in logs. And for what is no IPv6 address in brackets, the words behind `invalid host:` are ours.
 */
import { ModuleError } from "../error.ts";
import { quote } from "../quote.ts";
import { fromByteString, toByteString } from "../utf8.ts";
import { isIPv4, isIPv6 } from "./ipv6.ts";
import { escapeUrl, isValidEncoded, unescapeUrl, type UrlPart } from "./urlEscape.ts";

export interface GoUrl {
  /** In lower case; empty if there is none. */
  readonly scheme: string;
  readonly host: string;
  /** How the path was escaped, if not as Go would. */
  readonly rawPath: string;
  /** Beside the scheme, there is but a path. `file:/x`, without the empty host of `file:///x`, doesn't count. */
  readonly hasOnlyPath: boolean;
  /** Beside the scheme, there is but a host and a path. */
  readonly hasOnlyHostAndPath: boolean;
  /** The URL as Go prints it, the password as `xxxxx`. */
  readonly redacted: string;
}

interface Userinfo {
  readonly username: string;
  readonly password: string | undefined;
}

/** The parts as byte strings (see utf8.ts), as in Go's url.URL. */
interface Parts {
  scheme: string;
  opaque: string;
  user: Userinfo | undefined;
  host: string;
  path: string;
  rawPath: string;
  query: string;
  /** The URL ends in a question mark. */
  forceQuery: boolean;
  /** `scheme:/path`, with no `//`. */
  omitHost: boolean;
  fragment: string;
  rawFragment: string;
}

/** Parses. @throws ModuleError `invalidSetting`: `parse "https://a b": invalid character " " in host name`. */
export function parseGoUrl(text: string): GoUrl {
  const bytes = toByteString(text);
  const hash = bytes.indexOf("#");
  const beforeFragment = hash < 0 ? bytes : bytes.slice(0, hash);
  const parts = parseParts(beforeFragment);
  if (hash >= 0 && hash + 1 < bytes.length) {
    const raw = bytes.slice(hash + 1);
    parts.fragment = unescaped(raw, "fragment", bytes);
    parts.rawFragment = raw === escapeUrl(parts.fragment, "fragment") ? "" : raw;
  }
  const hasOnlyHostAndPath =
    parts.opaque === "" &&
    parts.user === undefined &&
    parts.query === "" &&
    !parts.forceQuery &&
    !parts.omitHost &&
    parts.fragment === "";
  return {
    scheme: parts.scheme,
    host: fromByteString(parts.host),
    rawPath: fromByteString(parts.rawPath),
    hasOnlyPath: hasOnlyHostAndPath && parts.host === "",
    hasOnlyHostAndPath,
    redacted: fromByteString(formatRedacted(parts)),
  };
}

/**
 * A URL for a message, what may be a password in it masked: all from the colon behind what may be a user's name to the last
 * `@`, since a password that was not escaped may hold anything.
 */
export function maskPassword(url: string): string {
  return url.replace(/^((?:[A-Za-z][0-9A-Za-z+.-]*:)?(?:\/\/)?[^/?#:]*:)(?!\/\/).*@/s, "$1xxxxx@");
}

function failure(url: string, fault: string): ModuleError {
  const text = fromByteString(url);
  const masked = maskPassword(text);
  // The beginning of a password with a slash in it looks like a port.
  const shown =
    masked === text ? fault : fault.replace(/^invalid port ".*" after host$/s, 'invalid port ":xxxxx" after host');
  return new ModuleError("invalidSetting", `parse ${quote(masked)}: ${shown}`);
}

function unescaped(text: string, part: UrlPart, url: string): string {
  const result = unescapeUrl(text, part);
  if ("fault" in result) throw failure(url, result.fault);
  return result.bytes;
}

function parseParts(url: string): Parts {
  const parts: Parts = {
    scheme: "",
    opaque: "",
    user: undefined,
    host: "",
    path: "",
    rawPath: "",
    query: "",
    forceQuery: false,
    omitHost: false,
    fragment: "",
    rawFragment: "",
  };
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(url)) throw failure(url, "net/url: invalid control character in URL");
  if (url === "*") return { ...parts, path: "*" };

  if (url.startsWith(":")) throw failure(url, "missing protocol scheme");
  const scheme = /^([A-Za-z][0-9A-Za-z+.-]*):/.exec(url)?.[1];
  parts.scheme = scheme?.toLowerCase() ?? "";
  const afterScheme = scheme === undefined ? url : url.slice(scheme.length + 1);
  const question = afterScheme.indexOf("?");
  let rest = question < 0 ? afterScheme : afterScheme.slice(0, question);
  parts.query = question < 0 ? "" : afterScheme.slice(question + 1);
  parts.forceQuery = question === afterScheme.length - 1 && question >= 0;

  if (!rest.startsWith("/")) {
    if (parts.scheme !== "") return { ...parts, opaque: rest };
    // Or `cache_object:foo` would be a path (golang.org/issue/16822).
    if (/^[^/]*:/.test(rest)) throw failure(url, "first path segment in URL cannot contain colon");
  }
  if (rest.startsWith("//") && (parts.scheme !== "" || !rest.startsWith("///"))) {
    const slash = rest.indexOf("/", 2);
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    rest = slash < 0 ? "" : rest.slice(slash);
    const at = authority.lastIndexOf("@");
    parts.host = parseHost(authority.slice(at + 1), parts.scheme, url);
    if (at >= 0) parts.user = parseUserinfo(authority.slice(0, at), url);
  } else if (parts.scheme !== "" && rest.startsWith("/")) {
    parts.omitHost = true;
  }
  parts.path = unescaped(rest, "path", url);
  parts.rawPath = rest === escapeUrl(parts.path, "path") ? "" : rest;
  return parts;
}

function parseUserinfo(text: string, url: string): Userinfo {
  if (!/^[-0-9A-Za-z._:~!$&'()*+,;=%@]*$/.test(text)) throw failure(url, "net/url: invalid userinfo");
  const colon = text.indexOf(":");
  if (colon < 0) return { username: unescaped(text, "userPassword", url), password: undefined };
  const username = unescaped(text.slice(0, colon), "userPassword", url);
  return { username, password: unescaped(text.slice(colon + 1), "userPassword", url) };
}

function parseHost(host: string, scheme: string, url: string): string {
  const bracket = host.lastIndexOf("[");
  if (bracket > 0) throw failure(url, "invalid IP-literal");
  if (bracket === 0) return parseIPLiteral(host, url);
  const first = host.indexOf(":");
  if (first >= 0) {
    // Lists of hosts are allowed outside the web (golang.org/issue/75223).
    const strict = scheme === "http" || scheme === "https";
    checkPort(host.slice(strict ? first : host.lastIndexOf(":")), url);
  }
  return unescaped(host, "host", url);
}

/** `[fe80::1]`, `[fe80::1%25en0]:80` (RFC 3986 and RFC 6874). */
function parseIPLiteral(host: string, url: string): string {
  const end = host.lastIndexOf("]");
  if (end < 0) throw failure(url, "missing ']' in host");
  const port = host.slice(end + 1);
  checkPort(port, url);
  const name = host.slice(1, end);
  const zoneAt = name.indexOf("%25");
  const address = unescaped(zoneAt < 0 ? name : name.slice(0, zoneAt), "host", url);
  const zone = zoneAt < 0 ? "" : unescaped(name.slice(zoneAt), "zone", url);
  if (isIPv4(address + zone)) throw failure(url, "invalid IP-literal");
  if (!isIPv6(address + zone)) throw failure(url, `invalid host: not an IPv6 address: ${quote(address + zone)}`);
  return `[${address}${zone}]${port}`;
}

function checkPort(port: string, url: string): void {
  if (!/^(?::[0-9]*)?$/.test(port)) throw failure(url, `invalid port ${quote(fromByteString(port))} after host`);
}

/** Go's URL.Redacted. */
function formatRedacted(parts: Parts): string {
  const scheme = parts.scheme === "" ? "" : `${parts.scheme}:`;
  const hierarchical = parts.opaque === "" ? formatHierarchical(parts, scheme) : scheme + parts.opaque;
  const query = parts.forceQuery || parts.query !== "" ? `?${parts.query}` : "";
  const fragment = parts.fragment === "" ? "" : `#${escapedForm(parts.fragment, parts.rawFragment, "fragment")}`;
  return hierarchical + query + fragment;
}

function formatHierarchical(parts: Parts, scheme: string): string {
  let text = scheme;
  const hasAuthority = parts.host !== "" || parts.user !== undefined;
  if (hasAuthority || (scheme !== "" && !parts.omitHost && parts.path !== "")) text += "//";
  if (parts.user !== undefined) text += `${formatUserinfo(parts.user)}@`;
  text += escapeUrl(parts.host, "host");
  const path = parts.path === "*" ? "*" : escapedForm(parts.path, parts.rawPath, "path");
  if (path !== "" && !path.startsWith("/") && parts.host !== "") text += "/";
  // `this:that` would read as a scheme (RFC 3986, 4.2).
  if (text === "" && /^[^/]*:/.test(path)) text += "./";
  return text + path;
}

function formatUserinfo(user: Userinfo): string {
  const username = escapeUrl(user.username, "userPassword");
  return user.password === undefined ? username : `${username}:xxxxx`;
}

/** The way it was escaped, if that is a valid way; else Go's own. */
function escapedForm(text: string, raw: string, part: "path" | "fragment"): string {
  if (raw !== "" && isValidEncoded(raw, part)) {
    const decoded = unescapeUrl(raw, part);
    if ("bytes" in decoded && decoded.bytes === text) return raw;
  }
  return escapeUrl(text, part);
}
