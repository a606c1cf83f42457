// A .npmrc as it is written: an ini file without sections (https://docs.npmjs.com/cli/configuring-npm/npmrc).
import type { Span } from "../jsonPlace.ts";

export interface NpmrcLine extends Span {
  readonly key: string;
  /** Without quotes; variables as they are written. */
  readonly value: string;
}

export function readNpmrcLines(text: string): readonly NpmrcLine[] {
  return [...text.matchAll(/^[ \t]*([^\s=;#[][^=\r\n]*?)[ \t]*=[ \t]*(.*?)[ \t]*\r?$/gm)].map((match) => {
    const [whole, key = "", value = ""] = match;
    const start = match.index + whole.indexOf(key);
    return { key, value: value.replace(/^(["'])(.*)\1$/, "$2"), start, end: match.index + whole.trimEnd().length };
  });
}

export interface NpmCredential extends NpmrcLine {
  /** What it is for: `//registry.example.com/npm/`, as written before the colon. */
  readonly registry: string;
}

/** Lines that log in somewhere: `//host/path/:_authToken=…`. */
export function npmCredentials(lines: readonly NpmrcLine[]): readonly NpmCredential[] {
  return lines.flatMap((line) => {
    const registry = /^(\/\/.+?):(?:_authToken|_auth|_password)$/.exec(line.key)?.[1];
    return registry === undefined ? [] : [{ ...line, registry }];
  });
}

export interface NpmRegistry extends NpmrcLine {
  /** undefined: of all that no scope's line is for. */
  readonly scope: string | undefined;
  readonly url: URL;
}

/** Lines that say where packages come from: `registry=…`, `@team:registry=…`. Those with variables in them are left out. */
export function npmRegistries(lines: readonly NpmrcLine[]): readonly NpmRegistry[] {
  return lines.flatMap((line) => {
    const [, scope] = /^(?:(@[^:/]+):)?registry$/.exec(line.key) ?? [];
    const url = /(^|:)registry$/.test(line.key) && !line.value.includes("${") ? URL.parse(line.value) : null;
    return url === null ? [] : [{ ...line, scope, url }];
  });
}

/**
 * Whether npm shows a credential to a registry: it looks under the address, then under each address above it
 * (npm-registry-fetch, auth.js).
 */
export function isFor({ registry }: NpmCredential, { host, pathname }: URL): boolean {
  const key = registry.replace(/\/$/, "");
  const asked = `//${host}${pathname}`.replace(/\/$/, "");
  return asked === key || asked.startsWith(`${key}/`);
}
