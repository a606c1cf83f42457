// What a package tool would show a registry to be let in, read from the tool's own files. It goes to that registry alone, and is
// in no log or message.

import { parseNetrc } from "../netrc.ts";
import { readNpmrc } from "./npmrc.ts";

/** The value of an Authorization header for an address; undefined where the tool has nothing for it. */
export type Credentials = (url: URL) => string | undefined;

export const noCredentials: Credentials = () => undefined;

/**
 * npm's: `//host/path/:_authToken=…` and its kin count for all addresses below, the longest first
 * (docs.npmjs.com/cli/configuring-npm/npmrc#auth-related-configuration).
 *
 * @param files The texts of .npmrc files, the strongest first.
 */
export function npmCredentials(files: readonly string[], env: NodeJS.ProcessEnv): Credentials {
  const settings = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    const key = /^npm_config_(\/\/.*)$/i.exec(name)?.[1];
    if (key !== undefined && value !== undefined) settings.set(key, value);
  }
  for (const text of files) {
    for (const [key, value] of readNpmrc(text, env)) if (!settings.has(key)) settings.set(key, value);
  }
  return (url) => {
    // The address itself, then each folder above it.
    for (let place = `//${url.host}${url.pathname}`; place.length > 2; place = place.replace(/[^/]*\/?$/, "")) {
      const found = authorizationAt(place.endsWith("/") ? place : `${place}/`, settings);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function authorizationAt(place: string, settings: ReadonlyMap<string, string>): string | undefined {
  const token = settings.get(`${place}:_authToken`);
  if (token !== undefined) return `Bearer ${token}`;
  const both = settings.get(`${place}:_auth`);
  if (both !== undefined) return `Basic ${both}`;
  const [user, password] = [settings.get(`${place}:username`), settings.get(`${place}:_password`)];
  // npm keeps a password alone in base64.
  if (user === undefined || password === undefined) return undefined;
  return basic(user, Buffer.from(password, "base64").toString("utf8"));
}

/** pip's: user and password of an index go to its whole host (PEP 503 files often lie elsewhere on it), else .netrc. */
export function pipCredentials(indexes: readonly string[], netrc: string): Credentials {
  const logins = parseNetrc(netrc);
  return (url) => {
    const index = indexes
      .map((each) => URL.parse(each))
      .find((each) => each?.host === url.host && each.username !== "");
    if (index !== undefined && index !== null)
      return basic(decodeURIComponent(index.username), decodeURIComponent(index.password));
    const login = logins.find(({ machine }) => machine === url.hostname);
    return login === undefined ? undefined : basic(login.login, login.password);
  };
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
