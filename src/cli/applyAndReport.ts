import type { Outcome } from "../delivery/deploy/apply.ts";
import type { DeployPlan } from "../delivery/deploy/plan.ts";
import { runPlan } from "../delivery/deploy/runPlan.ts";
import { watchRelease } from "../delivery/deploy/watchRelease.ts";
import type { Fleet } from "../delivery/hosts/fleet.ts";
import { notify } from "../delivery/notify/notify.ts";
import type { Sample } from "../delivery/verify/sample.ts";
import type { EnvironmentContext } from "./environmentContext.ts";
import { formatPlan } from "./print/deployPlan.ts";
import { printJson } from "./print/format.ts";
import { formatOutcome, outcomeStatus, whatOf } from "./print/outcome.ts";

export interface ApplyRequest {
  readonly context: EnvironmentContext;
  readonly fleet: Fleet;
  readonly plan: DeployPlan;
  readonly settingsText: string;
  readonly options: { readonly force?: boolean; readonly format: string };
  readonly signal: AbortSignal;
}

/** Shows the plan, carries it out with progress on standard error, prints what became of it, and sets the exit status. */
export async function applyAndReport(request: ApplyRequest): Promise<void> {
  const { context, fleet, plan, settingsText, options, signal } = request;
  const { environment, settings, service, name, by, redact } = context;
  process.stderr.write(formatPlan(plan));
  const begin = performance.now();
  const progress = (host: string, text: string): void => {
    const seconds = ((performance.now() - begin) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds}s  ${host.padEnd(hostWidth)}  ${redact(text)}\n`);
  };
  const hostWidth = Math.max(3, ...plan.hosts.map((host) => host.name.length));
  await tell(request, "start");
  const running = runPlan({
    fleet,
    plan,
    settingsText,
    access: settings.registry,
    by,
    signal,
    force: options.force === true,
    now: () => new Date(),
    say: progress,
    redact,
    onStep: ({ host, text }) => progress(host ?? "all", text),
    watch: watchRelease({
      settings: environment.verification,
      spec: plan.spec,
      service,
      environment: name,
      onSample: (session, sample, count) =>
        progress(session.name, `sample ${count} of ${environment.verification.samples}: ${sampleText(sample)}`),
    }),
  });
  const outcome = await running.catch(async (error: unknown) => {
    const reason = error instanceof Error ? redact(error.message) : String(error);
    await tell(request, { result: "failed", reason });
    throw error;
  });
  print(request, outcome);
  await tell(request, outcome);
}

/** People are told of what concerns them; that it was nothing is no news. */
async function tell(
  { context, plan }: ApplyRequest,
  outcome: Outcome | "start" | { readonly result: "failed"; readonly reason: string },
): Promise<void> {
  const { settings, secrets, redact } = context;
  if (plan.steps.length === 0) return;
  const event = {
    service: plan.service,
    environment: plan.environment,
    what: whatOf(plan),
    by: context.by,
    at: Date.now(),
  };
  const onFailed = (reason: string): void =>
    void process.stderr.write(`warning: a message was not delivered: ${redact(reason)}\n`);
  const options = { secrets, onFailed };
  if (outcome === "start") return notify(settings.notify, { ...event, kind: "start" }, options);
  if (outcome.result === "failed") {
    return notify(settings.notify, { ...event, kind: "failure", reason: outcome.reason }, options);
  }
  const { result, back } = outcome;
  const kind = result === "done" ? "success" : result === "rolled-back" && back !== undefined ? "rollback" : "failure";
  const reason = redact(outcome.reason) || undefined;
  const serving = [...new Set(outcome.hosts.flatMap((host) => host.serving ?? []))].join(", ") || undefined;
  return notify(settings.notify, { ...event, kind, reason, serving }, options);
}

function print({ plan, options, context }: ApplyRequest, outcome: Outcome): void {
  const shown = { ...outcome, reason: context.redact(outcome.reason) };
  if (options.format === "json") {
    const { service, environment, kind, spec } = plan;
    printJson({ kind, service, environment, release: spec.release, digest: spec.digest, ...shown });
  } else {
    process.stdout.write(formatOutcome(plan, shown));
  }
  process.exitCode = outcomeStatus(outcome);
}

function sampleText(sample: Sample): string {
  if ("failure" in sample) return `could not be read: ${sample.failure}`;
  const { requests, errors } = sample;
  const share = requests === 0 ? "" : ` (${((100 * errors) / requests).toFixed(1)}%)`;
  return `${requests} requests, ${errors} errors${share}`;
}
