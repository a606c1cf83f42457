// Walks the upstream list as the go command walks GOPROXY, and when nobody has the answer, reports the most helpful
// failure rather than the last one.
//
// Source: cmd/go/internal/modfetch/proxy.go, TryProxies. There a failure other than "does not exist" outranks those
// before it; so here one outage in the list makes the whole an outage, never a 404.

import { GatewayError, type GatewayErrorCode } from "./gatewayError.ts";
import {
  SourceFailure,
  type ChainLink,
  type Errand,
  type FailureKind,
  type Source,
  type SourceAnswer,
} from "./source.ts";

/**
 * Asks the sources in order until one answers; returns what `consume` made of the answer, and who gave it.
 * `what` names the thing in errors. Throws GatewayError.
 */
export async function walkChain<T>(
  chain: readonly ChainLink[],
  path: string,
  what: string,
  consume: (answer: SourceAnswer, source: Source) => Promise<T>,
  errand: Errand,
): Promise<T> {
  const failures: { source: Source; failure: SourceFailure }[] = [];
  for (const { members, fallBackOnAnyError } of steps(chain)) {
    // A group's members stand for the same thing: if one of them says that there is none, that is the group's word.
    let mayGoOn = fallBackOnAnyError;
    for (const source of members) {
      try {
        return await source.ask(path, (answer) => consume(answer, source), errand);
      } catch (error) {
        if (!(error instanceof SourceFailure)) throw error;
        failures.push({ source, failure: error });
        mayGoOn ||= goesOn.has(error.kind);
      }
    }
    if (!mayGoOn) break;
  }
  throw summarise(what, failures);
}

/** Single sources in their written order; of a group, the members in the order of their rank. */
function* steps(
  chain: readonly ChainLink[],
): Generator<{ readonly members: readonly Source[]; readonly fallBackOnAnyError: boolean }> {
  for (let at = 0; at < chain.length;) {
    const group = chain[at]?.group;
    let end = at + 1;
    if (group !== undefined) while (chain[end]?.group === group) end++;
    const links = chain.slice(at, end).map((link) => ({ ...link, order: link.rank?.() ?? 0 }));
    if (links.length > 1) links.sort((a, b) => a.order - b.order || 0);
    yield {
      members: links.map(({ source }) => source),
      fallBackOnAnyError: chain[end - 1]?.fallBackOnAnyError ?? false,
    };
    at = end;
  }
}

const codeOf: Record<FailureKind, GatewayErrorCode> = {
  "not-found": "not-found",
  forbidden: "forbidden",
  "rate-limited": "rate-limited",
  outage: "outage",
  timeout: "timeout",
  "bad-answer": "bad-answer",
  loop: "loop",
  mismatch: "bad-answer",
  isolated: "outage",
  open: "outage",
};

/** What another source may well have, whatever stands between them: an absence, or the right bytes. */
const goesOn: ReadonlySet<FailureKind> = new Set(["not-found", "mismatch", "isolated"]);

function summarise(what: string, failures: readonly { source: Source; failure: SourceFailure }[]): GatewayError {
  // The last failure that is not an absence, as TryProxies has it; else the last absence.
  const worst = failures.findLast(({ failure }) => failure.kind !== "not-found") ?? failures.at(-1);
  if (worst === undefined) return new GatewayError("not-found", `${what}: the upstream list is empty`);
  const lines = failures.map(({ source, failure }) => `${source.name}: ${failure.message}`);
  const head = worst.failure.kind === "not-found" ? "not found" : "no source could answer";
  return new GatewayError(codeOf[worst.failure.kind], [`${what}: ${head}`, ...lines].join("\n"), {
    cause: worst.failure,
    retryAfter: worst.failure.retryAfter,
  });
}
