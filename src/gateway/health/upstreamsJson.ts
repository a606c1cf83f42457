import type { SourceHealth } from "./healthRows.ts";

/** The API's answer: every source of the list in its order, whether it has been asked yet or not. */
export function upstreamsJson(names: readonly string[], known: readonly SourceHealth[]): string {
  const upstreams = names.map((source) => {
    const health = known.find((each) => each.source === source);
    if (health === undefined) return { source, state: "closed", asked: false };
    const { lastSuccess, lastFailure, openUntil, isolated, ...figures } = health;
    return {
      ...figures,
      asked: true,
      lastSuccess: dateOf(lastSuccess),
      lastFailure: dateOf(lastFailure),
      openUntil: dateOf(openUntil),
      isolated: isolated === undefined ? null : { reason: isolated.reason, until: dateOf(isolated.until) },
    };
  });
  return `${JSON.stringify({ schemaVersion: 1, upstreams }, undefined, 2)}\n`;
}

function dateOf(time: number): string | null {
  return time === 0 ? null : new Date(time).toISOString();
}
