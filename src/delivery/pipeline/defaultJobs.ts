// The pipeline of a repository that wrote none: every gate that it gives a reason for, up to production. Which jobs there
// are depends on the repository alone (so that CI configuration comes out the same everywhere); what this machine lacks or
// has beside it comes in through `machine`, which is undefined when compiling.

import type { PipelineEvent } from "../../config/pipelineSettings.ts";
import { buildPipeline } from "./graph.ts";
import { type AbsentJob, type Job, type Pipeline, pipelineEvents } from "./job.ts";
import { shellWord } from "./shell.ts";

/** What the repository says. Paths are relative to it, with slashes. */
export interface RepositoryFacts {
  /** Folders of Go modules that are its own, "" for the root. */
  readonly modules: readonly string[];
  /** The highest `go` line of them: "1.26.0"; undefined where there is none. */
  readonly go: string | undefined;
  /** It has a go.work. */
  readonly workspace: boolean;
  readonly hasTests: boolean;
  /** golangci-lint's configuration file. */
  readonly lintConfig: string | undefined;
  /** Programs that go.mod's `tool` lines bring, by their package paths. */
  readonly tools: readonly string[];
  readonly dockerfile: string | undefined;
  /** The folder of end-to-end tests: "test/e2e". */
  readonly endToEnd: string | undefined;
  /** Environments that fairlead.yaml describes: name → whether it asks for approval. */
  readonly environments: ReadonlyMap<string, { readonly approval: boolean }>;
  /** An image name is set, so that there is somewhere to push to. */
  readonly pushes: boolean;
}

/** What the machine that is to run it has. */
export interface MachineFacts {
  readonly govulncheck: boolean;
  /** A C compiler, which the race detector needs. */
  readonly cCompiler: boolean;
}

const govulncheckPackage = "golang.org/x/vuln/cmd/govulncheck";
const lintPackage = /^github\.com\/golangci\/golangci-lint\/(v\d+\/)?cmd\/golangci-lint$/;

type Candidate = { readonly name: string } & (
  | { readonly absent: string }
  | {
      readonly purpose: string;
      readonly run: readonly string[];
      readonly needs: readonly string[];
      readonly on?: readonly PipelineEvent[];
      readonly more?: Partial<Job>;
    }
);

/** Releases: what is pushed and deployed. */
const releases: readonly PipelineEvent[] = ["merge", "tag"];
/** Static analysis waits for the merge request; see it in `pipeline plan`. */
const reviewed: readonly PipelineEvent[] = ["merge-request", "merge", "tag"];

/** @throws PipelineError `invalid` where a repository gives no job at all */
export function defaultPipeline(facts: RepositoryFacts, machine: MachineFacts | undefined): Pipeline {
  const candidates = [...checks(facts, machine), ...delivery(facts)];
  const needs = directNeeds(candidates);
  const jobs = candidates.flatMap((candidate): Job[] => {
    if ("absent" in candidate) return [];
    const { name, purpose, run, on = pipelineEvents, more = {} } = candidate;
    return [{ ...blank, name, purpose, run, needs: needs.get(name) ?? [], on, ...more }];
  });
  const absent = candidates.flatMap((candidate): AbsentJob[] =>
    "absent" in candidate ? [{ name: candidate.name, because: candidate.absent }] : [],
  );
  return buildPipeline(jobs, "default", absent);
}

/** Needs that are there, without those that another need waits for anyway. */
function directNeeds(candidates: readonly Candidate[]): Map<string, string[]> {
  const direct = new Map<string, string[]>();
  const all = new Map<string, Set<string>>();
  for (const candidate of candidates) {
    if ("absent" in candidate) continue;
    const present = candidate.needs.filter((need) => all.has(need));
    const further = new Set(present.flatMap((need) => [...(all.get(need) ?? [])]));
    direct.set(
      candidate.name,
      present.filter((need) => !further.has(need)),
    );
    all.set(candidate.name, new Set([...present, ...further]));
  }
  return direct;
}

const blank = {
  image: undefined,
  env: {},
  services: {},
  artifacts: [],
  timeout: 30 * 60_000,
  retries: 0,
  environment: undefined,
  approval: false,
  ciImage: undefined,
} as const;

function checks(facts: RepositoryFacts, machine: MachineFacts | undefined): Candidate[] {
  const noGo = "no go.mod here";
  const hasGo = facts.modules.length > 0;
  const ciImage = `golang:${languageVersion(facts.go)}-bookworm`;
  const inCi = { ciImage };
  const race = machine?.cCompiler ?? true;
  const tested = facts.modules.map((folder) => inFolder(folder, unitTests(race)));
  return [
    hasGo
      ? { name: "format", purpose: "gofmt agrees with every Go file", run: formatLines, needs: [], more: inCi }
      : { name: "format", absent: noGo },
    modules(facts, inCi),
    hasGo
      ? { name: "vet", purpose: "go vet finds nothing", run: each(facts, "go vet ./..."), needs: [], more: inCi }
      : { name: "vet", absent: noGo },
    lint(facts),
    !hasGo || !facts.hasTests
      ? { name: "unit", absent: hasGo ? "no _test.go files" : noGo }
      : {
          name: "unit",
          purpose: race
            ? "the tests, with the race detector and coverage"
            : "the tests, with coverage (no C compiler here: no race detector)",
          run: tested,
          needs: [],
          more: inCi,
        },
    vulnerabilities(facts, machine, inCi),
  ];
}

function modules(facts: RepositoryFacts, inCi: Partial<Job>): Candidate {
  const name = "modules";
  if (facts.modules.length === 0) return { name, absent: "no go.mod here" };
  // `go mod tidy` looks at one module alone, and asks the network for members of the workspace that nobody published.
  if (facts.workspace) return { name, absent: "go mod tidy can't judge a module of a workspace" };
  const diff = atLeast(facts.go, 23);
  return {
    name,
    purpose: diff ? "go.mod and go.sum say what the code needs" : "go.sum holds for what was downloaded",
    run: each(facts, diff ? "go mod tidy -diff" : "go mod verify"),
    needs: [],
    more: inCi,
  };
}

function lint(facts: RepositoryFacts): Candidate {
  if (facts.lintConfig === undefined) return { name: "lint", absent: "no .golangci.yml" };
  const tool = facts.tools.find((path) => lintPackage.test(path));
  const command = tool === undefined ? "golangci-lint run ./..." : "go tool golangci-lint run ./...";
  return {
    name: "lint",
    purpose: `golangci-lint finds nothing (${facts.lintConfig})`,
    run: each(facts, command),
    needs: [],
    on: reviewed,
    more: {
      ciImage: tool === undefined ? "golangci/golangci-lint:latest" : `golang:${languageVersion(facts.go)}-bookworm`,
    },
  };
}

function vulnerabilities(facts: RepositoryFacts, machine: MachineFacts | undefined, inCi: Partial<Job>): Candidate {
  const name = "vulnerabilities";
  if (facts.modules.length === 0) return { name, absent: "no go.mod here" };
  const tool = facts.tools.includes(govulncheckPackage);
  if (!tool && machine?.govulncheck !== true) {
    const where =
      machine === undefined ? "go.mod has no `tool` line for it" : "it is neither on PATH nor a tool in go.mod";
    return { name, absent: `govulncheck: ${where} (go get -tool ${govulncheckPackage})` };
  }
  const command = tool ? "go tool govulncheck ./..." : "govulncheck ./...";
  return {
    name,
    purpose: "no known vulnerability is reachable",
    run: each(facts, command),
    needs: [],
    more: inCi,
  };
}

const gates = ["format", "modules", "vet", "lint", "unit", "vulnerabilities"];

function delivery(facts: RepositoryFacts): Candidate[] {
  const { environments, dockerfile, pushes, endToEnd } = facts;
  const noImage = "no Dockerfile (fairlead init writes one)";
  const nowhere = dockerfile === undefined ? noImage : "service.image is not set in fairlead.yaml";
  const pushed = dockerfile !== undefined && pushes;
  return [
    dockerfile === undefined
      ? { name: "build", absent: noImage }
      : {
          name: "build",
          purpose: "the image is built, and as far as its files can tell its container starts",
          // One job: the image lies in the engine of the machine that built it, and in CI the next job may run on another.
          run: ["fairlead build", "fairlead image why"],
          needs: gates,
          on: releases,
        },
    pushed
      ? {
          name: "push",
          purpose: "the image goes to the registry",
          run: ["fairlead build --push"],
          needs: ["build"],
          on: releases,
        }
      : { name: "push", absent: nowhere },
    deploy("staging", "deploy-staging", "push", pushed ? undefined : nowhere, environments),
    pushed && endToEnd !== undefined && environments.has("staging")
      ? {
          name: "end-to-end",
          purpose: `the tests in ${endToEnd} against staging`,
          run: [`go test -count=1 ./${endToEnd}/...`],
          needs: ["deploy-staging"],
          on: releases,
          more: { ciImage: `golang:${languageVersion(facts.go)}-bookworm`, env: { E2E_ENVIRONMENT: "staging" } },
        }
      : {
          name: "end-to-end",
          absent: endToEnd === undefined ? "no folder test/e2e or e2e" : "nothing is deployed to staging",
        },
    deploy("production", "deploy-production", "end-to-end", pushed ? undefined : nowhere, environments),
  ];
}

/** `fairlead deploy` asks for approval by itself where the environment does: it knows what would change on which hosts. */
function deploy(
  environment: string,
  name: string,
  after: string,
  obstacle: string | undefined,
  environments: RepositoryFacts["environments"],
): Candidate {
  if (obstacle !== undefined) return { name, absent: obstacle };
  if (!environments.has(environment)) return { name, absent: `no environments.${environment} in fairlead.yaml` };
  const asks = environments.get(environment)?.approval === true;
  return {
    name,
    purpose: `the release goes to ${environment}, watched, and back if it is bad${asks ? "; a person approves first" : ""}`,
    run: [`fairlead deploy ${environment}`],
    needs: [...new Set([after, "deploy-staging", "push"])].filter((need) => need !== name),
    on: releases,
    // A person may take a day.
    more: { environment, timeout: (asks ? 24 : 2) * 60 * 60_000 },
  };
}

/** What nobody formats by hand (vendor) or on purpose (testdata) is left out; so is what git doesn't know. */
const formatLines: readonly string[] = [
  "files=$(git ls-files -z --cached --others --exclude-standard -- '*.go' ':!:vendor/*' ':!:*/vendor/*' ':!:testdata/*' ':!:*/testdata/*' | xargs -0 -r gofmt -l)",
  'test -z "$files" || { echo "these files are not formatted; run gofmt -w on them:"; echo "$files"; exit 1; }',
];

function unitTests(race: boolean): string {
  // No profile is written: a file that git doesn't know would mark the image that is built next as made of other files.
  return `go test ${race ? "-race " : ""}-cover ./...`;
}

function each(facts: RepositoryFacts, command: string): string[] {
  return facts.modules.map((folder) => inFolder(folder, command));
}

function inFolder(folder: string, command: string): string {
  return folder === "" ? command : `(cd ${shellWord(folder)} && ${command})`;
}

/** "1.26.0" → "1.26"; the newest that has everything where nobody says. */
function languageVersion(go: string | undefined): string {
  return /^1\.\d+/.exec(go ?? "")?.[0] ?? "1";
}

function atLeast(go: string | undefined, minor: number): boolean {
  const found = /^1\.(\d+)/.exec(go ?? "")?.[1];
  return found !== undefined && Number(found) >= minor;
}
