import { Command } from "commander";
import { loadSettings } from "../../config/load.ts";
import type { Settings } from "../../config/settings.ts";
import { forwardedTool, startForwarding } from "../forwardedCommand.ts";
import type { GatewayOptions } from "../../gateway/gatewayOptions.ts";
import { startInProcess, type InProcessGateway } from "../../gateway/inProcess.ts";
import { Progress, type ProgressEvent } from "../../gateway/progress.ts";
import { readGoEnvironment } from "../../repo/goEnvironment.ts";
import { localHost } from "../../repo/goHost.ts";
import { readSummedModules } from "../../repo/goSumFile.ts";
import { StorageError } from "../../storage/storageError.ts";
import { NoSuchCommand, runChild } from "../childCommand.ts";
import { clientPolicy } from "../clientPolicy.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { gatewayOptions } from "../gatewayOptions.ts";
import { offerExplanation } from "../offerExplanation.ts";
import { OutputTail } from "../outputTail.ts";
import { type RunReport, startReport } from "../runReport.ts";

const examples = `
Examples:
  fairlead run -- go mod download
  fairlead run -- go build ./...
  fairlead run --upstream https://goproxy.corp.example -- make
  fairlead run -- npm ci
  fairlead run -- pip install -r requirements.txt
  fairlead run --json -- go mod download 2> events.jsonl

The command sees GOPROXY set to a gateway that lives as long as it does and shares
the cache of fairlead up. What it downloads is shown as it comes: on a terminal in
lines that are drawn anew, elsewhere a line every five seconds.

npm and pip get a mirror of their registry in its place: what it is set to, then mirrors.npm or
mirrors.pip of fairlead.yaml; one that does not answer is left for the next.

Exit status: the command's own; 2 and 3 where Fairlead could not start it.`;

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command("fairlead run")
    .description("Run a command through a gateway of its own, and show what it downloads.")
    .argument("<command...>", "the command and its arguments, after --")
    .option("--data <folder>", "where modules and state are kept (default ~/.local/share/fairlead)")
    .option("--upstream <list>", "where modules come from, written as GOPROXY is (default: what the go command uses)")
    .option("--offline", "answer from the cache alone")
    .option("--trace", "write every decision of every request as a tree")
    .option("--json", "events on standard error, one JSON object a line")
    .option("--config <file>", "configuration (default: fairlead.yaml here, if there is one)")
    .passThroughOptions()
    .addHelpText("after", examples)
    .action(async ([file = "", ...args]: string[], { config, json, ...flags }: Options) => {
      process.exitCode = await run([file, ...args], config, json === true, flags);
    });
}

async function run(
  command: readonly [string, ...string[]],
  config: string | undefined,
  json: boolean,
  flags: Record<string, unknown>,
): Promise<number> {
  const tool = forwardedTool(command);
  const settings = load(config, flags);
  const options = tool === undefined ? await optionsFor(settings) : undefined;
  const onEvent = (event: ProgressEvent): void => report.event(event);
  const progress = new Progress(onEvent, Date.now, (tree) => report.trace(tree));
  const title = `fairlead run: ${command.join(" ")}`;
  const report: RunReport = startReport(progress, {
    title,
    json,
    modulesInSum: options === undefined ? undefined : await modulesInSum(),
  });
  const service =
    tool !== undefined
      ? await startForwarding(tool, settings, progress)
      : options === undefined
        ? undefined
        : await startGateway(options, progress, report);
  try {
    const output = report.output === undefined ? undefined : new OutputTail(report.output);
    const env = { ...process.env, ...service?.env };
    let status: number;
    try {
      status = await runChild(command, env, output);
    } finally {
      // Before the sum: what has been answered is counted when the answer is out.
      await service?.stop();
    }
    report.end(status === 0 ? "done" : `ended with status ${status}`);
    if (status !== 0 && !json) await offerExplanation(command, output);
    return status;
  } catch (error) {
    report.end("not started");
    if (error instanceof NoSuchCommand) throw new CommandError(error.message, error.status, { cause: error });
    throw error;
  }
}

/** The module gateway, and what makes the go command use it. */
async function startGateway(
  options: GatewayOptions,
  progress: Progress,
  report: RunReport,
): Promise<{ env: Record<string, string>; stop: () => Promise<void> }> {
  const gateway = await start(options, progress);
  const { env, note } = clientPolicy((await readGoEnvironment(localHost(process.env))).variable, options.offline);
  if (note !== undefined) report.note(note);
  return { env: { ...env, GOPROXY: proxyList(gateway.url, options) }, stop: () => gateway.stop() };
}

function load(file: string | undefined, flags: Record<string, unknown>): Settings {
  const needs = ["gateway", "mirrors"];
  return loadSettings({ file, env: process.env, flags, cwd: process.cwd(), needs }).settings;
}

async function optionsFor(settings: Settings): Promise<GatewayOptions> {
  // The address of the settings is not used here, only known as our own: GOPROXY may name it.
  const { options } = await gatewayOptions({ ...settings.gateway, insecureOpen: true });
  // Who runs the command is who runs git: their own rewritten addresses and credential helpers hold, as with the go command.
  const direct = { ...options.direct, userConfig: true };
  return { ...options, direct, host: "127.0.0.1", port: 0, logLevel: "silent", stopMs: Math.min(options.stopMs, 2000) };
}

async function start(options: GatewayOptions, progress: Progress): Promise<InProcessGateway> {
  try {
    return await startInProcess(options, progress);
  } catch (error) {
    if (error instanceof StorageError) throw new CommandError(error.message, exitCode.outside, { cause: error });
    throw error;
  }
}

/** How many modules the project here may need; undefined where nothing says so. */
async function modulesInSum(): Promise<number | undefined> {
  // A go.sum that can't be read is for the command to complain about.
  const modules = await readSummedModules(process.cwd()).catch(() => undefined);
  return modules?.filter(({ hasZip }) => hasZip).length;
}

/** What the gateway does not fetch itself, the go command goes on to, if it would have without us. */
function proxyList(url: string, { upstream, offline }: GatewayOptions): string {
  return !offline && upstream.some((entry) => entry.url === "direct") ? `${url},direct` : url;
}
