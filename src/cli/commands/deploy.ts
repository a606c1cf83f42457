import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { type DeployPlan, planSchema } from "../../delivery/deploy/plan.ts";
import { planFor } from "../../delivery/deploy/runPlan.ts";
import { type TargetRelease, targetRelease } from "../../delivery/deploy/targetRelease.ts";
import { checkWatch, watchText } from "../../delivery/deploy/watchRelease.ts";
import type { Fleet } from "../../delivery/hosts/fleet.ts";
import type { HostState } from "../../delivery/hosts/hostState.ts";
import { readGitState } from "../../repo/gitState.ts";
import { applyAndReport } from "../applyAndReport.ts";
import { approvedPlan } from "../approvedPlan.ts";
import {
  connectFleet,
  type EnvironmentContext,
  loadEnvironment,
  reporting,
  untilStopped,
} from "../environmentContext.ts";
import { CommandError } from "../exitCode.ts";
import { shippedImage } from "../shippedImage.ts";
import { addFormatOptions, printJson } from "../print/format.ts";
import { formatPlan } from "../print/deployPlan.ts";

interface Options {
  readonly image?: string;
  readonly tag?: string;
  readonly plan?: boolean;
  readonly apply?: string;
  readonly force?: boolean;
  readonly config?: string;
  readonly format: string;
}

const examples = `
Examples:
  fairlead deploy staging                        the image of the commit that is checked out
  fairlead deploy production --tag v1.4.0
  fairlead deploy production --plan              what would be done, host by host
  fairlead deploy production --plan --json > plan.json
  fairlead deploy production --apply plan.json   exactly that; refused if the hosts have changed since

Ctrl-C at any time leaves either the old or the new release serving, and says which; the same
command goes on from there. docs/ship.md has the whole story.

Exit status: 0 it serves and was found sound; 1 it was rolled back, or too little was seen of it;
2 usage or configuration; 3 a host, the registry or the network failed.`;

export function command(): Command {
  const deploy = new Command("fairlead deploy")
    .description("Put a release on an environment's hosts, watch it, and take it back by itself if it is bad.")
    .argument("<environment>", "a name below environments: in fairlead.yaml")
    .option("--image <reference>", "repository[:tag][@sha256:…] (default: service.image, and the commit's tag)")
    .option("--tag <tag>", "the tag of service.image to deploy")
    .option("--plan", "show what would be done, and do nothing")
    .option("--apply <file>", "carry out a plan that --plan --json wrote")
    .option("--force", "break another deploy's lock (this is recorded)")
    .option("--config <file>", "the configuration file (else FAIRLEAD_CONFIG, else ./fairlead.yaml)");
  return addFormatOptions(deploy).addHelpText("after", examples).action(run);
}

async function run(name: string, options: Options): Promise<void> {
  if (options.apply !== undefined && (options.image ?? options.tag ?? options.plan) !== undefined) {
    throw new CommandError("--apply takes everything from the plan: no --image, --tag or --plan beside it");
  }
  const context = await loadEnvironment(name, options.config, "deploy");
  const signal = untilStopped("fairlead deploy");
  await reporting(context.redact, async () => {
    const stored = options.apply === undefined ? undefined : await readPlan(options.apply, context);
    const target = stored === undefined ? await newTarget(context, options, signal) : storedTarget(context, stored);
    const { plan, isResumed } = await planHere(context, stored, target, signal);
    if (options.plan === true) {
      if (options.format === "json") printJson(plan);
      else process.stdout.write(formatPlan(plan));
      return;
    }
    // What is gone on with was checked and approved when it began.
    if (!isResumed && plan.steps.length > 0) {
      const { environment, service } = context;
      const watched = { settings: environment.verification, spec: plan.spec, service, environment: name };
      await checkWatch(watched, signal);
      if (environment.approval) await approvedPlan(context, plan, signal);
    }
    // Connected anew: an approval may have taken hours.
    await using fleet = await connectFleet(context, signal);
    await applyAndReport({ context, fleet, plan, settingsText: target.settingsText, options, signal });
  });
}

async function planHere(
  context: EnvironmentContext,
  stored: DeployPlan | undefined,
  target: TargetRelease,
  signal: AbortSignal,
): Promise<{ plan: DeployPlan; isResumed: boolean }> {
  await using fleet = await connectFleet(context, signal);
  const states = await fleet.read();
  const plan = stored ?? makePlan(context, target, fleet, states);
  return { plan, isResumed: states.some(({ record }) => record.open?.release === plan.spec.release) };
}

function makePlan(
  { environment, service, name }: EnvironmentContext,
  { spec, settings }: TargetRelease,
  fleet: Fleet,
  states: readonly HostState[],
): DeployPlan {
  return planFor(fleet, states, {
    wanted: { kind: "deploy", spec },
    spec,
    id: randomUUID(),
    service,
    environment: name,
    settings,
    keep: environment.keep,
    watch: watchText(environment.verification, spec.strategy),
  });
}

async function newTarget(context: EnvironmentContext, options: Options, signal: AbortSignal): Promise<TargetRelease> {
  const { settings, environment, service, name, by } = context;
  const git = await readGitState(process.cwd()).catch(() => undefined);
  const image = await shippedImage({ ...options, git, settings, signal });
  return targetRelease(
    {
      service,
      environment: name,
      ...image,
      containerPort: containerPort(context),
      commit: git?.commit,
      by,
      at: new Date(),
    },
    environment,
  );
}

function containerPort({ settings, environment }: EnvironmentContext): number {
  const port = settings.service.port ?? Number(environment.settings["APP_PORT"] ?? Number.NaN);
  if (Number.isInteger(port)) return port;
  throw new CommandError("service.port is not set: which port does the program listen on in its container?");
}

async function readPlan(file: string, { service, name }: EnvironmentContext): Promise<DeployPlan> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new CommandError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
  let plan: DeployPlan;
  try {
    plan = planSchema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 300) : String(error);
    throw new CommandError(`${file} is no plan that fairlead deploy --plan --json wrote: ${why}`);
  }
  if (plan.service === service && plan.environment === name && plan.kind === "deploy") return plan;
  throw new CommandError(
    `${file} is a plan to ${plan.kind} ${plan.service} to ${plan.environment}, not ${service} to ${name}`,
  );
}

/** The plan has no settings' values: they come from the configuration, which must still be the one it was made from. */
function storedTarget({ environment, service, name }: EnvironmentContext, { spec }: DeployPlan): TargetRelease {
  const shipment = { ...spec, service, environment: name, at: new Date(spec.at) };
  const target = targetRelease(shipment, environment);
  if (target.spec.settingsHash !== spec.settingsHash) {
    throw new CommandError(
      `the settings of ${name} are not those that the plan was made from (hash ${target.spec.settingsHash.slice(0, 12)}, ` +
        `in the plan ${spec.settingsHash.slice(0, 12)}): make a new plan`,
    );
  }
  return target;
}
