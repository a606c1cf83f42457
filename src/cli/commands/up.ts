import { Command } from "commander";
import { loadSettings } from "../../config/load.ts";
import { startGateway, StartError, type RunningGateway } from "../../gateway/primary.ts";
import { StorageError } from "../../storage/storageError.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { approvalPages } from "../approvalPage.ts";
import { gatewayOptions } from "../gatewayOptions.ts";

/** `fairlead up`: the gateway in the foreground, until it is told to stop. */
export function command(): Command {
  return new Command("fairlead up")
    .description("Start the module gateway in the foreground. Stop it with Ctrl-C or SIGTERM.")
    .option("--listen <address>", "where to listen (default 127.0.0.1:7300; port 0 takes a free one)")
    .option("--data <folder>", "where modules and state are kept (default ~/.local/share/fairlead)")
    .option("--upstream <list>", "where modules come from, written as GOPROXY is (default: what `go env GOPROXY` says)")
    .option("--offline", "answer from the cache alone")
    .option("--workers <number>", "processes that answer (default: the number of cores)")
    .option("--trace", "write every decision of every request as a tree")
    .option("--insecure-open", "listen beyond loopback although no access rules are set")
    .option("--config <file>", "configuration (default: fairlead.yaml here, if there is one)")
    .addHelpText(
      "after",
      `
Examples:
  fairlead up
  fairlead up --listen 127.0.0.1:8080 --data /srv/fairlead
  fairlead up --upstream "https://goproxy.corp.example,https://proxy.example.com|direct"
  fairlead up --offline

Then, in another terminal:
  GOPROXY=http://127.0.0.1:7300 go mod download`,
    )
    .action(async (flags: Record<string, unknown>) => {
      const { config, ...rest } = flags;
      await up(typeof config === "string" ? config : undefined, rest);
    });
}

async function up(file: string | undefined, flags: Record<string, unknown>): Promise<void> {
  // A log that can't be written, on a full disk or into a closed pipe, must not stop the service.
  process.stderr.on("error", () => undefined);
  // Listened for from the beginning: a signal during the start ends what has been started.
  const toldToStop = untilToldToStop();
  const gateway = await start(file, flags);
  await toldToStop;
  // A second signal ends at once: the person means it.
  const impatient = (): never => process.exit(130);
  process.once("SIGINT", impatient).once("SIGTERM", impatient);
  console.error("fairlead up: stopping; downloads under way are finished first (again to stop at once)");
  await gateway.stop();
}

async function start(file: string | undefined, flags: Record<string, unknown>): Promise<RunningGateway> {
  try {
    const { settings, warnings } = loadSettings({
      file,
      env: process.env,
      flags,
      cwd: process.cwd(),
      needs: ["gateway", "approval"],
    });
    const { options, notes, upstream } = await gatewayOptions(settings.gateway);
    for (const line of [...warnings, ...notes]) console.error(`fairlead up: ${line}`);
    const gateway = await startGateway({ ...options, pages: approvalPages(settings.approval.key) });
    const sources = options.offline ? "offline, from the cache alone" : `from ${upstream}`;
    console.error(`fairlead up: listening on ${gateway.url}, ${sources}, data in ${options.dataFolder}`);
    console.error(`fairlead up: use it with  GOPROXY=${gateway.url} go mod download`);
    return gateway;
  } catch (error) {
    if (error instanceof StartError || error instanceof StorageError)
      throw new CommandError(error.message, exitCode.outside, { cause: error });
    throw error;
  }
}

function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}
