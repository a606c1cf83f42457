import { styleText } from "node:util";
import type { Outcome } from "../../delivery/deploy/apply.ts";
import type { DeployPlan } from "../../delivery/deploy/plan.ts";
import { exitCode } from "../exitCode.ts";

/** `shop v1.4.0 (20261121-093015-3f2a91c)`: the release as messages name it. */
export function whatOf({ service, spec }: Pick<DeployPlan, "service" | "spec">): string {
  return `${service} ${spec.tag ?? spec.digest.slice(0, 19)} (${spec.release})`;
}

/** What became of a deploy, in a few lines: the result first, then why, then what serves. */
export function formatOutcome(plan: DeployPlan, outcome: Outcome): string {
  const { result, reason, hosts, back } = outcome;
  const { service, environment, spec, kind } = plan;
  const name = `${service} in ${environment}`;
  const same = `fairlead ${kind} ${environment}`;
  const heads: Readonly<Record<Outcome["result"], string>> = {
    done: styleText(
      "green",
      `${name}: ${spec.release} serves${outcome.verdict === undefined ? "" : ` (${outcome.verdict})`}`,
    ),
    "nothing-to-do": `${name}: nothing to do, ${spec.release} serves`,
    "rolled-back": styleText(
      "red",
      back === undefined ? `${name}: ${spec.release} did not go out` : `${name}: ${spec.release} was rolled back`,
    ),
    "no-way-back": styleText(
      "red",
      `${name}: ${spec.release} was found bad, and there is nothing to go back to: it goes on serving`,
    ),
    held: styleText("yellow", `${name}: ${spec.release} serves, and too little was seen of it to judge`),
    interrupted: styleText("yellow", `${name}: stopped`),
    stuck: styleText("red", `${name}: ${spec.release} did not go out, and not every host could be taken back`),
  };
  const next: Readonly<Record<Outcome["result"], string>> = {
    done: "",
    "nothing-to-do": "",
    "rolled-back": "",
    "no-way-back": "Deploy a better one.",
    held: `The old container still stands beside it: fairlead rollback ${environment} takes a second. The next deploy ends this.`,
    interrupted: hosts.some(({ serving }) => serving === spec.release)
      ? `The same command goes on from here; fairlead rollback ${environment} goes back.`
      : `Users are where they were. The same command begins anew.`,
    stuck: `Mend what is named above, then: ${same}. It looks at every host first, and takes back what is left.`,
  };
  const lines = [
    heads[result],
    ...(reason === "" ? [] : [reason]),
    ...(back === undefined ? [] : [backText(back)]),
    ...hosts.map(({ name, serving, problem }) => {
      return `  ${name} serves ${serving ?? "nothing"}${problem === undefined ? "" : `\n    ${problem}`}`;
    }),
    ...(next[result] === "" ? [] : [next[result]]),
  ];
  return `${lines.join("\n")}\n`;
}

function backText({ sinceFirstBad, sinceVerdict }: NonNullable<Outcome["back"]>): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const first = sinceFirstBad === undefined ? "" : `, ${seconds(sinceFirstBad)} after the first bad sample`;
  return `The old release served everywhere ${seconds(sinceVerdict)} after the decision${first}.`;
}

export function outcomeStatus({ result, isOutside }: Outcome): number {
  if (result === "done" || result === "nothing-to-do") return exitCode.ok;
  if (result === "stuck" || isOutside) return exitCode.outside;
  return exitCode.findings;
}
