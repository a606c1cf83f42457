import type { BuildLog, Step } from "./buildLog.ts";
import { type CacheVerdict, cacheVerdicts } from "./cacheVerdict.ts";
import { type Stall, stalls } from "./stalls.ts";

/** A build's log, judged. */
export interface BuildReport {
  readonly log: BuildLog;
  /** In the order in which they began. */
  readonly rows: readonly ReportRow[];
  /** The three that took longest, with advice. */
  readonly worst: readonly Stall[];
}

export interface ReportRow {
  readonly step: Step;
  readonly cache: CacheVerdict;
  /** Of the build's time, 0 to 1. Steps run side by side, so the sum may be more than 1. */
  readonly share: number;
}

/** Pure. */
export function reportOf(log: BuildLog): BuildReport {
  const verdicts = cacheVerdicts(log);
  const rows = log.steps.map((step, index): ReportRow => {
    const cache = verdicts[index] ?? { kind: "open", because: undefined, text: "" };
    return { step, cache, share: log.seconds > 0 ? Math.min(1, (step.seconds ?? 0) / log.seconds) : 0 };
  });
  return { log, rows: rows.toSorted(byStart(log.steps)), worst: stalls(log, verdicts) };
}

/** As they began; what began together by stage and place in it. rawjson tells steps in no such order. */
function byStart(steps: readonly Step[]): (a: ReportRow, b: ReportRow) => number {
  const firstOfStage = new Map<string, number>();
  const stage = ({ service, stage, platform, index }: Step): string =>
    index === undefined ? "" : JSON.stringify([service, stage, platform]);
  for (const step of steps) if (!firstOfStage.has(stage(step))) firstOfStage.set(stage(step), step.id);
  const keys = ({ step }: ReportRow): readonly number[] => [
    step.start ?? Infinity,
    step.index === undefined ? 0 : (firstOfStage.get(stage(step)) ?? 0),
    step.index ?? 0,
    step.id,
  ];
  return (a, b) => {
    const [left, right] = [keys(a), keys(b)];
    const differing = left.findIndex((key, index) => key !== right[index]);
    return differing < 0 ? 0 : (left[differing] ?? 0) < (right[differing] ?? 0) ? -1 : 1;
  };
}
