import { resolve } from "node:path";
import { Command } from "commander";
import type { Explanation } from "../../doctor/explain/explain.ts";
import { type BuildFlags, buildImage, type BuiltImage } from "../buildImage.ts";
import { exitCode } from "../exitCode.ts";
import { explanationJson } from "../print/answerJson.ts";
import { briefExplanation } from "../print/briefExplanation.ts";
import { formatBuildReport } from "../print/buildReport.ts";
import { buildReportJson } from "../print/buildReportJson.ts";
import { addFormatOptions, printJson } from "../print/format.ts";

const examples = `
Examples:
  fairlead build
  fairlead build --push                      tags by rule, pushed, digest printed
  fairlead build --tag nightly --no-cache --html timeline.html
  fairlead build --build-arg LDFLAGS=-s --secret id=netrc,file=$HOME/.netrc
  fairlead build ~/src/shop --json | jq -r .image.digest

The Dockerfile, its context, arguments, secrets and tags come from fairlead.yaml
(docs/build.md); options win. With "ARG GOPROXY" in the Dockerfile, modules come
through the gateway of fairlead up, or one that lives as long as the build.

Exit status: 0 built; 1 a step of it failed, or a tag exists already; 2 usage,
configuration or a Dockerfile that can't be read; 3 no engine, no registry, no base
image; 130 interrupted.`;

export function command(): Command {
  const build = new Command("fairlead build")
    .description("Build the project's image with BuildKit, and say where the time went.")
    .argument("[folder]", "the project", ".")
    .option("--file <dockerfile>", "the Dockerfile (else build.dockerfile)")
    .option("--target <stage>", "the stage to build (else build.target, else the last)")
    .option("--image <repository>", "the image's repository, without tag (else service.image)")
    .option("--tag <tag>", "a tag in place of those by rule; may be repeated", collect)
    .option("--build-arg <name=value>", "a build argument; may be repeated", collect)
    .option("--secret <id=…,env=…|file=…>", "a secret for RUN --mount=type=secret; may be repeated", collect)
    .option("--platform <platform>", "what to build for, such as linux/arm64")
    .option("--no-cache", "run every step anew")
    .option("--pull", "ask for newer base images")
    .option("--no-gateway", "let the build download modules as its Dockerfile says")
    .option("--push", "push the image to its registry")
    .option("--allow-dirty", "push although files differ from the commit")
    .option("--html <file>", "also write a timeline of the build")
    .option("--config <file>", "configuration (default: fairlead.yaml in the folder, if there is one)");
  return addFormatOptions(build).addHelpText("after", examples).action(run);
}

function collect(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value];
}

async function run(folder: string, { format, ...flags }: BuildFlags & { readonly format: string }): Promise<void> {
  const built = await buildImage(folder, flags);
  const why = built.status === exitCode.ok ? undefined : await whyItFailed(built, folder);
  if (format === "json")
    printJson({ ...buildJson(built), explanation: why === undefined ? null : explanationJson(why) });
  else {
    const known = why === undefined ? "" : `\n${briefExplanation(why).join("\n")}\n`;
    process.stdout.write(
      `${formatBuildReport(built.report, process.stdout.columns ?? 120)}${known}${imageText(built)}`,
    );
  }
  if (built.status !== exitCode.ok) process.exitCode = built.status;
}

/** Loaded only when something failed. */
async function whyItFailed({ report }: BuiltImage, folder: string): Promise<Explanation | undefined> {
  const { explainBuild } = await import("../explainFailure.ts");
  return explainBuild(report.log, resolve(folder));
}

function buildJson({ image, metadata, goproxy, report, reason }: BuiltImage): object {
  return { image, metadata, goproxy, reason, report: buildReportJson(report) };
}

function imageText({ image, reason }: BuiltImage): string {
  if (image === undefined) return reason === undefined ? "" : `\n${reason}\n`;
  const { references, id, digest, repository } = image;
  const pushed = digest === undefined ? [] : [`digest  ${repository}@${digest}`];
  return `\n${[...references.map((reference) => `image   ${reference}`), `id      ${id}`, ...pushed].join("\n")}\n`;
}
