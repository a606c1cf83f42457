import { Command } from "commander";
import { ConfigError, formatPlace } from "../../config/configError.ts";
import { isLoopback } from "../../config/listenAddress.ts";
import { type LoadedSettings, loadSettings, type Source } from "../../config/load.ts";
import { client, clientExamples } from "./configClient.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { addFormatOptions, printJson, printWarnings } from "../print/format.ts";

interface Options {
  readonly config?: string;
  readonly format: string;
}

const examples = `
Examples:
  fairlead config check                      every mistake at once
  fairlead config check --config ci.yaml     in another file
  fairlead config print                      each setting and where it was set
  FAIRLEAD_OFFLINE=1 fairlead config print   with the environment of a job
  fairlead config print --json               for scripts

Flags win over FAIRLEAD_* variables, those over fairlead.yaml, that over the defaults.
All settings: docs/configuration.md. Secrets are never printed.

Exit status: 0 the configuration is sound, 2 it is not.`;

export function command(): Command {
  const config = new Command("fairlead config").description("Check and print the configuration.");
  for (const [name, summary, run] of [
    ["check", "read everything that sets something, and tell of every mistake", check],
    ["print", "print the settings that hold here, each with its origin", print],
  ] as const) {
    const sub = config.command(name).description(summary);
    addFormatOptions(
      sub.option("--config <file>", "the configuration file (else FAIRLEAD_CONFIG, else ./fairlead.yaml)"),
    );
    sub.addHelpText("after", examples).action(run);
  }
  config
    .command("client")
    .description("print what makes a go command use the gateway: for a shell, a Dockerfile, GitLab or GitHub")
    .argument("[form]", "shell, docker, gitlab or github (default: shell)")
    .option("--url <url>", "the address under which clients reach the gateway (default: the one it listens on)")
    .option("--config <file>", "the configuration file (else FAIRLEAD_CONFIG, else ./fairlead.yaml)")
    .option("--json", "one JSON document instead of text")
    .addHelpText("after", clientExamples)
    .action(client);
  return config.addHelpText("after", examples);
}

function load(options: Options): LoadedSettings {
  return loadSettings({ file: options.config, env: process.env, flags: {}, cwd: process.cwd() });
}

function check(options: Options): void {
  try {
    const loaded = load(options);
    const warnings = [...loaded.warnings, ...openWarning(loaded)];
    if (options.format === "json") return printJson({ ok: true, file: loaded.file ?? null, problems: [], warnings });
    printWarnings(warnings);
    const set = [...loaded.sources.values()].filter(({ place }) => place !== undefined).length;
    const file = loaded.file ?? "no fairlead.yaml here: defaults and environment";
    console.log(`${file}: no mistakes (${set} of ${loaded.sources.size} settings set, the others by default)`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (options.format !== "json") throw new CommandError(error.message, exitCode.usage, { cause: error });
    printJson({ ok: false, code: error.code, message: error.message, problems: error.problems, warnings: [] });
    process.exitCode = exitCode.usage;
  }
}

/** Sound by itself, and yet `fairlead up` won't start with it. */
function openWarning({ settings: { gateway }, sources }: LoadedSettings): string[] {
  if (isLoopback(gateway.listen) || gateway.insecureOpen) return [];
  const address = String(sources.get("gateway.listen")?.shown);
  return [`${address} can be reached from other machines; fairlead up refuses that without gateway.insecureOpen`];
}

function print(options: Options): void {
  const loaded = load(options);
  if (options.format === "json") return printJson(printable(loaded));
  printWarnings(loaded.warnings);
  const rows = [...loaded.sources].map(([path, source]) => [path, show(source), origin(source)] as const);
  const widths = [0, 1].map((column) => Math.min(40, Math.max(...rows.map((row) => (row[column] ?? "").length))));
  for (const [path, value, from] of rows) {
    console.log(`${path.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${from}`);
  }
}

function printable({ file, sources, warnings }: LoadedSettings): object {
  const settings = [...sources].map(([path, { place, shown }]) => {
    return [path, { value: shown ?? null, source: place ?? { kind: "default" } }];
  });
  return { file: file ?? null, settings: Object.fromEntries(settings), warnings };
}

function show({ shown }: Source): string {
  return shown === undefined ? "-" : String(shown);
}

function origin({ place }: Source): string {
  return place === undefined ? "default" : formatPlace(place);
}
