import type * as z from "zod";
import type { Milliseconds } from "./duration.ts";
import { port, variableNames } from "./serviceSettings.ts";
import { mapOf, optionalSetting, section, setting } from "./setting.ts";
import { anyText, choices, commandLine, duration, integer, shellLines, text, textList, toggle } from "./valueTypes.ts";

/** What runs for a commit, here and in CI. */
export interface PipelineSettings {
  /** Empty: the default pipeline, made from the repository. */
  readonly jobs: Readonly<Record<string, JobSettings>>;
  /** Jobs at once; undefined: one a core. */
  readonly parallel: number | undefined;
}

export interface JobSettings {
  /** Lines for a shell. */
  readonly run: readonly string[];
  readonly needs: readonly string[];
  /** undefined: on the host. */
  readonly image: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, ServiceContainerSettings>>;
  /** Globs, from the project's folder. */
  readonly artifacts: readonly string[];
  readonly timeout: Milliseconds;
  readonly retries: number;
  readonly on: readonly PipelineEvent[];
  readonly environment: string | undefined;
  readonly approval: boolean;
}

export type PipelineEvent = "commit" | "merge-request" | "merge" | "tag";

/** What runs beside a job: a database, for example. One of image and command. */
export interface ServiceContainerSettings {
  readonly image: string | undefined;
  readonly command: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number | undefined;
  /** Succeeds when the service is ready; undefined: the port accepts. */
  readonly ready: readonly string[] | undefined;
}

const jobNames = {
  entry: "<job>",
  pattern: /^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$/,
  hint: "a job's name is made of lower-case letters, digits and hyphens",
};
const image = text(/^[a-z0-9][\w.:/@-]*$/, "an image, such as postgres:17");
const value = setting(anyText, { default: "", description: "The variable's value." });

const serviceSchema: z.ZodType<ServiceContainerSettings> = section(
  "What runs while the job does: a database, for example. The job finds it by `<NAME>_HOST` and `<NAME>_PORT`.",
  {
    image: optionalSetting(image, { defaultText: "", description: "The image to run." }),
    command: optionalSetting(commandLine, {
      defaultText: "",
      description: "The program to run on the host, instead of an image.",
    }),
    env: mapOf("Variables of the service.", variableNames, value),
    port: optionalSetting(port, { defaultText: "none", description: "The port that the service listens on." }),
    ready: optionalSetting(commandLine, {
      defaultText: "the port accepts connections",
      description: "A command that succeeds once the service is ready.",
    }),
  },
  {
    check: ({ image, command }) =>
      (image === undefined) === (command === undefined)
        ? "a service takes image or command, one of the two"
        : undefined,
  },
);

const jobSchema: z.ZodType<JobSettings> = section("A job.", {
  run: setting(shellLines, { default: "", description: "Lines for a shell, which ends at the first that fails." }),
  needs: setting(textList, { default: "", description: "The jobs that must have succeeded before." }),
  image: optionalSetting(image, { defaultText: "none: on the host", description: "The image to run the job in." }),
  env: mapOf("Variables of the job.", variableNames, value),
  services: mapOf("What runs beside the job.", jobNames, serviceSchema),
  artifacts: setting(textList, {
    default: "",
    description: "Files to keep and to hand to later jobs: globs from the project's folder.",
  }),
  timeout: setting(duration({ min: 1000, max: 24 * 3_600_000 }), {
    default: "30m",
    description: "How long the job may take.",
  }),
  retries: setting(integer({ min: 0, max: 10 }), { default: 0, description: "How often a failed job is tried again." }),
  on: setting(choices("commit", "merge-request", "merge", "tag"), {
    default: "commit,merge-request,merge,tag",
    description: "What the job runs for.",
  }),
  environment: optionalSetting(text(jobNames.pattern, "an environment's name"), {
    defaultText: "none",
    description: "The environment that the job changes. Two such jobs never run at once.",
  }),
  approval: setting(toggle, { default: false, description: "Waits for a person before it begins." }),
});

export const pipelineSchema: z.ZodType<PipelineSettings> = section("What runs for a commit, here and in CI.", {
  jobs: mapOf("The jobs. Without any, a default pipeline is made from the repository.", jobNames, jobSchema),
  parallel: optionalSetting(integer({ min: 1, max: 256 }), {
    defaultText: "the number of cores",
    description: "How many jobs run at once.",
  }),
});
