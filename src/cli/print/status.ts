import { styleText } from "node:util";
import type { OpenDeploy } from "../../delivery/release/record.ts";

export interface HostStatus {
  readonly name: string;
  readonly release: string | undefined;
  readonly image: string | undefined;
  readonly digest: string | undefined;
  readonly verdict: string | undefined;
  readonly open: OpenDeploy | undefined;
  /** Who deploys there now, in words. */
  readonly lockedBy: string | undefined;
  readonly engine: string;
  /** The folder of its state. */
  readonly state: string;
  readonly drift: readonly string[];
}

export function formatStatus(service: string, environment: string, hosts: readonly HostStatus[]): string {
  const lines = hosts.flatMap(({ name, release, image, digest, verdict, open, lockedBy, drift }) => {
    const what =
      release === undefined
        ? "nothing serves"
        : `${release} serves (${verdict ?? "?"}), ${image ?? ""}@${digest ?? ""}`;
    return [
      `  ${name}: ${what}`,
      ...(lockedBy === undefined ? [] : [`    being deployed by ${lockedBy}`]),
      ...(open === undefined ? [] : [`    ${openText(open, lockedBy !== undefined, environment)}`]),
      ...drift.map((line) => `    ${styleText("yellow", "drift:")} ${line}`),
    ];
  });
  return `${[styleText("bold", `${service} in ${environment}`), ...lines].join("\n")}\n`;
}

function openText({ kind, release, from, phase, by, since }: OpenDeploy, isLive: boolean, environment: string): string {
  const text = `${kind} of ${release} from ${from ?? "nothing"}, by ${by}, since ${since}: ${phase}`;
  return isLive
    ? text
    : `unfinished ${text}. fairlead ${kind} ${environment} goes on; fairlead rollback ${environment} goes back`;
}
