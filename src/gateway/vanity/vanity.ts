// Vanity import paths: `company.test/x` belongs to whoever answers at company.test. The name is the request's Host header,
// which its sender chooses: it only selects among the rules.

import type { IncomingMessage } from "node:http";
import type { Page, PageReply } from "../pages.ts";
import { decodePath } from "../route.ts";
import { vanityPage } from "./vanityPage.ts";
import { matchVanity, type VanityRule } from "./vanityRule.ts";

export class Vanity {
  readonly #rules: readonly VanityRule[];
  readonly #hosts: ReadonlySet<string>;

  constructor(rules: readonly VanityRule[]) {
    this.#rules = rules;
    this.#hosts = new Set(rules.map(({ prefix }) => prefix.split("/")[0] ?? ""));
  }

  /** The page of a request for an import path; undefined for all that is not ours, a GOPROXY address for one. */
  find(request: IncomingMessage): Page | undefined {
    if (this.#hosts.size === 0) return undefined;
    const target = request.url ?? "";
    // Absolute-form names the host once more, and that is what counts (RFC 9112 §3.2.2).
    const host = (/^https?:\/\/([^/?#]*)/i.exec(target)?.[1] ?? request.headers.host ?? "").toLowerCase();
    const name = host.replace(/:\d+$/, "");
    if (!this.#hosts.has(name)) return undefined;
    const path = pathOf(target);
    if (path === undefined || path === "/" || notOurs.test(path)) return undefined;
    const forwarded = request.headers["x-forwarded-proto"];
    const own = `${forwarded === "https" ? "https" : "http"}://${host}`;
    return async ({ method }) => this.#answer(method, `${name}${path.replace(/\/+$/, "")}`, own);
  }

  #answer(method: string, importPath: string, own: string): PageReply {
    const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
    const text = { ...headers, "content-type": "text/plain; charset=utf-8" };
    if (method === "POST") return { status: 405, headers: text, body: "only GET and HEAD\n" };
    const module = matchVanity(this.#rules, importPath);
    if (module === undefined) {
      const body = `no rule of gateway.vanity fits ${JSON.stringify(importPath.slice(0, 300))}\n`;
      return { status: 404, headers: text, body };
    }
    const body = vanityPage(module, module.repository ?? own, importPath);
    return { status: 200, headers: { ...headers, "content-type": "text/html; charset=utf-8" }, body };
  }
}

/** Addresses that mean the gateway by whatever name it is reached. */
const notOurs = /\/@v\/|\/@latest$|^\/sumdb\/|^\/api\/|^\/(healthz|readyz|metrics)$/;

function pathOf(target: string): string | undefined {
  try {
    return decodePath(target);
  } catch {
    return undefined;
  }
}
