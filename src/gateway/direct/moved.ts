// Where a repository that answers 3xx has gone. git itself is told to follow nothing: it would not look whose address that is.

import { readFile } from "node:fs/promises";
import { EnvHttpProxyAgent, request } from "undici";
import { basicOf, loginFor, type Reach } from "./gitAccess.ts";

const tail = "/info/refs?service=git-upload-pack";

/** The new address: on the same host, or in public over https. undefined: none that may be followed. */
export async function movedTo(at: Reach, caFile: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  const old = URL.parse(at.url);
  if (old === null || !/^https?:$/.test(old.protocol)) return undefined;
  const login = await loginFor(old, at.rule);
  const authorization = login && basicOf(login);
  const ca = caFile === undefined ? undefined : await readFile(caFile);
  const dispatcher = new EnvHttpProxyAgent({ connect: { ca } });
  try {
    const { headers, body } = await request(`${at.url}${tail}`, {
      dispatcher,
      headers: authorization === undefined ? {} : { authorization },
      signal,
      headersTimeout: 20_000,
    });
    await body.dump();
    const location = headers["location"];
    const next = typeof location === "string" ? URL.parse(location, `${at.url}${tail}`) : null;
    if (next === null || !next.pathname.endsWith("/info/refs")) return undefined;
    next.pathname = next.pathname.slice(0, -"/info/refs".length);
    next.search = "";
    next.username = next.password = "";
    // Another host is looked at by its own rule, or must be public (gitAccess.ts).
    return next.protocol === "https:" || next.origin === old.origin ? next.href : undefined;
  } catch {
    return undefined;
  } finally {
    await dispatcher.destroy();
  }
}
