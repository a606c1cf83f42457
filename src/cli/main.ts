import { CommanderError, type Command } from "commander";
import { ConfigError } from "../config/configError.ts";
import { errnoOf } from "../storage/storageError.ts";
import { CommandError, exitCode } from "./exitCode.ts";
import { ownVersion } from "./ownVersion.ts";

/** A command is loaded only when it is called, so that `fairlead --version` starts in tens of milliseconds. */
interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ command: () => Command }>;
}

const commands: readonly CommandEntry[] = [
  { name: "up", summary: "Start the module gateway", load: () => import("./commands/up.ts") },
  {
    name: "run",
    summary: "Run a command through a gateway of its own, and show what it downloads",
    load: () => import("./commands/run.ts"),
  },
  {
    name: "route",
    summary: "Say which way the go command takes a module, and why",
    load: () => import("./commands/route.ts"),
  },
  { name: "cache", summary: "Show what the gateway's cache holds", load: () => import("./commands/cache.ts") },
  {
    name: "mirrors",
    summary: "Say where go, npm and pip get packages from, and set what works",
    load: () => import("./commands/mirrors.ts"),
  },
  {
    name: "vanity",
    summary: "Move a module to an import path of your own",
    load: () => import("./commands/vanity.ts"),
  },
  {
    name: "split",
    summary: "Cut packages out of a module whose users need only these",
    load: () => import("./commands/split.ts"),
  },
  {
    name: "ranges",
    summary: "Say what each range of package.json lets in, and what the lock file holds",
    load: () => import("./commands/ranges.ts"),
  },
  {
    name: "build",
    summary: "Build the project's image, and say where the time went",
    load: () => import("./commands/build.ts"),
  },
  {
    name: "buildlog",
    summary: "Say where a docker build's time went, and why it failed",
    load: () => import("./commands/buildlog.ts"),
  },
  {
    name: "doctor",
    summary: "Find what will hurt the build of a repository, say why, and mend it",
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "image",
    summary: "Look into an image: layers, files, and why it does not start",
    load: () => import("./commands/image.ts"),
  },
  {
    name: "explain",
    summary: "Say what an error means in this project, and what to do",
    load: () => import("./commands/explain.ts"),
  },
  {
    name: "init",
    summary: "Make the files that take a Go repository to running containers",
    load: () => import("./commands/init.ts"),
  },
  {
    name: "pipeline",
    summary: "Run the checks, builds and deploys of the project here; write them for CI",
    load: () => import("./commands/pipeline.ts"),
  },
  {
    name: "deploy",
    summary: "Put a release on an environment's hosts, watch it, take it back if it is bad",
    load: () => import("./commands/deploy.ts"),
  },
  {
    name: "rollback",
    summary: "Go back to an earlier release on every host",
    load: () => import("./commands/rollback.ts"),
  },
  {
    name: "releases",
    summary: "List an environment's releases and their verdicts",
    load: () => import("./commands/releases.ts"),
  },
  {
    name: "status",
    summary: "Say what serves on each host, and what differs",
    load: () => import("./commands/status.ts"),
  },
  {
    name: "approve",
    summary: "Answer a deployment that waits for a person",
    load: () => import("./commands/approve.ts"),
  },
  {
    name: "ci",
    summary: "Mend what keeps a CI job from logging in by SSH",
    load: () => import("./commands/ci.ts"),
  },
  { name: "config", summary: "Check and print the configuration", load: () => import("./commands/config.ts") },
  {
    name: "dockerfile",
    summary: "Print a Dockerfile made for a Go repository",
    load: () => import("./commands/dockerfile.ts"),
  },
];

/** Runs one command line (without node and script) and resolves to its exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  // Whoever reads us may have seen enough (`| head`). The work goes on: a deploy must not end in the middle for that.
  process.stdout.on("error", ignoreClosedPipe);
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") return printHelp(rest[0]);
  if (name === "--version" || name === "-V" || name === "version") {
    console.log(`fairlead ${ownVersion()}`);
    return exitCode.ok;
  }
  const entry = commands.find((c) => c.name === name);
  if (entry === undefined) {
    console.error(`fairlead: there is no command "${name}".\n\n${usage()}`);
    return exitCode.usage;
  }
  return runCommand(entry, rest);
}

function ignoreClosedPipe(error: Error): void {
  if (errnoOf(error) !== "EPIPE") throw error;
}

async function runCommand(entry: CommandEntry, argv: readonly string[]): Promise<number> {
  try {
    const command = (await entry.load()).command();
    for (const each of [command, ...command.commands]) each.exitOverride();
    await command.parseAsync(argv, { from: "user" });
    return Number(process.exitCode ?? exitCode.ok);
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    }
    if (error instanceof CommandError) {
      console.error(`fairlead ${entry.name}: ${error.message}`);
      return error.exitCode;
    }
    if (error instanceof ConfigError) {
      console.error(`fairlead ${entry.name}: ${error.message}`);
      return exitCode.usage;
    }
    // Anything else is our own bug: the stack is what a report needs.
    console.error(`fairlead ${entry.name}: this is a bug in Fairlead, please report it with what follows.`);
    console.error(error);
    return exitCode.outside;
  }
}

async function printHelp(name: string | undefined): Promise<number> {
  const entry = commands.find((c) => c.name === name);
  if (entry !== undefined) return runCommand(entry, ["--help"]);
  console.log(usage());
  return exitCode.ok;
}

function usage(): string {
  const width = Math.max(...commands.map((c) => c.name.length));
  return `Usage: fairlead <command> [options]

Commands:
${commands.map((c) => `  ${c.name.padEnd(width)}  ${c.summary}`).join("\n")}

  fairlead <command> --help   options and examples of one command
  fairlead --version          the version

Exit status: 0 done or clean, 1 findings or a failed check, 2 usage or configuration, 3 the outside world failed.`;
}
