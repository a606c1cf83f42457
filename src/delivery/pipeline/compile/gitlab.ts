// The pipeline as GitLab CI has it. https://docs.gitlab.com/ci/yaml/

import type { PipelineEvent, ServiceContainerSettings } from "../../../config/pipelineSettings.ts";
import { type Job, type Pipeline, pipelineEvents } from "../job.ts";
import { serviceVariables } from "../serviceVariables.ts";
import { partsOf } from "./ciVariable.ts";
import { type CompiledNeed, compiledNeeds } from "./compiledNeeds.ts";
import { serviceScript } from "./serviceScript.ts";
import { comment, jobComment, minutes, present, sourceLine, yamlBlock } from "./yamlText.ts";

/** Where GitLab looks for it. */
export const gitlabFile = ".gitlab-ci.yml";

/** Predefined variables alone, which no author of a commit chooses but for the branch's name, and that is only compared. */
const conditions: Readonly<Record<PipelineEvent, string>> = {
  commit: '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH && $CI_COMMIT_BRANCH != $CI_DEFAULT_BRANCH',
  "merge-request": '$CI_PIPELINE_SOURCE == "merge_request_event"',
  merge: '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH',
  tag: '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_TAG',
};

/** GitLab tries again twice at most. */
const mostRetries = 2;

/** The whole file. The same pipeline gives the same text. */
export function compileGitlab(pipeline: Pipeline): string {
  const needs = compiledNeeds(pipeline);
  const stages = stagesOf(pipeline, needs);
  const variables = [...new Set(pipeline.jobs.flatMap((job) => Object.values(job.env).flatMap(variablesIn)))].sort();
  const parts = [
    `${sourceLine("gitlab", pipeline.origin)}\n${comment("`fairlead pipeline lint` fails when the two differ.")}`,
    ...(variables.length === 0
      ? []
      : [
          comment(
            `Variables to set under Settings, CI/CD, Variables (masked where they are secret): ${variables.join(", ")}.`,
          ),
        ]),
    ...(pipeline.jobs.some(callsFairlead)
      ? [comment("Jobs that call `fairlead` need a runner that has it on its PATH; those that build, docker as well.")]
      : []),
    comment("Jobs start as soon as what they need is done; stages only sort them on the page.") +
      yamlBlock({ stages: [...new Set(stages.values())] }),
    ...workflow(pipeline),
    ...templates(pipeline),
    ...pipeline.jobs.map((job) => jobText(job, stages.get(job.name) ?? "", needs.get(job.name) ?? [])),
  ];
  return parts.join("\n");
}

function stagesOf(pipeline: Pipeline, needs: ReadonlyMap<string, readonly CompiledNeed[]>): Map<string, string> {
  const steps = new Map<string, number>();
  for (const { name } of pipeline.jobs) {
    const before = (needs.get(name) ?? []).map(({ job }) => steps.get(job.name) ?? 0);
    steps.set(name, 1 + Math.max(0, ...before));
  }
  const inOrder = [...steps].sort(([, a], [, b]) => a - b);
  return new Map(inOrder.map(([name, step]) => [name, `step-${step}`]));
}

/** While a merge request is open, a push makes two pipelines. Where the merge request's has all of the other's, one is enough. */
function workflow(pipeline: Pipeline): string[] {
  const onCommit = pipeline.jobs.filter(({ on }) => on.includes("commit"));
  if (onCommit.length === 0 || !onCommit.every(({ on }) => on.includes("merge-request"))) return [];
  const rules = [
    // The default branch may have a merge request of its own open, into another branch: its pipeline is the release's.
    { if: `${conditions.commit} && $CI_OPEN_MERGE_REQUESTS`, when: "never" },
    { when: "always" },
  ];
  return [
    comment(
      "A push to an open merge request runs the merge request's pipeline alone: it has every job of the branch's.",
    ) + yamlBlock({ workflow: { rules } }),
  ];
}

/** What several jobs have in common: hidden jobs, which they extend. */
function templates(pipeline: Pipeline): string[] {
  const rules = new Map(
    pipeline.jobs.map((job) => [
      rulesName(job),
      job.on.map((event) => ({
        if: conditions[event],
        ...(job.approval ? { when: "manual", allow_failure: false } : {}),
      })),
    ]),
  );
  const go = pipeline.jobs.find(isGoJob);
  return [
    ...[...rules].map(([name, rules]) => withEvents(yamlBlock({ [name]: { rules } }))),
    ...(go === undefined
      ? []
      : [
          comment(
            "Downloads are kept where GitLab can cache them, and where the go command does not look for packages.",
          ) + yamlBlock({ ".go": { image: go.ciImage, variables: goVariables, cache: goCache } }),
        ]),
  ];
}

function rulesName(job: Job): string {
  const events = job.on.length === pipelineEvents.length ? "every-event" : job.on.join("-or-");
  return job.approval ? `.ask-on-${events}` : `.on-${events}`;
}

function isGoJob(job: Job): boolean {
  return job.image === undefined && job.ciImage?.startsWith("golang:") === true;
}

function jobText(job: Job, stage: string, needs: readonly CompiledNeed[]): string {
  const services = Object.entries(job.services);
  const started = services.filter(([, { image }]) => image === undefined);
  const contained = services.filter(([, { image }]) => image !== undefined);
  const hosts = contained.map(([name, { port }]) => serviceVariables(name, name, port ?? 0));
  const variables = { ...Object.assign({}, ...hosts), ...ownVariables(job) };
  const isGo = isGoJob(job);
  const definition = present({
    extends: isGo ? [".go", rulesName(job)] : rulesName(job),
    stage,
    image: isGo ? undefined : (job.image ?? job.ciImage),
    needs: needs.map(({ job, optional, artifacts }) =>
      optional || artifacts
        ? present({ job: job.name, optional: optional || undefined, artifacts: artifacts || undefined })
        : job.name,
    ),
    variables: Object.keys(variables).length === 0 ? undefined : variables,
    services: contained.length === 0 ? undefined : contained.map(([name, service]) => gitlabService(name, service)),
    environment: job.environment === undefined ? undefined : { name: job.environment },
    resource_group: job.environment,
    interruptible: job.environment === undefined ? true : undefined,
    timeout: `${minutes(job.timeout)} minutes`,
    retry: job.retries === 0 ? undefined : Math.min(job.retries, mostRetries),
    script: scriptOf(job, started),
    artifacts: job.artifacts.length === 0 ? undefined : { paths: job.artifacts, expire_in: "1 week" },
  });
  const notes = [
    jobComment(job),
    ...(job.retries > mostRetries ? [`GitLab tries again ${mostRetries} times at most, not ${job.retries}.`] : []),
    ...fromCi(job).map((name) => `${name} comes from the CI's variables.`),
  ].filter((text) => text !== "");
  return (notes.length === 0 ? "" : comment(notes.join(" "))) + yamlBlock({ [job.name]: definition });
}

const goVariables = { GOMODCACHE: "$CI_PROJECT_DIR/.cache/go-mod", GOFLAGS: "-modcacherw" };
const goCache = { key: { files: ["go.sum"] }, paths: [".cache/go-mod"] };

function scriptOf(job: Job, started: readonly (readonly [string, ServiceContainerSettings])[]): string[] {
  const lines = job.run.filter((line) => line.trim() !== "");
  if (lines.length === 0) return ["echo approved"];
  return [...started.map(([name, service]) => serviceScript(name, service)), ...lines];
}

function gitlabService(name: string, service: ServiceContainerSettings): object {
  const variables = Object.fromEntries(Object.entries(service.env).map(([key, value]) => [key, gitlabValue(value)]));
  return present({
    name: service.image,
    alias: name,
    variables: Object.keys(variables).length === 0 ? undefined : variables,
  });
}

function ownVariables(job: Job): Record<string, unknown> {
  const given = new Set(fromCi(job));
  const entries = Object.entries(job.env).filter(([name]) => !given.has(name));
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const literal = variablesIn(value).length === 0 && value.includes("$");
      return [name, literal ? { value, expand: false } : gitlabValue(value)];
    }),
  );
}

/** Variables that are the CI's own under the same name: saying `NAME: $NAME` would only hide them. */
function fromCi(job: Job): string[] {
  return Object.entries(job.env).flatMap(([name, value]) => {
    const [part, ...more] = partsOf(value);
    return part !== undefined && more.length === 0 && "variable" in part && part.variable === name ? [name] : [];
  });
}

/** `$$` is a dollar sign where GitLab fills in variables. */
function gitlabValue(value: string): string {
  return partsOf(value)
    .map((part) => ("variable" in part ? `\${${part.variable}}` : part.text.replaceAll("$", "$$$$")))
    .join("");
}

function variablesIn(value: string): string[] {
  return partsOf(value).flatMap((part) => ("variable" in part ? [part.variable] : []));
}

function callsFairlead(job: Job): boolean {
  return job.run.some((line) => /(^|[\s;&|(])fairlead\s/.test(line));
}

/** Says behind each condition which event it is. */
function withEvents(text: string): string {
  let result = text;
  for (const [event, condition] of Object.entries(conditions)) {
    result = result.replaceAll(`- if: ${condition}\n`, `- if: ${condition} # ${event}\n`);
  }
  return result;
}
