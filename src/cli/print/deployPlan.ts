import { styleText } from "node:util";
import type { DeployPlan } from "../../delivery/deploy/plan.ts";
import { imageReference } from "../../delivery/release/release.ts";

/** A plan for a person: what goes where, what is there now, and every step in its order. */
export function formatPlan(plan: DeployPlan): string {
  const { spec, kind, service, environment, hosts, settings, steps } = plan;
  const title = styleText("bold", `${kind} ${service} to ${environment}: ${spec.release}`);
  const image = spec.tag === undefined ? imageReference(spec) : `${spec.image}:${spec.tag} = ${spec.digest}`;
  const width = Math.max(...hosts.map(({ name }) => name.length));
  const lines = [
    title,
    `  image     ${image}`,
    `  settings  ${settings.length === 0 ? "none" : settings.join(", ")} (hash ${spec.settingsHash.slice(0, 12)})`,
    `  strategy  ${spec.strategy}, users reach port ${spec.publicPort}, the container listens on ${spec.containerPort}`,
    "",
    ...hosts.map(({ name, serving, digest, open }, index) => {
      const now = serving === undefined ? "nothing" : `${serving} (${digest?.slice(0, 19) ?? "?"}…)`;
      const left = open === undefined ? "" : styleText("yellow", `, unfinished: ${open}`);
      return `  ${name.padEnd(width)}  ${index === 0 && hosts.length > 1 ? "canary  " : hosts.length > 1 ? "        " : ""}now ${now}${left}`;
    }),
    "",
  ];
  if (steps.length === 0) {
    const what = kind === "deploy" ? "this image with these settings serves on every host" : "it serves on every host";
    return `${[...lines, `  Nothing to do: ${what}.`].join("\n")}\n`;
  }
  const digits = String(steps.length).length;
  const shown = steps.map(({ host, text }, index) => {
    return `  ${String(index + 1).padStart(digits)}. ${(host ?? "all").padEnd(width)}  ${text}`;
  });
  return `${[...lines, ...shown].join("\n")}\n`;
}
