// What no schema finds in a CI file, whoever wrote it: needs and stages that nobody defines.

import { parseDocument } from "yaml";
import * as z from "zod";

const need = z.union([z.string(), z.looseObject({ job: z.optional(z.string()), pipeline: z.optional(z.unknown()) })]);
const gitlabJob = z.looseObject({ stage: z.optional(z.string()), needs: z.optional(z.array(need)) });
const githubWorkflow = z.looseObject({
  jobs: z.record(z.string(), z.looseObject({ needs: z.optional(z.union([z.string(), z.array(z.string())])) })),
});
const keywords = new Set(
  "image services stages types before_script after_script variables cache include default workflow spec".split(" "),
);
/** https://docs.gitlab.com/ci/yaml/#stages */
const defaultStages = ["build", "test", "deploy"];

/** Mistakes of a .gitlab-ci.yml, for people. What it includes from elsewhere may define anything: then nothing is said. */
export function gitlabProblems(text: string): string[] {
  const { tree, problems } = parsed(text);
  if (tree === undefined) return problems;
  if ("include" in tree) return [];
  const stages = new Set([".pre", ".post", ...(z.array(z.string()).safeParse(tree["stages"]).data ?? defaultStages)]);
  const jobs = Object.entries(tree).filter(([name]) => !keywords.has(name));
  const names = new Set(jobs.map(([name]) => name));
  return jobs.flatMap(([name, raw]) => {
    const job = gitlabJob.safeParse(raw).data;
    if (job === undefined || name.startsWith(".")) return [];
    const needed = (job.needs ?? []).flatMap((each) =>
      typeof each === "string" ? [each] : each.pipeline === undefined ? (each.job ?? []) : [],
    );
    return [
      ...needed.filter((other) => !names.has(other)).map((other) => `${name} needs ${other}, which no job is called`),
      ...(job.stage === undefined || stages.has(job.stage)
        ? []
        : [`${name} is of the stage ${job.stage}, which isn't among \`stages\``]),
    ];
  });
}

/** Mistakes of a workflow file, for people. */
export function githubProblems(text: string): string[] {
  const { tree, problems } = parsed(text);
  if (tree === undefined) return problems;
  const workflow = githubWorkflow.safeParse(tree).data;
  if (workflow === undefined) return ["it has no `jobs`, or not of the usual form"];
  const names = Object.keys(workflow.jobs);
  return Object.entries(workflow.jobs).flatMap(([name, { needs = [] }]) =>
    (typeof needs === "string" ? [needs] : needs)
      .filter((other) => !names.includes(other))
      .map((other) => `${name} needs ${other}, which no job is called`),
  );
}

function parsed(text: string): { tree: Record<string, unknown> | undefined; problems: string[] } {
  // GitLab's `!reference [job, key]` only matters where it stands, and that is never a need's name.
  const document = parseDocument(text, { logLevel: "silent", customTags: [{ tag: "!reference", collection: "seq" }] });
  const [error] = document.errors;
  if (error !== undefined) return { tree: undefined, problems: [error.message.split("\n")[0] ?? "it is no YAML"] };
  const tree = z.record(z.string(), z.unknown()).safeParse(document.toJS({ maxAliasCount: 1000 })).data;
  return tree === undefined ? { tree, problems: ["it is no map of jobs"] } : { tree, problems: [] };
}
