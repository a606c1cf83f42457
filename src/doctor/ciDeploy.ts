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

/** Whether a job makes the cluster that it deploys to: for tests, gone with the job. */
export function startsCluster({ steps }: CiJob): boolean {
  return steps.some(
    ({ script, uses }) =>
      /\b(kind|k3d)\b[^\n]*\bcreate\b|\bminikube\b[^\n]*\bstart\b|\bmicrok8s\b|get\.k3s\.io/.test(script?.text ?? "") ||
      /\/(setup-)?(kind|minikube|k3d|k3s|microk8s)/.test(uses?.text ?? ""),
  );
}

/** The words of a command that name an image's newest: `app:latest`, `--set image.tag=latest`. */
export function latestWords(args: readonly ShellWord[]): readonly ShellWord[] {
  return args.filter(({ text }) => /^[^\s]*[\w}]:latest$|\btag=latest$/.test(text) && !text.includes("://"));
}
