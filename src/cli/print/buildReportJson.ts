import type { BuildReport } from "../../build/log/report.ts";

/** The report as data. Times in seconds since the build began, sizes in bytes, shares 0 to 1. */
export function buildReportJson({ log, rows, worst }: BuildReport): object {
  const { steps: _, ...rest } = log;
  return {
    ...rest,
    steps: rows.map(({ step, cache, share }) => ({ ...step, cached: step.state === "cached", cache, share })),
    worst,
  };
}
