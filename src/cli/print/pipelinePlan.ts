import { styleText } from "node:util";
import { formatDuration } from "../../config/duration.ts";
import type { PipelinePlan, PlannedJob } from "../../delivery/pipeline/plan.ts";
import { hang } from "./wrap.ts";

const dim = (text: string): string => styleText("dim", text);

export function formatPlan(plan: PipelinePlan): string {
  const from =
    plan.origin === "default" ? "the default pipeline, made from the repository" : "pipeline.jobs in fairlead.yaml";
  const running = plan.jobs.filter(({ runs }) => runs);
  const width = Math.max(
    0,
    ...plan.jobs.map(({ job }) => job.name.length),
    ...plan.absent.map(({ name }) => name.length),
  );
  const steps = [...new Set(running.map(({ step }) => step))].sort((a, b) => a - b);
  const parts = [
    `${styleText("bold", `On a ${plan.event}`)} (${from})`,
    ...steps.map((step) =>
      [dim(`step ${step}`), ...running.filter((each) => each.step === step).map((each) => jobText(each, width))].join(
        "\n",
      ),
    ),
    ...(running.length === 0 ? ["Nothing would run."] : []),
  ];
  const idle = [
    ...plan.jobs.filter(({ runs }) => !runs).map(({ job, because }) => ({ name: job.name, because })),
    ...plan.absent,
  ];
  if (idle.length > 0) {
    const lines = idle.map(({ name, because }) => hang(`  ${name.padEnd(width)}  `, because, 100));
    parts.push([dim("not now"), ...lines].join("\n"));
  }
  return `${parts.join("\n\n")}\n`;
}

function jobText({ job, because, needs, stops }: PlannedJob, width: number): string {
  const label = " ".repeat(width + 4);
  const services = Object.entries(job.services).map(([name, { image }]) =>
    image === undefined ? name : `${name} (${image})`,
  );
  const facts = [
    ...(needs.length === 0 ? [] : [`after ${needs.join(", ")}`]),
    ...(job.approval ? ["waits for a person"] : []),
    ...(job.image === undefined ? [] : [`in ${job.image}`]),
    ...(services.length === 0 ? [] : [`with ${services.join(", ")}`]),
    ...(job.artifacts.length === 0 ? [] : [`keeps ${job.artifacts.join(", ")}`]),
    ...(job.retries === 0 ? [] : [`tried ${job.retries + 1} times`]),
    `within ${formatDuration(job.timeout)}`,
    ...(stops.length === 0 ? [] : [`if it fails, nothing of ${stops.join(", ")}`]),
  ];
  return [
    hang(`  ${job.name.padEnd(width)}  `, because, 110).replace(job.name, styleText("cyan", job.name)),
    ...job.run.flatMap((line) => line.trimEnd().split("\n")).map((line) => `${label}${dim("$")} ${line}`),
    dim(hang(label, facts.join("; "), 100)),
  ].join("\n");
}

/** Without the values of variables: what they are is nobody's business, that they are set is. */
export function planJson(plan: PipelinePlan): object {
  return {
    event: plan.event,
    origin: plan.origin,
    jobs: plan.jobs.map(({ job, runs, because, needs, step, stops }) => ({
      name: job.name,
      runs,
      because,
      step: runs ? step : undefined,
      needs,
      stops,
      run: job.run,
      image: job.image,
      services: Object.keys(job.services),
      variables: Object.keys(job.env),
      artifacts: job.artifacts,
      timeoutMs: job.timeout,
      retries: job.retries,
      on: job.on,
      environment: job.environment,
      approval: job.approval,
    })),
    absent: plan.absent,
  };
}
