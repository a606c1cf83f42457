import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildPipeline } from "./graph.ts";
import type { Job } from "./job.ts";
import { PipelineError } from "./pipelineError.ts";
import { testJob } from "../../../test/harness/testJob.ts";

function mistakes(...jobs: readonly Job[]): string {
  try {
    buildPipeline(jobs);
  } catch (error) {
    if (error instanceof PipelineError && error.code === "invalid") return error.message;
    throw error;
  }
  return "";
}

describe("mistakes", () => {
  const service = { image: undefined, command: ["redis-server"], env: {}, port: undefined, ready: undefined };
  const rows: [string, Job[], string][] = [
    ["no jobs", [], "there are no jobs"],
    [
      "an unknown need",
      [testJob("unit"), testJob("build", { needs: ["unti"] })],
      "build: it needs unti, which isn't there; is unit meant?",
    ],
    ["itself", [testJob("a", { needs: ["a"] })], "a: it needs itself"],
    ["twice", [testJob("b"), testJob("a", { needs: ["b", "b"] })], "a: it needs b twice"],
    [
      "a circle",
      [testJob("a", { needs: ["c"] }), testJob("b", { needs: ["a"] }), testJob("c", { needs: ["b"] })],
      "a → c → b → a: these jobs wait for each other",
    ],
    ["nothing to run", [testJob("a", { run: [" "] })], "nothing to `run`"],
    ["a taken name", [testJob("image")], "GitLab CI keeps this word for itself"],
    ["a name that begins with a digit", [testJob("1st")], "a job's name"],
    ["no event", [testJob("a", { on: [] })], "it would never run"],
    ["an image that is an option", [testJob("a", { image: "--privileged" })], "no image reference"],
    ["a way out", [testJob("a", { artifacts: ["out/../../etc/passwd"] })], "inside the project"],
    ["an absolute artefact", [testJob("a", { artifacts: ["/etc/passwd"] })], "inside the project"],
    ["a variable of ours", [testJob("a", { env: { FAIRLEAD_RUN: "x" } })], "Fairlead's own"],
    ["no variable's name", [testJob("a", { env: { "A B": "x" } })], "no name of a variable"],
    [
      "a service of both kinds",
      [testJob("a", { services: { db: { ...service, image: "redis:7", port: 1 } } })],
      "either an `image` or a `command`",
    ],
    [
      "a service image without a port",
      [testJob("a", { services: { db: { ...service, command: undefined, image: "redis:7" } } })],
      "needs `port`",
    ],
    [
      "a way around a person",
      [
        testJob("ask", { approval: true, run: [], on: ["tag"] }),
        testJob("ship", { needs: ["ask"], on: ["merge", "tag"] }),
      ],
      "ship: it runs on merge too, where ask asks nobody",
    ],
  ];
  test.each(rows)("%s", (_, jobs, message) => expect(mistakes(...jobs)).toContain(message));

  test("all are told at once", () => {
    const text = mistakes(testJob("a", { run: [] }), testJob("b", { needs: ["x"] }));
    expect(text).toContain("2 mistakes");
    expect(text).toContain("a: it has nothing to `run`");
    expect(text).toContain("b: it needs x");
  });
});

test("needs come first, and else the written order holds", () => {
  const jobs = [
    testJob("ship", { needs: ["build"] }),
    testJob("lint"),
    testJob("build", { needs: ["unit"] }),
    testJob("unit"),
  ];
  expect(buildPipeline(jobs).jobs.map(({ name }) => name)).toEqual(["lint", "unit", "build", "ship"]);
});

test("random needs: either every job stands after its needs, or a real circle is named", () => {
  const graphs = fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(graphs, (edges) => {
      const jobs = edges.map((needs, index) => {
        const others = [...new Set(needs)].filter((need) => need < edges.length && need !== index);
        return testJob(`j${index}`, { needs: others.map((need) => `j${need}`) });
      });
      const text = mistakes(...jobs);
      if (text === "") {
        const order = buildPipeline(jobs).jobs;
        for (const [at, job] of order.entries()) {
          for (const need of job.needs) expect(order.findIndex(({ name }) => name === need)).toBeLessThan(at);
        }
        return;
      }
      const circle = (/ {2}(j.*): these jobs/.exec(text)?.[1] ?? "").split(" → ");
      expect(circle.length).toBeGreaterThan(2);
      expect(circle[0]).toBe(circle.at(-1));
      for (const [at, name] of circle.slice(0, -1).entries()) {
        expect(jobs.find((job) => job.name === name)?.needs).toContain(circle[at + 1]);
      }
    }),
  );
});
