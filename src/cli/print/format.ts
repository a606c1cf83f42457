import { type Command, Option } from "commander";

/** `--format pretty|json`, and `--json` for short, as every command that prints has them. */
export function addFormatOptions(command: Command): Command {
  return command
    .addOption(new Option("--format <format>", "how to print").choices(["pretty", "json"]).default("pretty"))
    .addOption(new Option("--json", "short for --format json").implies({ format: "json" }));
}

/**
 * Prints one JSON document to standard output. Its readers go by schemaVersion, which changes when a field goes; a field
 * that has no value is null, not missing.
 */
export function printJson(document: object): void {
  const orNull = (_: string, value: unknown): unknown => value ?? null;
  process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...document }, orNull, 2)}\n`);
}

/** Warnings go to standard error, where they don't mix with the result. */
export function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
}
