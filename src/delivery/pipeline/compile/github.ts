// The pipeline as GitHub Actions has it. https://docs.github.com/actions/reference/workflow-syntax-for-github-actions

import { isSecretName } from "../../../config/redact.ts";
import type { PipelineEvent, ServiceContainerSettings } from "../../../config/pipelineSettings.ts";
import { type Job, type Pipeline, pipelineEvents } from "../job.ts";
import { PipelineError } from "../pipelineError.ts";
import { serviceVariables } from "../serviceVariables.ts";
import { partsOf } from "./ciVariable.ts";
import { type CompiledNeed, compiledNeeds } from "./compiledNeeds.ts";
import { serviceScript } from "./serviceScript.ts";
import { comment, jobComment, minutes, present, sourceLine, yamlBlock } from "./yamlText.ts";

/** Where GitHub looks for it. */
export const githubFile = ".github/workflows/fairlead.yml";

const push = "github.event_name == 'push' && github.ref_type ==";
const conditions: Readonly<Record<PipelineEvent, string>> = {
  commit: `${push} 'branch' && github.ref_name != github.event.repository.default_branch`,
  "merge-request": "github.event_name == 'pull_request'",
  merge: `${push} 'branch' && github.ref_name == github.event.repository.default_branch`,
  tag: `${push} 'tag'`,
};

/**
 * The whole file. The same pipeline gives the same text.
 *
 * @throws PipelineError `not-compilable`
 */
export function compileGithub(pipeline: Pipeline): string {
  const problems = pipeline.jobs.flatMap((job) => obstacles(job).map((text) => `  ${job.name}: ${text}`));
  if (problems.length > 0) {
    throw new PipelineError("not-compilable", `GitHub Actions can't have this pipeline:\n${problems.join("\n")}`);
  }
  const needs = compiledNeeds(pipeline);
  const has = (...events: readonly PipelineEvent[]): boolean =>
    pipeline.jobs.some(({ on }) => events.some((event) => on.includes(event)));
  const on = present({
    push: present({
      branches: has("commit", "merge") ? ["**"] : undefined,
      tags: has("tag") ? ["**"] : undefined,
    }),
    pull_request: has("merge-request") ? {} : undefined,
  });
  if (!has("commit", "merge", "tag")) delete on["push"];
  const { secrets, variables } = outsideOf(pipeline);
  const parts = [
    `${sourceLine("github", pipeline.origin)}\n${comment("`fairlead pipeline lint` fails when the two differ.")}`,
    ...(secrets.length === 0
      ? []
      : [comment(`Secrets to set under Settings, Secrets and variables, Actions: ${secrets.join(", ")}.`)]),
    ...(variables.length === 0 ? [] : [comment(`Variables to set in the same place: ${variables.join(", ")}.`)]),
    ...(pipeline.jobs.some(callsFairlead)
      ? [
          comment(
            "Jobs that call `fairlead` need a runner that has it on its PATH (runs-on: a label of your own runners).",
          ),
        ]
      : []),
    yamlBlock({ name: "fairlead", on }),
    comment("No job may write to the repository; a job that must says so itself.") +
      yamlBlock({ permissions: { contents: "read" } }),
    `jobs:\n${pipeline.jobs.map((job) => jobText(job, needs.get(job.name) ?? [])).join("\n")}`,
  ];
  return parts.join("\n");
}

/** `${{ … }}` in a script is filled in before any shell sees it: whoever controls the value controls the runner. */
function obstacles(job: Job): string[] {
  const texts = [
    ...job.run.map((text) => ["run", text] as const),
    ...Object.entries(job.env).map(([name, text]) => [`env.${name}`, text] as const),
    ...job.artifacts.map((text) => ["artifacts", text] as const),
    ...Object.entries(job.services).flatMap(([name, service]) => [
      ...Object.values(service.env).map((text) => [`services.${name}.env`, text] as const),
      ...(service.command ?? []).map((text) => [`services.${name}.command`, text] as const),
    ]),
  ];
  const filled = texts
    .filter(([, text]) => text.includes("${{"))
    .map(([where]) => `\`${where}\` holds \${{, which GitHub would fill in; pass what is meant by \`env\``);
  const checks = Object.entries(job.services)
    .filter(
      ([, { image, ready }]) => image !== undefined && ready?.some((word) => !/^[\w./:=@,+-]+$/.test(word)) === true,
    )
    .map(([name]) => `services.${name}.ready: GitHub takes plain words alone here (letters, digits, ./:=@,+-)`);
  const named = Object.entries(job.services)
    .filter(
      ([, service]) =>
        service.image === undefined && [...Object.values(service.env), ...(service.command ?? [])].some(isNamed),
    )
    .map(([name]) => `services.${name}: a command's variables can't come from GitHub; set them in the job's \`env\``);
  return [...filled, ...checks, ...named];
}

function isNamed(value: string): boolean {
  return partsOf(value).some((part) => "variable" in part);
}

function jobText(job: Job, needs: readonly CompiledNeed[]): string {
  const goVersion = job.image === undefined ? /^golang:([\d.]+)-/.exec(job.ciImage ?? "")?.[1] : undefined;
  const container = job.image ?? (goVersion === undefined ? job.ciImage : undefined);
  const services = Object.entries(job.services);
  const contained = services.filter(([, { image }]) => image !== undefined);
  const hosts = contained.map(([name, { port }]) =>
    serviceVariables(name, container === undefined ? "127.0.0.1" : name, port ?? 0),
  );
  const env = { ...Object.assign({}, ...hosts), ...mapValues(job.env, (value, name) => githubValue(value, name)) };
  const started = services.filter(([, { image }]) => image === undefined);
  const definition = present({
    needs: needs.length === 0 ? undefined : needs.map(({ job }) => job.name),
    if: condition(job, needs),
    "runs-on": "ubuntu-latest",
    container,
    environment: job.environment ?? (job.approval ? job.name : undefined),
    concurrency:
      job.environment === undefined
        ? undefined
        : { group: `environment-${job.environment}`, "cancel-in-progress": false },
    "timeout-minutes": minutes(job.timeout),
    env: Object.keys(env).length === 0 ? undefined : env,
    services:
      contained.length === 0
        ? undefined
        : Object.fromEntries(
            contained.map(([name, service]) => [name, githubService(service, container !== undefined)]),
          ),
    steps: stepsOf(job, needs, { goVersion, inContainer: container !== undefined, started }),
  });
  const notes = [
    jobComment(job),
    ...(job.approval
      ? [`Give the environment ${job.environment ?? job.name} required reviewers, or nobody is asked.`]
      : []),
    ...(job.retries > 0 ? ["GitHub does not try again by itself."] : []),
  ].filter((text) => text !== "");
  return (notes.length === 0 ? "" : comment(notes.join(" "), 2)) + yamlBlock({ [job.name]: definition }, 2);
}

/** Without a status function GitHub skips a job when one that it needs was skipped. */
function condition(job: Job, needs: readonly CompiledNeed[]): string | undefined {
  const events =
    job.on.length === pipelineEvents.length ? "" : job.on.map((event) => `(${conditions[event]})`).join(" || ");
  if (!needs.some(({ optional }) => optional)) return events === "" ? undefined : events;
  return `\${{ !cancelled() && !failure()${events === "" ? "" : ` && (${events})`} }}`;
}

interface StepOptions {
  readonly goVersion: string | undefined;
  readonly inContainer: boolean;
  readonly started: readonly (readonly [string, ServiceContainerSettings])[];
}

function stepsOf(job: Job, needs: readonly CompiledNeed[], { goVersion, inContainer, started }: StepOptions): object[] {
  const lines = job.run.filter((line) => line.trim() !== "");
  if (lines.length === 0) return [{ run: "echo approved" }];
  const script = [...started.map(([name, service]) => serviceScript(name, service)), ...lines].join("\n");
  return [
    { uses: "actions/checkout@v4", with: { "persist-credentials": false } },
    ...(goVersion === undefined ? [] : [{ uses: "actions/setup-go@v5", with: { "go-version": goVersion } }]),
    ...needs
      .filter(({ artifacts }) => artifacts)
      .map(({ job, optional }) =>
        present({
          uses: "actions/download-artifact@v4",
          // Where the other job did not run, there is nothing to fetch.
          "continue-on-error": optional || undefined,
          with: { name: job.name, path: "." },
        }),
      ),
    present({ name: job.name, shell: inContainer ? undefined : "bash", run: `${script.trimEnd()}\n` }),
    ...(job.artifacts.length === 0 ? [] : [upload(job)]),
  ];
}

/** One path with a wildcard at the top makes the project's folder the root of all: else folders in front fall away. */
function upload(job: Job): object {
  return {
    uses: "actions/upload-artifact@v4",
    with: present({
      name: job.name,
      path: `${[...job.artifacts, "*.keeps-the-folders"].join("\n")}\n`,
      "include-hidden-files": job.artifacts.some((glob) => /(^|\/)\./.test(glob)) || undefined,
      "retention-days": 7,
    }),
  };
}

function githubService(service: ServiceContainerSettings, inContainer: boolean): object {
  const env = mapValues(service.env, (value, name) => githubValue(value, name));
  const health =
    service.ready === undefined
      ? undefined
      : `--health-cmd "${service.ready.join(" ")}" --health-interval 2s --health-timeout 5s --health-retries 30`;
  return present({
    image: service.image,
    env: Object.keys(env).length === 0 ? undefined : env,
    ports: inContainer ? undefined : [`${service.port ?? 0}:${service.port ?? 0}`],
    options: health,
  });
}

/** In `env`, not in a script: the value reaches the shell as a variable, whatever it holds. */
function githubValue(value: string, name: string): string {
  return partsOf(value)
    .map((part) => ("variable" in part ? `\${{ ${storeOf(part.variable, name)}.${part.variable} }}` : part.text))
    .join("");
}

function storeOf(variable: string, name: string): "secrets" | "vars" {
  return isSecretName(variable) || isSecretName(name) ? "secrets" : "vars";
}

function outsideOf(pipeline: Pipeline): { secrets: string[]; variables: string[] } {
  const all = pipeline.jobs.flatMap((job) => [job.env, ...Object.values(job.services).map(({ env }) => env)]);
  const found = all.flatMap((env) =>
    Object.entries(env).flatMap(([name, value]) =>
      partsOf(value).flatMap((part) =>
        "variable" in part ? [{ store: storeOf(part.variable, name), variable: part.variable }] : [],
      ),
    ),
  );
  const of = (wanted: string): string[] =>
    [...new Set(found.filter(({ store }) => store === wanted).map(({ variable }) => variable))].sort();
  return { secrets: of("secrets"), variables: of("vars") };
}

function callsFairlead(job: Job): boolean {
  return job.run.some((line) => /(^|[\s;&|(])fairlead\s/.test(line));
}

function mapValues(
  record: Readonly<Record<string, string>>,
  map: (value: string, name: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
