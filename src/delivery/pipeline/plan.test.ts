import { describe, expect, test } from "vitest";
import { buildPipeline } from "./graph.ts";
import { PipelineError } from "./pipelineError.ts";
import { type PipelinePlan, planPipeline } from "./plan.ts";
import { testJob } from "../../../test/harness/testJob.ts";

const pipeline = buildPipeline([
  testJob("vet"),
  testJob("lint", { needs: ["vet"], on: ["merge-request"] }),
  testJob("unit"),
  testJob("build", { needs: ["lint", "unit"], on: ["merge", "tag", "merge-request"] }),
  testJob("ship", { needs: ["build"], on: ["tag"] }),
]);

function running(plan: PipelinePlan): Record<string, string[]> {
  return Object.fromEntries(plan.jobs.filter(({ runs }) => runs).map(({ job, needs }) => [job.name, [...needs]]));
}

describe("what runs, and after what", () => {
  const rows = [
    ["commit", { event: "commit", only: [], from: [] }, { vet: [], unit: [] }],
    [
      "merge request",
      { event: "merge-request", only: [], from: [] },
      { vet: [], unit: [], lint: ["vet"], build: ["lint", "unit"] },
    ],
    // lint is no job of a tag: build waits for what lint would have waited for.
    ["tag", { event: "tag", only: [], from: [] }, { vet: [], unit: [], build: ["vet", "unit"], ship: ["build"] }],
    ["only", { event: "tag", only: ["unit", "ship"], from: [] }, { unit: [], ship: ["unit"] }],
    ["from", { event: "tag", only: [], from: ["build"] }, { build: [], ship: ["build"] }],
  ] as const;
  test.each(rows)("%s", (_, options, expected) => expect(running(planPipeline(pipeline, options))).toEqual(expected));
});

test("steps, what a failure stops, and why a job stays out", () => {
  const { jobs } = planPipeline(pipeline, { event: "tag", only: [], from: [] });
  expect(jobs.map(({ job, step }) => [job.name, step])).toEqual([
    ["vet", 1],
    ["lint", 0],
    ["unit", 1],
    ["build", 2],
    ["ship", 3],
  ]);
  expect(jobs.find(({ job }) => job.name === "unit")?.stops).toEqual(["build", "ship"]);
  expect(jobs.find(({ job }) => job.name === "lint")?.because).toBe("runs on merge-request, and this is a tag");
});

test("a job that isn't there is refused with a guess", () => {
  expect(() => planPipeline(pipeline, { event: "tag", only: ["unti"], from: [] })).toThrow(
    new PipelineError("unknown-job", 'there is no job "unti" in this pipeline. Is unit meant?'),
  );
});
