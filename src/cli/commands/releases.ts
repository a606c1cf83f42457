import { Command } from "commander";
import type { HostState } from "../../delivery/hosts/hostState.ts";
import { connectFleet, loadEnvironment, reporting } from "../environmentContext.ts";
import { addFormatOptions, printJson } from "../print/format.ts";
import { formatReleases } from "../print/releases.ts";

interface Options {
  readonly config?: string;
  readonly format: string;
}

const examples = `
Examples:
  fairlead releases production
  fairlead releases production --json   with every sample, for scripts

Exit status: 0 listed; 2 usage or configuration; 3 a host can't be reached.`;

export function command(): Command {
  const releases = new Command("fairlead releases")
    .description("List an environment's releases with their verdicts, as the hosts have recorded them.")
    .argument("<environment>", "a name below environments: in fairlead.yaml")
    .option("--config <file>", "the configuration file (else FAIRLEAD_CONFIG, else ./fairlead.yaml)");
  return addFormatOptions(releases).addHelpText("after", examples).action(run);
}

async function run(name: string, options: Options): Promise<void> {
  const context = await loadEnvironment(name, options.config, "look");
  await reporting(context.redact, async () => {
    await using fleet = await connectFleet(context);
    const states = await fleet.read();
    const hosts = fleet.hosts.map(({ host }, index) => ({ name: host.name, record: recordOf(states[index]) }));
    if (options.format === "json") printJson({ service: context.service, environment: name, hosts });
    else process.stdout.write(context.redact(formatReleases(context.service, name, hosts)));
  });
}

function recordOf(state: HostState | undefined): HostState["record"] | undefined {
  return state?.record;
}
