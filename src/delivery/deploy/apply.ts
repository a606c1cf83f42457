// Carries a plan out, step by step, in its order. Whatever goes wrong once hosts were touched takes all of them back.
import { DeliveryError } from "../deliveryError.ts";
import { withRelease } from "../release/record.ts";
import type { Verdict } from "../release/release.ts";
import { SshError } from "../ssh/sshError.ts";
import type { Judgement } from "../verify/judge.ts";
import type { SampleStore } from "../verify/verify.ts";
import type { HostSession } from "./hostSession.ts";
import type { PlanStep } from "./plan.ts";
import { type Reversal, revert } from "./revert.ts";
import * as steps from "./steps.ts";

/** What the window after the switch has shown on one host. */
type Judged = Pick<Judgement, "verdict" | "reason" | "firstBad">;

/** Watches the plan's release on one host until it can be judged; `store` keeps the samples of before a crash, and new ones. */
export type Watch = (session: HostSession, store: SampleStore, signal: AbortSignal) => Promise<Judged>;

export interface ApplyContext extends steps.StepContext {
  readonly sessions: readonly HostSession[];
  readonly watch: Watch;
  readonly onStep: (step: PlanStep) => void;
  /** What is recorded on hosts may hold lines of a container's log, and those a secret. */
  readonly redact: (text: string) => string;
}

export interface Outcome {
  readonly result:
    | "done"
    | "nothing-to-do"
    /** Taken back on every host. */
    | "rolled-back"
    /** Found bad, but on some host nothing served before it: there it goes on. */
    | "no-way-back"
    /** It serves, but too little was seen of it: both containers stay. */
    | "held"
    /** Stopped by a person; see `hosts` for what serves. */
    | "interrupted"
    /** Not every host could be taken back; see `hosts`. */
    | "stuck";
  readonly verdict: Verdict | undefined;
  readonly reason: string;
  readonly hosts: readonly {
    readonly name: string;
    readonly serving: string | undefined;
    readonly problem: string | undefined;
  }[];
  /** The release is not to blame: a host, the registry or the network failed. */
  readonly isOutside: boolean;
  /**
   * Milliseconds from the first bad sample, and from the verdict, until the old release served everywhere; undefined where
   * no traffic had moved.
   */
  readonly back: { readonly sinceFirstBad: number | undefined; readonly sinceVerdict: number } | undefined;
}

/** What made the deploy end before its last step. */
interface Failure {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly isOutside: boolean;
  readonly firstBad?: number | undefined;
}

/** @throws DeliveryError `lock-lost`: somebody else works there now, and we leave everything to them */
export async function applyPlan(context: ApplyContext): Promise<Outcome> {
  const { plan, sessions } = context;
  if (plan.steps.length === 0) return outcome(sessions, "nothing-to-do", undefined, "");
  const work = new Work(context);
  try {
    for (const group of groups(plan.steps)) {
      context.signal.throwIfAborted();
      await work.run(group);
    }
  } catch (error) {
    return afterFailure(context, error);
  }
  if (work.held !== undefined) return outcome(sessions, "held", "inconclusive", work.held);
  return outcome(sessions, "done", work.judged?.verdict, work.judged?.reason ?? "");
}

/** Pulls and last steps of several hosts run at once, everything else one after the other: the canary first. */
function groups(all: readonly PlanStep[]): PlanStep[][] {
  const result: PlanStep[][] = [];
  for (const step of all) {
    const last = result.at(-1);
    const together = step.do === "pull" || step.do === "finish" || step.do === "revert";
    if (together && last?.[0]?.do === step.do) last.push(step);
    else result.push([step]);
  }
  return result;
}

class BadRelease extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.reason);
    this.failure = failure;
  }
}

class Work {
  readonly #context: ApplyContext;
  readonly #ports = new Map<HostSession, number>();
  judged: { readonly verdict: Verdict; readonly reason: string } | undefined;
  /** Why the window is left open. */
  held: string | undefined;

  constructor(context: ApplyContext) {
    this.#context = context;
    const { kind, steps } = context.plan;
    if (kind === "deploy" && !steps.some((step) => step.do === "watch")) {
      this.judged = { verdict: "unverified", reason: "nothing is watched here" };
    }
  }

  async run(group: readonly PlanStep[]): Promise<void> {
    const runs = group.map((step) => {
      this.#context.onStep(step);
      return this.#run(step);
    });
    // All of them come to their end before a failure is acted upon.
    const results = await Promise.allSettled(runs);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #run(step: PlanStep): Promise<void> {
    const context = this.#context;
    if (step.do === "watch") return this.#watch();
    const session = context.sessions.find(({ name }) => name === step.host);
    if (session === undefined)
      throw new DeliveryError("usage", `the plan names ${step.host}, which is no host of this environment`);
    if (step.do === "revert") {
      await revert(session, { verdict: "aborted", reason: "left unfinished", by: context.by, now: context.now });
      return;
    }
    if (step.do === "settle") return this.#settle(session);
    if (step.do === "finish") return this.#finish(session);
    switch (step.do) {
      case "prepare":
        if (!steps.isDone(session, context.plan)) await steps.prepare(session, context);
        return;
      case "pull":
        return steps.pull(session, context);
      case "start":
        this.#ports.set(session, await steps.start(session, context));
        return;
      case "replace":
        this.#ports.set(session, await steps.replace(session, context));
        return;
      case "healthy":
        return steps.healthy(session, context, this.#port(session));
      case "switch":
        return steps.moveOver(session, context, this.#port(session));
    }
  }

  #port(session: HostSession): number {
    const port = this.#ports.get(session);
    if (port === undefined)
      throw new DeliveryError("usage", `${session.name}: the plan switches before it starts anything`);
    return port;
  }

  /** A deploy that was left unfinished, and serves everywhere, is closed as it is. */
  async #settle(session: HostSession): Promise<void> {
    const { open } = session.record;
    if (open === undefined) return;
    const { verdict } = session.entry(open.release);
    const judged =
      verdict === "pending" ? ({ verdict: "aborted", reason: "not watched to the end" } as const) : undefined;
    await steps.finish(session, this.#context.plan.keep, judged);
  }

  async #finish(session: HostSession): Promise<void> {
    if (this.held !== undefined) return;
    const judged = session.record.open === undefined ? undefined : this.judged;
    await steps.finish(session, this.#context.plan.keep, judged);
  }

  /** Every host by itself: a release that is bad on one is bad. */
  async #watch(): Promise<void> {
    const { sessions, signal } = this.#context;
    const enough = new AbortController();
    const both = AbortSignal.any([signal, enough.signal]);
    const judgements = await Promise.allSettled(
      sessions.map(async (session) => {
        const judged = await this.#watchOne(session, both);
        if (judged.verdict === "failed" || judged.verdict === "error") enough.abort();
        return { session, ...judged };
      }),
    );
    signal.throwIfAborted();
    const known = judgements.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const bad = known.find(({ verdict }) => verdict === "failed") ?? known.find(({ verdict }) => verdict === "error");
    if (bad !== undefined) {
      const { verdict, firstBad, session } = bad;
      throw new BadRelease({ verdict, firstBad, isOutside: false, reason: `${session.name}: ${bad.reason}` });
    }
    for (const each of judgements) if (each.status === "rejected") throw each.reason;
    const open = known.find(({ verdict }) => verdict === "inconclusive");
    if (open === undefined) {
      this.judged = { verdict: "successful", reason: known[0]?.reason ?? "" };
      return;
    }
    const reason = `${open.session.name}: ${open.reason}`;
    this.judged = { verdict: "inconclusive", reason };
    this.held = reason;
  }

  async #watchOne(session: HostSession, signal: AbortSignal): Promise<Judged> {
    const { plan, watch } = this.#context;
    const { release } = plan.spec;
    const entry = session.entry(release);
    const { verdict, reason } = entry;
    // Judged before a crash: only the tidying up is left.
    if (verdict === "successful" && session.record.open !== undefined) return { verdict, reason, firstBad: undefined };
    if (steps.isDone(session, plan)) return { verdict: "successful", reason: "judged before", firstBad: undefined };
    const load: SampleStore["load"] = () => Promise.resolve(session.entry(release).samples);
    const append: SampleStore["append"] = (sample) =>
      session.update((record) => {
        const now = session.entry(release);
        return withRelease(record, { ...now, samples: [...now.samples, sample].slice(-10_000) });
      });
    return watch(session, { load, append }, signal);
  }
}

async function afterFailure(context: ApplyContext, error: unknown): Promise<Outcome> {
  const { sessions, signal, plan } = context;
  if (error instanceof DeliveryError && error.code === "lock-lost") throw error;
  if (signal.aborted) return interrupted(context);
  const isKnown = error instanceof BadRelease || error instanceof DeliveryError || error instanceof SshError;
  if (!isKnown) throw error;
  const touched = sessions.filter(({ record }) => record.open?.release === plan.spec.release);
  // Nothing was begun: the host or the registry is what the reader needs to hear of.
  if (touched.length === 0) throw error;
  return takeBack(context, touched, failureOf(error));
}

function failureOf(error: BadRelease | DeliveryError | SshError): Failure {
  if (error instanceof BadRelease) return error.failure;
  const isOutside = !(error instanceof DeliveryError && error.code === "unhealthy");
  return { verdict: isOutside ? "aborted" : "failed", reason: error.message, isOutside };
}

/** All hosts at once: each second counts for the users of each. */
async function takeBack(context: ApplyContext, touched: readonly HostSession[], failure: Failure): Promise<Outcome> {
  const { sessions, by, now } = context;
  const begin = Date.now();
  const moved = touched.some(({ record }) => record.open?.phase !== "preparing");
  const reversal: Reversal = { verdict: failure.verdict, reason: context.redact(failure.reason), by, now };
  const results = await Promise.allSettled(touched.map((session) => revert(session, reversal)));
  const end = Date.now();
  const problems = new Map<HostSession, string>();
  for (const [index, result] of results.entries()) {
    const session = touched[index];
    if (result.status === "fulfilled" || session === undefined) continue;
    if (result.reason instanceof DeliveryError || result.reason instanceof SshError)
      problems.set(session, result.reason.message);
    else throw result.reason;
  }
  const { firstBad } = failure;
  const sinceFirstBad = firstBad === undefined ? undefined : end - firstBad;
  const stays = sessions.some(({ record }) => record.serving === context.plan.spec.release);
  const back = moved && !stays ? { sinceFirstBad, sinceVerdict: end - begin } : undefined;
  const result = problems.size > 0 ? "stuck" : stays ? "no-way-back" : "rolled-back";
  return {
    ...outcome(sessions, result, failure.verdict, failure.reason, problems),
    back,
    isOutside: failure.isOutside,
  };
}

/**
 * Ctrl-C. Before the first switch everything is taken back. Later both releases are sound to leave as they are: the record
 * on each host says how far it has come, and the same command goes on from there.
 */
async function interrupted(context: ApplyContext): Promise<Outcome> {
  const { sessions, plan } = context;
  const touched = sessions.filter(({ record }) => record.open?.release === plan.spec.release);
  const reason = "stopped by a person";
  if (touched.length > 0 && touched.every(({ record }) => record.open?.phase === "preparing")) {
    const taken = await takeBack(context, touched, { verdict: "aborted", reason, isOutside: true });
    return taken.result === "stuck" ? taken : { ...taken, result: "interrupted" };
  }
  return outcome(sessions, "interrupted", undefined, reason);
}

function outcome(
  sessions: readonly HostSession[],
  result: Outcome["result"],
  verdict: Verdict | undefined,
  reason: string,
  problems: ReadonlyMap<HostSession, string> = new Map(),
): Outcome {
  const hosts = sessions.map((session) => ({
    name: session.name,
    serving: session.record.serving,
    problem: problems.get(session),
  }));
  return { result, verdict, reason, hosts, isOutside: false, back: undefined };
}
