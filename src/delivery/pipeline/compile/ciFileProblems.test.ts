import { describe, expect, test } from "vitest";
import { githubProblems, gitlabProblems } from "./ciFileProblems.ts";

describe("GitLab", () => {
  test.each([
    [
      "fine",
      "stages: [one]\na: { stage: one, script: [x] }\nb: { stage: one, needs: [a, { job: a }], script: [x] }",
      [],
    ],
    ["default stages", "a: { stage: test, script: [x] }", []],
    ["undefined need", "a: { script: [x], needs: [b] }", ["a needs b, which no job is called"]],
    [
      "undefined need, long",
      "a: { script: [x], needs: [{ job: b, optional: true }] }",
      ["a needs b, which no job is called"],
    ],
    [
      "undefined stage",
      "stages: [one]\na: { stage: two, script: [x] }",
      ["a is of the stage two, which isn't among `stages`"],
    ],
    ["another pipeline's job", "a: { script: [x], needs: [{ pipeline: $P, job: b }] }", []],
    ["includes may define it", "include: other.yml\na: { script: [x], needs: [b] }", []],
    ["a hidden job is a pattern", ".a: { needs: [b] }\nc: { script: [x] }", []],
    ["references", "a: { script: [!reference [.b, script]] }", []],
  ])("%s", (_, text, problems) => expect(gitlabProblems(text)).toEqual(problems));

  test("no YAML, no map", () => {
    expect(gitlabProblems("a: [")).toHaveLength(1);
    expect(gitlabProblems("[]")).toEqual(["it is no map of jobs"]);
  });
});

test.each([
  ["fine", "jobs: { a: {}, b: { needs: a }, c: { needs: [a, b] } }", []],
  ["undefined", "jobs: { b: { needs: a } }", ["b needs a, which no job is called"]],
  ["no jobs", "name: x", ["it has no `jobs`, or not of the usual form"]],
])("GitHub: %s", (_, text, problems) => expect(githubProblems(text)).toEqual(problems));
