// Finds a module path's repository: by rule, by its form, or by asking the host with `?go-get=1`.
//
// Source: cmd/go/internal/vcs/vcs.go, repoRootForImportDynamic.

import { request, type Dispatcher } from "undici";
import { describeNetworkError } from "../networkError.ts";
import { isPrivateAddress } from "../privateAddress.ts";
import { SourceFailure } from "../source.ts";
import { type DirectRule, ruleFor } from "./directOptions.ts";
import { basicOf, loginFor } from "./gitAccess.ts";
import { type GoImport, matchGoImport, parseGoImports } from "./goImport.ts";
import { type Found, findByForm } from "./knownHosts.ts";

export interface DiscoveryParts {
  readonly rules: readonly DirectRule[];
  /** For hosts that a rule names, and for trusted modules. */
  readonly dispatcher: Dispatcher;
  /** Connects to public addresses only. */
  readonly publicDispatcher: Dispatcher;
}

interface Asking {
  /** The host may be in a private network. */
  readonly isTrusted: boolean;
  /** Who has asked so far, for loops of gateways. */
  readonly via: string | undefined;
  readonly signal: AbortSignal;
}

const pageLimit = 1 << 20;
const maxRedirects = 5;
const keptForMs = 60_000;
const keptAtMost = 10_000;

export class Discovery {
  readonly #parts: DiscoveryParts;
  readonly #kept = new Map<string, { readonly found: Found; readonly until: number }>();

  constructor(parts: DiscoveryParts) {
    this.#parts = parts;
  }

  /** Throws SourceFailure. */
  async find(path: string, isTrusted: boolean, via: string | undefined, signal: AbortSignal): Promise<Found> {
    const known = findByForm(path, this.#parts.rules);
    if (known !== undefined) return known;
    const kept = this.#kept.get(path);
    if (kept !== undefined && kept.until > Date.now()) return kept.found;
    const found = await this.#ask(path, { isTrusted, via, signal });
    if (this.#kept.size >= keptAtMost) this.#kept.clear();
    this.#kept.set(path, { found, until: Date.now() + keptForMs });
    return found;
  }

  async #ask(path: string, asking: Asking): Promise<Found> {
    if (!(path.split("/", 1)[0] ?? "").includes("."))
      throw new SourceFailure("not-found", `${path}: the first element of the path is no host`);
    const meta = await this.#import(path, asking);
    // A page may speak for itself alone: that of the prefix must say the same.
    if (meta.prefix !== path) {
      const above = await this.#import(meta.prefix, asking);
      if (
        above.prefix !== meta.prefix ||
        above.vcs !== meta.vcs ||
        above.root !== meta.root ||
        above.subdir !== meta.subdir
      ) {
        throw new SourceFailure(
          "bad-answer",
          `https://${path}?go-get=1 and https://${meta.prefix}?go-get=1 name different repositories: ${meta.root} and ${above.root}`,
        );
      }
    }
    if (meta.vcs !== "git" && meta.vcs !== "mod")
      throw new SourceFailure("not-found", `${path}: version control by ${meta.vcs} is not supported, only git`);
    const root = URL.parse(meta.root);
    const allowed = meta.vcs === "mod" ? ["https:"] : ["https:", "ssh:", "git+ssh:"];
    if (root === null || !allowed.includes(root.protocol) || root.password !== "") {
      throw new SourceFailure(
        "bad-answer",
        `${path}: the go-import tag names ${JSON.stringify(meta.root)}, which is no address that may be used`,
      );
    }
    if (/(^|\/)\.\.?(\/|$)|\\|^\//.test(meta.subdir))
      throw new SourceFailure("bad-answer", `${path}: the go-import tag names a folder that is none`);
    return { root: meta.prefix, vcs: meta.vcs, url: meta.root, subdir: meta.subdir };
  }

  async #import(path: string, asking: Asking): Promise<GoImport> {
    const { html, status, from } = await this.#page(path, asking);
    const match = matchGoImport(parseGoImports(html), path);
    if (match === "several") throw new SourceFailure("bad-answer", `${from}: several go-import tags match ${path}`);
    if (match !== undefined) return match;
    switch (status) {
      case 401:
        throw new SourceFailure(
          "not-found",
          `${from}: 401: the host wants credentials; add a token for it to gateway.direct.rules, or a line to .netrc`,
        );
      case 403:
        throw new SourceFailure("forbidden", `${from}: 403: no right to see it`);
      case 404:
      case 410:
      case 200:
        throw new SourceFailure(
          "not-found",
          `${from}: ${status === 200 ? "no go-import meta tag for this path" : status}`,
        );
      default:
        throw new SourceFailure("outage", `${from}: ${status}`, { transient: status >= 500 });
    }
  }

  async #page(path: string, asking: Asking): Promise<{ html: string; status: number; from: string }> {
    let url = new URL(`https://${path}?go-get=1`);
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const { statusCode, headers, body } = await this.#get(url, asking);
      const location = headers["location"];
      if ([301, 302, 303, 307, 308].includes(statusCode) && typeof location === "string") {
        await body.dump();
        const next = URL.parse(location, url.href);
        if (next === null || next.protocol !== "https:")
          throw new SourceFailure(
            "bad-answer",
            `${url.href} redirects to ${JSON.stringify(location.slice(0, 200))}, which is not https`,
          );
        url = next;
        continue;
      }
      const html = await text(body, url.href);
      return { html, status: statusCode, from: `https://${path}?go-get=1` };
    }
    throw new SourceFailure("bad-answer", `https://${path}?go-get=1 redirects more than ${maxRedirects} times`);
  }

  async #get(url: URL, { isTrusted, via, signal }: Asking): Promise<Dispatcher.ResponseData> {
    const { rules, dispatcher, publicDispatcher } = this.#parts;
    const rule = ruleFor(rules, url.host + url.pathname);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const isNamed = rule !== undefined || isTrusted;
    if (!isNamed && isPrivateAddress(host)) throw privateHost(host);
    const login = await loginFor(url, rule);
    const headers: Record<string, string> = { "user-agent": "Fairlead" };
    if (via !== undefined) headers["via"] = via;
    if (login !== undefined) headers["authorization"] = basicOf(login);
    try {
      const response = await request(url, {
        dispatcher: isNamed ? dispatcher : publicDispatcher,
        headers,
        signal,
      });
      response.body.on("error", () => undefined);
      return response;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EPRIVATE")
        throw new SourceFailure(
          "forbidden",
          `${error.message}; name the host in gateway.direct.rules if modules come from there`,
          { cause: error },
        );
      const { text: what, timeout, transient } = describeNetworkError(error);
      throw new SourceFailure(timeout ? "timeout" : "outage", `${url.host}: ${what}`, { transient, cause: error });
    }
  }
}

/** For an address that no rule names. */
export function privateHost(host: string): SourceFailure {
  return new SourceFailure(
    "forbidden",
    `${host} is a private address; name it in gateway.direct.rules if modules come from there`,
  );
}

async function text(body: AsyncIterable<Uint8Array>, from: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      // Its head is at the beginning.
      if ((length += chunk.length) > pageLimit) break;
    }
  } catch (error) {
    const { text: what, timeout } = describeNetworkError(error);
    throw new SourceFailure(timeout ? "timeout" : "outage", `${from}: ${what}`, { transient: true, cause: error });
  }
  return Buffer.concat(chunks).toString("utf8");
}
