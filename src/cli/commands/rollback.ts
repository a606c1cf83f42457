import { randomUUID } from "node:crypto";
import { Command } from "commander";
import { planFor } from "../../delivery/deploy/runPlan.ts";
import { rollbackTarget } from "../../delivery/deploy/rollbackTarget.ts";
import { applyAndReport } from "../applyAndReport.ts";
import { connectFleet, loadEnvironment, reporting, untilStopped } from "../environmentContext.ts";
import { formatPlan } from "../print/deployPlan.ts";
import { addFormatOptions, printJson } from "../print/format.ts";

interface Options {
  readonly plan?: boolean;
  readonly force?: boolean;
  readonly config?: string;
  readonly format: string;
}

const examples = `
Examples:
  fairlead rollback production                            to the release from before
  fairlead rollback production 20261120-171500-0c4d2ba    to a certain one (fairlead releases lists them)
  fairlead rollback production --plan

The release comes back with its own image and its own settings, as recorded on the hosts. While the
old container still stands beside the new one, this takes a second.

Exit status: 0 it serves; 1 it did not become healthy; 2 there is no such release; 3 a host or the
network failed.`;

export function command(): Command {
  const rollback = new Command("fairlead rollback")
    .description("Go back to an earlier release on every host.")
    .argument("<environment>", "a name below environments: in fairlead.yaml")
    .argument("[release]", "its name, or how it begins (default: the last good one before the one that serves)")
    .option("--plan", "show what would be done, and do nothing")
    .option("--force", "break another deploy's lock (this is recorded)")
    .option("--config <file>", "the configuration file (else FAIRLEAD_CONFIG, else ./fairlead.yaml)");
  return addFormatOptions(rollback).addHelpText("after", examples).action(run);
}

async function run(name: string, release: string | undefined, options: Options): Promise<void> {
  const context = await loadEnvironment(name, options.config, "rollback");
  const signal = untilStopped("fairlead rollback");
  await reporting(context.redact, async () => {
    await using fleet = await connectFleet(context, signal);
    const states = await fleet.read();
    const { spec, settingsText, settings } = await rollbackTarget(fleet, states, release);
    const plan = planFor(fleet, states, {
      wanted: { kind: "rollback", release: spec.release },
      spec,
      id: randomUUID(),
      service: context.service,
      environment: name,
      settings,
      keep: context.environment.keep,
      watch: undefined,
    });
    if (options.plan === true) {
      if (options.format === "json") printJson(plan);
      else process.stdout.write(formatPlan(plan));
      return;
    }
    await applyAndReport({ context, fleet, plan, settingsText, options, signal });
  });
}
