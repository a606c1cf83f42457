// Which steps a step needs, where the log doesn't say (plain logs): by names. The instruction before it in its stage; the
// stages that it copies or mounts from; the context for what it copies from there.

import type { StepDraft } from "./trace.ts";

/** Ids of the steps that each step needs, in the steps' order. Only steps that the log shows can be named. */
export function inferOrder(steps: readonly StepDraft[]): readonly (readonly number[])[] {
  const places = new Map<string, StepDraft[]>();
  const contexts = new Map<string, StepDraft>();
  for (const step of steps) {
    const { kind, index, stage } = step.name;
    if (kind === "context") contexts.set(scope(step), step);
    if (index === undefined) continue;
    const key = `${scope(step)} ${stage ?? ""}`;
    places.set(key, [...(places.get(key) ?? []), step]);
  }
  const stageOf = (step: StepDraft, stage: string): readonly StepDraft[] => places.get(`${scope(step)} ${stage}`) ?? [];
  const sourced = new Set(
    steps.flatMap((step) => sourcesOf(step.name.instruction).map((source) => `${scope(step)} ${source}`)),
  );
  return steps.map((step) => {
    const { kind, index, stage, instruction } = step.name;
    const needs = new Set<StepDraft | undefined>();
    if (kind === "export") {
      for (const [key, all] of places) {
        if (all[0]?.build !== step.build || sourced.has(key)) continue;
        for (const platform of new Set(all.map(({ name }) => target(name.platform)))) needs.add(lastOf(all, platform));
      }
    }
    if (index !== undefined) {
      needs.add(lastOf(stageOf(step, stage ?? ""), target(step.name.platform), index));
      for (const source of sourcesOf(instruction)) needs.add(lastOf(stageOf(step, source), target(step.name.platform)));
      const fromContext = (kind === "copy" || kind === "add") && !/ --from=/.test(instruction);
      if (fromContext) needs.add(contexts.get(scope(step)));
    }
    return [...needs].flatMap((each) => (each === undefined || each === step ? [] : each.id));
  });
}

function scope({ build, name }: StepDraft): string {
  return `${build} ${name.service ?? ""}`;
}

/** `linux/arm64` of `linux/amd64->arm64`: what it is built for. */
function target(platform: string | undefined): string | undefined {
  const [from = "", to] = (platform ?? "").split("->");
  if (to === undefined) return platform;
  return to.includes("/") ? to : `${from.split("/")[0] ?? ""}/${to}`;
}

/**
 * The last instruction of a stage, before an index if one is given. What is the same on several platforms runs once, under
 * the name of one of them: those for the same platform are preferred, others will do.
 */
function lastOf(stage: readonly StepDraft[], platform: string | undefined, before = Infinity): StepDraft | undefined {
  let best: StepDraft | undefined;
  const rank = (step: StepDraft): number =>
    (step.name.index ?? 0) * 2 + (target(step.name.platform) === platform ? 1 : 0);
  for (const step of stage) {
    if ((step.name.index ?? 0) < before && (best === undefined || rank(step) > rank(best))) best = step;
  }
  return best;
}

function sourcesOf(instruction: string): string[] {
  const copies = [...instruction.matchAll(/ --from=([\w.-]{1,128})/g)].map(([, stage = ""]) => stage);
  const mounts = [...instruction.matchAll(/--mount=\S{0,300}\bfrom=([\w.-]{1,128})/g)].map(([, stage = ""]) => stage);
  return [...copies, ...mounts].slice(0, 50);
}
