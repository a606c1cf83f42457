// The commands of a job that put a version into service.

import type { CiJob } from "../repo/ci/ciFile.ts";
import type { ShellWord } from "../repo/dockerfile/shell.ts";
import { type CiCommand, jobCommands, runs } from "./ciSteps.ts";

const deploying: readonly (readonly string[])[] = [
  ["kubectl", "apply"],
  ["kubectl", "set"],
  ["kubectl", "rollout", "restart"],
  ["helm", "upgrade"],
  ["docker", "stack", "deploy"],
  ["docker", "service", "update"],
  ["fairlead", "deploy"],
  ["kamal", "deploy"],
  ["flyctl", "deploy"],
  ["gcloud", "run", "deploy"],
];

export function deployCommands(job: CiJob): readonly CiCommand[] {
  return jobCommands(job).filter(
    ({ command }) =>
      deploying.some(([program = "", ...words]) => runs(command, program, ...words)) &&
      // `kubectl apply --dry-run` asks, and changes nothing.
      !command.args.some(({ text }) => /^--dry-run|^--help$/.test(text)),
  );
}

/** The words of a command that name an image's newest: `app:latest`, `--set image.tag=latest`. */
export function latestWords(args: readonly ShellWord[]): readonly ShellWord[] {
  return args.filter(({ text }) => /^[^\s]*[\w}]:latest$|\btag=latest$/.test(text) && !text.includes("://"));
}
