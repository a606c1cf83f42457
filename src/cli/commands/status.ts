import { Command } from "commander";
import { drift } from "../../delivery/deploy/drift.ts";
import { DeliveryError } from "../../delivery/deliveryError.ts";
import type { FleetHost } from "../../delivery/hosts/fleet.ts";
import type { HostState } from "../../delivery/hosts/hostState.ts";
import { readServers } from "../../delivery/proxy/haproxyRuntime.ts";
import { findRelease } from "../../delivery/release/record.ts";
import { SshError } from "../../delivery/ssh/sshError.ts";
import { connectFleet, loadEnvironment, reporting } from "../environmentContext.ts";
import { exitCode } from "../exitCode.ts";
import { addFormatOptions, printJson } from "../print/format.ts";
import { formatStatus, type HostStatus } from "../print/status.ts";

interface Options {
  readonly config?: string;
  readonly format: string;
}

const examples = `
Examples:
  fairlead status production
  fairlead status production --json

Drift is what differs from the record: a container that is missing or was restarted, another image,
other settings, haproxy stopped or leading elsewhere. fairlead deploy mends it.

Exit status: 0 everything is as recorded; 1 something isn't, or a deploy is unfinished; 2 usage or
configuration; 3 a host can't be reached.`;

export function command(): Command {
  const status = new Command("fairlead status")
    .description("Say what serves on each host, and what is not as it should be.")
    .argument("<environment>", "a name below environments: in fairlead.yaml")
    .option("--config <file>", "the configuration file (else FAIRLEAD_CONFIG, else ./fairlead.yaml)");
  return addFormatOptions(status).addHelpText("after", examples).action(run);
}

async function run(name: string, options: Options): Promise<void> {
  const context = await loadEnvironment(name, options.config, "look");
  await reporting(context.redact, async () => {
    await using fleet = await connectFleet(context);
    const states = await fleet.read();
    const hosts = await Promise.all(
      fleet.hosts.flatMap((host, index) => {
        const state = states[index];
        return state === undefined ? [] : [statusOf(host, state)];
      }),
    );
    if (options.format === "json") printJson({ service: context.service, environment: name, hosts });
    else process.stdout.write(context.redact(formatStatus(context.service, name, hosts)));
    const isSound = hosts.every(
      (host) => host.drift.length === 0 && (host.open === undefined || host.lockedBy !== undefined),
    );
    if (!isSound) process.exitCode = exitCode.findings;
  });
}

async function statusOf({ host }: FleetHost, state: HostState): Promise<HostStatus> {
  const { record, lockedBy, facts } = state;
  const spec = findRelease(record, record.serving)?.spec;
  return {
    name: host.name,
    release: spec?.release,
    image: spec?.image,
    digest: spec?.digest,
    verdict: findRelease(record, record.serving)?.verdict,
    open: record.open,
    lockedBy,
    engine: facts.engineVersion,
    state: facts.state,
    drift: spec?.strategy === "switch" && state.proxy.running ? await driftWithProxy(host, state) : drift(state),
  };
}

async function driftWithProxy(host: FleetHost["host"], state: HostState): Promise<string[]> {
  try {
    return drift(state, await readServers(host, state.proxy.socket));
  } catch (error) {
    // A proxy that can't be asked is drift like any other, not the end of the report.
    if (error instanceof DeliveryError || error instanceof SshError) return [...drift(state), error.message];
    throw error;
  }
}
