// What a request asks for, from nothing but its target. Everything here is chosen by whoever sends the request: a path
// is believed only after percent-decoding, unescaping and Go's own checks, and what comes out is rebuilt from the
// checked parts, so no byte of the request reaches a file name or an upstream as it was sent.
//
// Source: https://go.dev/ref/mod#goproxy-protocol, https://go.dev/design/25530-sumdb#proxying-a-checksum-database

import {
  canonicalVersion,
  check,
  checkPath,
  escapePath,
  escapeVersion,
  unescapePath,
  unescapeVersion,
} from "../gomod/module.ts";
import { GatewayError } from "./gatewayError.ts";

export type FileKind = "info" | "mod" | "zip";

/** A file of one version, immutable. `key` names it below the cache's folder: `<escaped>/@v/<escaped>.<kind>`. */
export interface FileRoute {
  readonly kind: FileKind;
  readonly module: string;
  readonly version: string;
  readonly key: string;
}

/** An answer that changes with time: a list, the latest version, or a branch, revision or range resolved. */
export interface AnswerRoute {
  readonly kind: "list" | "latest" | "query";
  readonly module: string;
  /** The query, or "" where the kind says all. */
  readonly version: string;
  readonly key: string;
}

/** A request to a checksum database, passed through. `key` is the part after `/sumdb/`. */
export interface SumdbRoute {
  readonly kind: "sumdb-supported" | "sumdb-latest" | "sumdb-lookup" | "sumdb-tile";
  /** Host name of the database. */
  readonly database: string;
  /** The path at the database, with its leading slash. */
  readonly path: string;
  readonly key: string;
}

/** The server's own pages. */
export interface PageRoute {
  readonly kind: "home" | "healthz" | "readyz" | "metrics" | "upstreams";
  readonly key: string;
}

export type Route = FileRoute | AnswerRoute | SumdbRoute | PageRoute;

/** Longer targets are refused: no module path and version that Go accepts come near it. */
const maxTarget = 4096;

const pages: ReadonlyMap<string, PageRoute> = new Map([
  ["/", { kind: "home", key: "" }],
  ["/healthz", { kind: "healthz", key: "healthz" }],
  ["/readyz", { kind: "readyz", key: "readyz" }],
  ["/metrics", { kind: "metrics", key: "metrics" }],
  // No module path: its first element would have a dot.
  ["/api/upstreams", { kind: "upstreams", key: "api/upstreams" }],
]);

/** Parses a request target in origin-form or absolute-form. Throws GatewayError (400, 404, 414). */
export function parseTarget(target: string): Route {
  if (target.length > maxTarget) {
    throw new GatewayError(
      "uri-too-long",
      `the request target is ${target.length} bytes long; the limit is ${maxTarget}`,
    );
  }
  const path = decodePath(target);
  const page = pages.get(path);
  if (page !== undefined) return page;
  if (path.startsWith("/sumdb/")) return parseSumdb(path);
  return parseModule(path);
}

/** The target's path, percent-decoded once, without its query. Throws GatewayError. */
export function decodePath(target: string): string {
  // Absolute-form (RFC 9112 §3.2.2) is what a client sends that takes us for a forward proxy; its path is what counts.
  const origin = /^https?:\/\/[^/?#]*/i.exec(target)?.[0] ?? "";
  const end = target.indexOf("?");
  const raw = target.slice(origin.length, end < 0 ? undefined : end);
  let path: string;
  try {
    path = decodeURIComponent(raw);
  } catch {
    throw new GatewayError("bad-request", `malformed percent-encoding in ${show(raw)}`);
  }
  if (!path.startsWith("/")) {
    if (path === "" && origin !== "") return "/";
    throw new GatewayError("bad-request", `the request target must be a path that begins with "/", not ${show(raw)}`);
  }
  return path;
}

function parseModule(path: string): Route {
  const latest = "/@latest";
  if (path.endsWith(latest)) {
    const module = parseModulePath(path.slice(1, -latest.length));
    return { kind: "latest", module, version: "", key: `${escapePath(module)}/@latest` };
  }
  const at = path.indexOf("/@v/");
  if (at < 0) {
    throw new GatewayError(
      "not-found",
      `${show(path)} is not an address of the GOPROXY protocol\nexpected /<module>/@v/list, /<module>/@v/<version>.info, .mod or .zip, or /<module>/@latest`,
    );
  }
  const module = parseModulePath(path.slice(1, at));
  const name = path.slice(at + "/@v/".length);
  const folder = `${escapePath(module)}/@v`;
  if (name === "list") return { kind: "list", module, version: "", key: `${folder}/list` };

  const dot = name.lastIndexOf(".");
  const kind = dot < 0 ? "" : name.slice(dot + 1);
  if (kind !== "info" && kind !== "mod" && kind !== "zip") {
    throw new GatewayError(
      "not-found",
      `${show(name)} is not a file of a module version\nexpected list, <version>.info, <version>.mod or <version>.zip`,
    );
  }
  const version = parseVersion(name.slice(0, dot));
  const key = `${folder}/${name}`;
  if (isCanonical(version)) {
    try {
      check(module, version);
    } catch (error) {
      // v2.0.0 of a path without /v2 is what the go command asks for where v2.0.0+incompatible may be the answer.
      if (kind === "info" && isValid(module, `${version}+incompatible`)) return { kind: "query", module, version, key };
      throw new GatewayError("not-found", textOf(error), { cause: error });
    }
    return { kind, module, version, key };
  }
  if (kind !== "info") {
    throw new GatewayError(
      "not-found",
      `${show(version)} is not a canonical version, and only .info resolves branches, revisions and ranges\nask for ${module}/@v/${version}.info first, then for the version it names`,
    );
  }
  return { kind: "query", module, version, key };
}

function isValid(module: string, version: string): boolean {
  try {
    check(module, version);
    return true;
  } catch {
    return false;
  }
}

function parseModulePath(escaped: string): string {
  try {
    const module = unescapePath(escaped);
    checkPath(module);
    return module;
  } catch (error) {
    throw new GatewayError(
      "bad-request",
      `${textOf(error)}\nin a request, an upper-case letter is written as "!" and the lower-case one`,
      { cause: error },
    );
  }
}

function parseVersion(escaped: string): string {
  // Go's escaping knows no comparisons (its command resolves them itself); other clients may ask for them.
  const operator = /^[<>]=?/.exec(escaped)?.[0] ?? "";
  try {
    return operator + unescapeVersion(escaped.slice(operator.length));
  } catch (error) {
    throw new GatewayError(
      "bad-request",
      `${textOf(error)}\nin a request, an upper-case letter is written as "!" and the lower-case one`,
      { cause: error },
    );
  }
}

function isCanonical(version: string): boolean {
  return version !== "" && canonicalVersion(version) === version;
}

const hostName = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/;
// Height, level, index in groups of three digits, and the width of a partial tile: golang.org/x/mod/sumdb/tlog.Tile.Path.
const tilePath = /^\/tile\/\d{1,2}\/(?:data|\d{1,2})(?:\/x\d{3}){0,5}\/\d{3}(?:\.p\/\d{1,3})?$/;

function parseSumdb(path: string): SumdbRoute {
  const rest = path.slice("/sumdb/".length);
  const slash = rest.indexOf("/");
  const database = slash < 0 ? rest : rest.slice(0, slash);
  const inner = slash < 0 ? "" : rest.slice(slash);
  if (!hostName.test(database)) {
    throw new GatewayError("bad-request", `${show(database)} is not the name of a checksum database`);
  }
  const route = (kind: SumdbRoute["kind"], checked: string): SumdbRoute => ({
    kind,
    database,
    path: checked,
    key: `sumdb/${database}${checked}`,
  });
  if (inner === "/supported") return route("sumdb-supported", inner);
  if (inner === "/latest") return route("sumdb-latest", inner);
  if (tilePath.test(inner)) return route("sumdb-tile", inner);
  if (inner.startsWith("/lookup/")) return route("sumdb-lookup", lookupPath(inner.slice("/lookup/".length)));
  throw new GatewayError(
    "not-found",
    `${show(inner)} is not an address of a checksum database\nexpected /supported, /latest, /lookup/<module>@<version> or /tile/…`,
  );
}

function lookupPath(text: string): string {
  const at = text.indexOf("@");
  const module = parseModulePath(at < 0 ? text : text.slice(0, at));
  const version = parseVersion(at < 0 ? "" : text.slice(at + 1));
  if (!isCanonical(version))
    throw new GatewayError(
      "bad-request",
      `${show(version)} is not a canonical version; a checksum database knows only those`,
    );
  return `/lookup/${escapePath(module)}@${escapeVersion(version)}`;
}

/** Quoted for an error text: control characters escaped, bounded in length. */
function show(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
