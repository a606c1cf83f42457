// GOPROXY as a way through sources, and how far it is gone: cmd/go/internal/modfetch/proxy.go, TryProxies.
import { ModuleError } from "../gomod/error.ts";
import { parseProxyList } from "../gomod/goenv.ts";

/** One source. */
export interface Hop {
  readonly kind: "proxy" | "direct" | "off";
  /** Of a proxy: its URL, which may hold credentials. Else the word itself. */
  readonly url: string;
  /** After which answers the next one is asked: 404 and 410 alone (`,`), any failure (`|`), or none: it is the last. */
  readonly onward: "notFound" | "anyFailure" | "end";
}

/** What a source answered: it has the module; it says 404 or 410; or anything else, silence included. */
export type Outcome = "found" | "notFound" | "failure";

export interface ProxyChain {
  readonly hops: readonly Hop[];
  /** Entries that are never asked, as they stand behind `direct` or `off`. */
  readonly ignored: readonly string[];
  /** The go command's complaint about the list; there are no hops then. */
  readonly fault: string | undefined;
}

export const directHop: Hop = { kind: "direct", url: "direct", onward: "end" };

export function proxyChain(goproxy: string): ProxyChain {
  try {
    const entries = parseProxyList(goproxy);
    const hops = entries.map(({ url, fallBackOnAnyError }, index): Hop => {
      if (url === "direct" || url === "off") return { kind: url, url, onward: "end" };
      const isLast = index === entries.length - 1;
      return { kind: "proxy", url, onward: isLast ? "end" : fallBackOnAnyError ? "anyFailure" : "notFound" };
    });
    return { hops, ignored: ignoredEntries(goproxy), fault: undefined };
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    return { hops: [], ignored: [], fault: error.message };
  }
}

function ignoredEntries(goproxy: string): readonly string[] {
  const entries = goproxy.split(/[,|]/).map((entry) => entry.trim());
  const end = entries.findIndex((entry) => entry === "direct" || entry === "off");
  return end < 0 ? [] : entries.slice(end + 1).filter((entry) => entry !== "");
}

/** What the go command does after an answer. */
export function afterAnswer(hop: Hop, outcome: Outcome): "done" | "next" | "stop" {
  if (outcome === "found") return "done";
  if (hop.onward === "end") return "stop";
  return outcome === "notFound" || hop.onward === "anyFailure" ? "next" : "stop";
}

/** The sources that are really asked when they answer so: up to the one that has it, or that ends the way. */
export function askedHops(hops: readonly Hop[], answer: (hop: Hop) => Outcome): readonly Hop[] {
  const last = hops.findIndex((hop) => hop.kind === "off" || afterAnswer(hop, answer(hop)) !== "next");
  const asked = last < 0 ? hops : hops.slice(0, last + 1);
  return asked.filter(({ kind }) => kind !== "off");
}

/**
 * By which way a checksum database is reached (sumdb.go, initBase): through the first proxy that says it is `/supported`,
 * directly if all of them said 404 or 410, or else not at all. A failure that `|` let pass is not forgotten: only an
 * explicit `direct` at the end outweighs it.
 */
export function databaseWay(hops: readonly Hop[], answer: (hop: Hop) => Outcome): Hop | "direct" | "unavailable" {
  let failed = false;
  for (const hop of hops) {
    if (hop.kind === "direct") return "direct";
    const outcome = hop.kind === "off" ? "notFound" : answer(hop);
    if (outcome === "found") return hop;
    failed ||= outcome === "failure";
    if (afterAnswer(hop, outcome) === "stop") break;
  }
  return failed ? "unavailable" : "direct";
}
