import { describe, expect, test } from "vitest";
import { defaultPipeline, type RepositoryFacts } from "./defaultJobs.ts";

const service: RepositoryFacts = {
  modules: [""],
  go: "1.26.0",
  workspace: false,
  hasTests: true,
  lintConfig: ".golangci.yml",
  tools: ["golang.org/x/vuln/cmd/govulncheck"],
  dockerfile: "Dockerfile",
  endToEnd: "test/e2e",
  environments: new Map([
    ["staging", { approval: false }],
    ["production", { approval: true }],
  ]),
  pushes: true,
};

function needs(facts: RepositoryFacts): Record<string, readonly string[]> {
  return Object.fromEntries(defaultPipeline(facts, undefined).jobs.map((job) => [job.name, job.needs]));
}

const gates = ["format", "modules", "vet", "lint", "unit", "vulnerabilities"];

test("a service has every gate up to production", () => {
  expect(needs(service)).toEqual({
    ...Object.fromEntries(gates.map((name) => [name, []])),
    build: gates,
    push: ["build"],
    "deploy-staging": ["push"],
    "end-to-end": ["deploy-staging"],
    "deploy-production": ["end-to-end"],
  });
});

test("an image that can't start is found out where it was built", () => {
  const build = defaultPipeline(service, undefined).jobs.find(({ name }) => name === "build");
  expect(build?.run).toEqual(["fairlead build", "fairlead image why"]);
});

describe("what a repository gives no reason for stays out, and is named", () => {
  const rows: [string, Partial<RepositoryFacts>, Record<string, string>][] = [
    ["no tests", { hasTests: false }, { unit: "no _test.go files" }],
    ["no linter", { lintConfig: undefined }, { lint: "no .golangci.yml" }],
    ["no scanner", { tools: [] }, { vulnerabilities: "go.mod has no `tool` line" }],
    ["a workspace", { workspace: true }, { modules: "workspace" }],
    [
      "no staging",
      { environments: new Map() },
      {
        "deploy-staging": "environments.staging",
        "deploy-production": "environments.production",
        "end-to-end": "nothing is deployed",
      },
    ],
    [
      "no image name",
      { pushes: false },
      {
        push: "service.image",
        "deploy-staging": "service.image",
        "deploy-production": "service.image",
        "end-to-end": "nothing",
      },
    ],
    ["no e2e", { endToEnd: undefined }, { "end-to-end": "no folder" }],
  ];
  test.each(rows)("%s", (_, facts, absent) => {
    const pipeline = defaultPipeline({ ...service, ...facts }, undefined);
    expect(pipeline.absent.map(({ name }) => name).sort()).toEqual(Object.keys(absent).sort());
    for (const { name, because } of pipeline.absent) expect(because).toContain(absent[name]);
  });
});

test("without end-to-end tests production waits for staging", () => {
  expect(needs({ ...service, endToEnd: undefined })["deploy-production"]).toEqual(["deploy-staging"]);
});

test("modules in folders are gone through one by one, whatever they are called", () => {
  const { jobs } = defaultPipeline({ ...service, modules: ["", "it's/api"] }, undefined);
  expect(jobs.find(({ name }) => name === "vet")?.run).toEqual([
    "go vet ./...",
    String.raw`(cd 'it'\''s/api' && go vet ./...)`,
  ]);
});

test("what this machine has counts only when it is to run here", () => {
  const facts = { ...service, tools: [] };
  const here = { govulncheck: true, cCompiler: false };
  const names = (machine: typeof here | undefined): string[] =>
    defaultPipeline(facts, machine).jobs.map(({ name }) => name);
  expect(names(here)).toContain("vulnerabilities");
  expect(names(undefined)).not.toContain("vulnerabilities");
  const unit = defaultPipeline(facts, here).jobs.find(({ name }) => name === "unit");
  expect(unit?.run[0]).not.toContain("-race");
});
