// The stage that runs, for rules about what is missing in it.

import { type Instruction, lineage, type Stage } from "../repo/dockerfile/dockerfile.ts";
import type { MainPackage } from "../repo/goProject.ts";
import { goSteps } from "./goInDocker.ts";
import type { DockerfileFacts, Facts } from "./facts.ts";

/** ENTRYPOINT, else CMD: what makes the stage one that runs. */
function starts(stage: Stage): Instruction | undefined {
  const all = lineage(stage).flatMap(({ instructions }) => instructions);
  return all.findLast(({ keyword }) => keyword === "ENTRYPOINT") ?? all.findLast(({ keyword }) => keyword === "CMD");
}

/** Whether anything in the stage, or what it goes on from, speaks of it: a COPY, a package that is installed, a variable. */
export function mentions(stage: Stage, what: RegExp): boolean {
  return lineage(stage).some(({ instructions }) => instructions.some(({ text }) => what.test(text)));
}

/**
 * The programs of the project that a Dockerfile at the root compiles for its last stage: the one that `go build` names, all
 * where it names none or a pattern. None where the last stage starts nothing, or is compiled elsewhere.
 */
export function programsIn({ go }: Facts, { stages, reached, last, context }: DockerfileFacts): readonly MainPackage[] {
  if (go === undefined || last === undefined || context.folder !== "" || starts(last) === undefined) return [];
  const built = stages
    .filter((stage) => reached.has(stage))
    .flatMap((stage) => goSteps(stage))
    .filter(({ verb }) => verb === "build" || verb === "install");
  if (built.length === 0) return [];
  const named = built.flatMap(({ command }) =>
    command.args.map(({ text }) => text.replace(/^\.\//, "").replace(/\/(main\.go|\.\.\.)?$/, "")),
  );
  const chosen = go.mains.filter(({ dir }) => named.includes(dir));
  return chosen.length > 0 ? chosen : go.mains.length === 1 ? go.mains : [];
}
