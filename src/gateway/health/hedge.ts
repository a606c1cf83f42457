// A small file that takes longer than 95 of 100 did is asked for a second time, over another connection; whoever answers
// first is taken and the other one is given up. At the same source only: the written order of the list holds.
//
// Source: Dean and Barroso, "The Tail at Scale", CACM 56(2), 2013.

import { setTimeout as sleep } from "node:timers/promises";
import type { Source, SourceAnswer } from "../source.ts";
import { SourceFailure } from "../source.ts";
import type { SourceStats } from "./sourceStats.ts";

/** Never earlier than this, however fast a source is. Milliseconds. */
const earliestMs = 50;
/** A source that becomes slow all over must not get twice the requests: one in ten at most, this many saved up. */
const budgetPerRequest = 0.1;
const largestBudget = 10;

/** `isSmall` says by its path whether something may be asked for twice. */
export function hedged(source: Source, stats: SourceStats, isSmall: (path: string) => boolean): Source {
  let budget = largestBudget / 2;
  return {
    name: source.name,
    async ask<T>(path: string, consume: (answer: SourceAnswer) => Promise<T>, errand: Parameters<Source["ask"]>[2]) {
      const p95 = isSmall(path) ? stats.p95() : undefined;
      if (p95 === undefined) return source.ask(path, consume, errand);
      budget = Math.min(largestBudget, budget + budgetPerRequest);

      const cuts = [new AbortController(), new AbortController()] as const;
      const attempt = (cut: AbortController): Promise<Outcome<T>> =>
        source
          .ask(path, consume, { ...errand, signal: AbortSignal.any([errand.signal, cut.signal]) })
          .then((value): Outcome<T> => ({ value }))
          .catch((error: unknown): Outcome<T> => ({ error }));
      const first = attempt(cuts[0]);
      const late = new AbortController();
      const timer = sleep(Math.max(earliestMs, p95), undefined, { signal: late.signal }).catch(() => undefined);
      const early = await Promise.race([first, timer]);
      late.abort();
      if (early !== undefined) return unwrap(early);
      if (budget < 1 || errand.signal.aborted) return unwrap(await first);

      budget--;
      stats.count("hedges");
      const second = attempt(cuts[1]);
      const winner = await Promise.race([
        first.then((outcome) => ({ outcome, other: second, by: 0 })),
        second.then((outcome) => ({ outcome, other: first, by: 1 })),
      ]);
      // An answer, or the word that there is none; where one broke, the other may still come.
      const taken = isAnswer(winner.outcome) ? winner.outcome : await winner.other;
      for (const cut of cuts) cut.abort();
      const byHedge = (winner.by === 1) === isAnswer(winner.outcome);
      if (byHedge && isAnswer(taken)) stats.count("hedgesWon");
      return unwrap(isAnswer(taken) ? taken : winner.outcome);
    },
  };
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function isAnswer(outcome: Outcome<unknown>): boolean {
  return "value" in outcome || (outcome.error instanceof SourceFailure && outcome.error.kind === "not-found");
}

function unwrap<T>(outcome: Outcome<T>): T {
  if ("value" in outcome) return outcome.value;
  throw outcome.error;
}
