// From jobs as they were written to a pipeline that can be run and compiled: every mistake found, all told at once.

import { suggest } from "../../config/suggest.ts";
import type { ServiceContainerSettings } from "../../config/pipelineSettings.ts";
import { type AbsentJob, type Job, type Pipeline, pipelineEvents } from "./job.ts";
import { PipelineError } from "./pipelineError.ts";

const maxJobs = 500;

/** A GitHub job id (letters, digits, `-`, `_`, not beginning with a digit or `-`), which is a GitLab job name and a file name too. */
const jobName = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;
/** A host name in the service's network, and a prefix of variables. */
const serviceName = /^[a-z][a-z0-9-]{0,30}$/;
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const environmentName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
/** An image reference, which never begins with a dash (it stands among a program's arguments). */
const imageReference = /^[A-Za-z0-9][A-Za-z0-9_./:@-]{0,255}$/;

/** https://docs.gitlab.com/ci/jobs/#job-names, and what stands at the top of .gitlab-ci.yml beside jobs. */
const takenNames = new Set(
  "image services stages types before_script after_script variables cache include default workflow spec pages true false nil".split(
    " ",
  ),
);

/**
 * Checks jobs and puts them in order.
 *
 * @throws PipelineError `invalid`, with every mistake
 */
export function buildPipeline(
  jobs: readonly Job[],
  origin: Pipeline["origin"] = "fairlead.yaml",
  absent: readonly AbsentJob[] = [],
): Pipeline {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const problems = [
    ...(jobs.length === 0 ? ["there are no jobs"] : []),
    ...(jobs.length > maxJobs ? [`${jobs.length} jobs are more than ${maxJobs}`] : []),
    ...jobs.flatMap((job) => jobProblems(job).map((text) => `${job.name}: ${text}`)),
    ...jobs.flatMap((job) => needProblems(job, byName).map((text) => `${job.name}: ${text}`)),
  ];
  const { ordered, circle } = inOrder(jobs, byName);
  if (circle.length > 0) problems.push(`${circle.join(" → ")}: these jobs wait for each other`);
  if (problems.length === 0) problems.push(...approvalProblems(ordered, byName));
  if (problems.length > 0) {
    const count = problems.length === 1 ? "one mistake" : `${problems.length} mistakes`;
    const lines = problems.map((text) => `  ${text}`).join("\n");
    throw new PipelineError("invalid", `the pipeline has ${count} (pipeline.jobs in fairlead.yaml):\n${lines}`);
  }
  return { jobs: ordered, origin, absent };
}

function jobProblems(job: Job): string[] {
  const problems: string[] = [];
  if (!jobName.test(job.name)) {
    problems.push("a job's name has letters, digits, - and _, begins with a letter, and has 63 at most");
  } else if (takenNames.has(job.name)) {
    problems.push("GitLab CI keeps this word for itself; take another name");
  }
  if (!job.approval && job.run.every((line) => line.trim() === "")) {
    problems.push("it has nothing to `run` (a job that only waits for a person says `approval: true`)");
  }
  if (job.on.length === 0)
    problems.push(`\`on\` is empty: it would never run; name some of ${pipelineEvents.join(", ")}`);
  if (job.run.some((line) => line.includes("\0"))) problems.push("`run` holds a NUL byte");
  if (job.image !== undefined && !imageReference.test(job.image)) {
    problems.push(`${JSON.stringify(job.image)} is no image reference`);
  }
  if (job.environment !== undefined && !environmentName.test(job.environment)) {
    problems.push(`${JSON.stringify(job.environment)} is no name of an environment`);
  }
  problems.push(...variableProblems(job.env));
  for (const glob of job.artifacts) problems.push(...artifactProblems(glob));
  for (const [name, service] of Object.entries(job.services)) problems.push(...serviceProblems(name, service));
  return problems;
}

function variableProblems(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!variableName.test(name)) return [`${JSON.stringify(name)} is no name of a variable`];
    if (name.startsWith("FAIRLEAD_")) return [`${name}: variables that begin with FAIRLEAD_ are Fairlead's own`];
    return value.includes("\0") ? [`the value of ${name} holds a NUL byte`] : [];
  });
}

function artifactProblems(glob: string): string[] {
  const inside = glob !== "" && !glob.startsWith("/") && !glob.startsWith("-") && !glob.startsWith("!");
  if (inside && !/[\0\r\n\\]/.test(glob) && !glob.split("/").includes("..")) return [];
  return [`artifact ${JSON.stringify(glob)}: a glob of files inside the project is meant, such as "out/**/*.xml"`];
}

function serviceProblems(name: string, service: ServiceContainerSettings): string[] {
  const problems: string[] = [];
  if (!serviceName.test(name)) problems.push("its name is a host name: small letters, digits and -");
  if ((service.image === undefined) === (service.command === undefined || service.command.length === 0)) {
    problems.push("it has either an `image` or a `command`");
  }
  if (service.image !== undefined && !imageReference.test(service.image)) problems.push("its `image` is no reference");
  if (service.image !== undefined && service.port === undefined) {
    problems.push("an image needs `port`, where it listens inside its container");
  }
  problems.push(...variableProblems(service.env));
  return problems.map((text) => `service ${name}: ${text}`);
}

function needProblems(job: Job, byName: ReadonlyMap<string, Job>): string[] {
  const others = [...byName.keys()].filter((name) => name !== job.name);
  return job.needs.flatMap((need, index) => {
    if (need === job.name) return ["it needs itself"];
    if (job.needs.indexOf(need) !== index) return [`it needs ${need} twice`];
    if (byName.has(need)) return [];
    const guess = suggest(need, others);
    return [`it needs ${need}, which isn't there${guess === undefined ? "" : `; is ${guess} meant?`}`];
  });
}

/** Kahn's algorithm, taking the first in written order each time; what is left over holds a circle. */
function inOrder(jobs: readonly Job[], byName: ReadonlyMap<string, Job>): { ordered: Job[]; circle: string[] } {
  const ordered: Job[] = [];
  const done = new Set<string>();
  let rest = [...jobs];
  while (rest.length > 0) {
    const next = rest.find((job) => job.needs.every((need) => done.has(need) || !byName.has(need)));
    if (next === undefined) return { ordered, circle: circleIn(rest) };
    ordered.push(next);
    done.add(next.name);
    rest = rest.filter((job) => job !== next);
  }
  return { ordered, circle: [] };
}

/** Each of `rest` needs another of them: walking along needs comes back to somewhere. */
function circleIn(rest: readonly Job[]): string[] {
  const byName = new Map(rest.map((job) => [job.name, job]));
  const path: string[] = [];
  let at: Job | undefined = rest[0];
  while (at !== undefined) {
    const { name } = at;
    const seen = path.indexOf(name);
    if (seen >= 0) return [...path.slice(seen), name];
    path.push(name);
    const next: string | undefined = at.needs.find((need) => byName.has(need));
    at = next === undefined ? undefined : byName.get(next);
  }
  return path;
}

/**
 * A job whose need isn't selected for an event runs without it. For a check that is what `on` asks for; for an approval it
 * would be a way around the person.
 */
function approvalProblems(jobs: readonly Job[], byName: ReadonlyMap<string, Job>): string[] {
  return jobs.flatMap((job) =>
    job.needs.flatMap((name) => {
      const need = byName.get(name);
      if (need === undefined || !need.approval) return [];
      const around = job.on.filter((event) => !need.on.includes(event));
      if (around.length === 0) return [];
      return [`${job.name}: it runs on ${around.join(", ")} too, where ${name} asks nobody; let \`on\` of both agree`];
    }),
  );
}
