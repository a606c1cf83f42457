import { goSteps } from "../../goInDocker.ts";
import { goVersionsOf } from "../../ciGoVersion.ts";
import { jobCommands, jobsOf, placeOf, runs } from "../../ciSteps.ts";
import type { Facts } from "../../facts.ts";
import { lineText } from "../../places.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.23\n", "main.go": "package main\n\nfunc main() {}\n" };
const dockerfile = (version: string): string =>
  `FROM golang:${version} AS build\nCOPY . .\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n`;
const gitlab = (image: string): string => `test:\n  image: ${image}\n  script:\n    - go test ./...\n`;

export const rule: Rule = defineRule({
  id: "ci/go-versions-disagree",
  title: "CI tests with another Go than the one that builds the image",
  severity: "advice",
  why: "What was tested is not what runs: the standard library, the garbage collector and the defaults of GODEBUG are another release's.",
  source: "https://go.dev/doc/toolchain; https://go.dev/doc/godebug",
  examples: {
    bad: { ...files, Dockerfile: dockerfile("1.24"), ".gitlab-ci.yml": gitlab("golang:1.23") },
    good: { ...files, Dockerfile: dockerfile("1.24"), ".gitlab-ci.yml": gitlab("golang:1.24") },
    silent: {
      "only the patch level, or the distribution": {
        ...files,
        Dockerfile: dockerfile("1.24.3-alpine"),
        ".gitlab-ci.yml": gitlab("golang:1.24-bookworm"),
      },
      "one job of several has the same": {
        ...files,
        Dockerfile: dockerfile("1.24"),
        ".gitlab-ci.yml": `${gitlab("golang:1.24")}old:\n  image: golang:1.23\n  script:\n    - go test ./...\n`,
      },
      "no image is built": { ...files, ".gitlab-ci.yml": gitlab("golang:1.23") },
    },
  },
  *check(facts) {
    const builder = builderOf(facts);
    if (builder === undefined) return;
    const tested = jobsOf(facts)
      .filter((job) => jobCommands(job).some(({ command }) => runs(command, "go", "test")))
      .flatMap((job) => goVersionsOf(job));
    const minor = (version: string): string => /^\d+\.\d+/.exec(version)?.[0] ?? version;
    // Testing with several releases is meant so, if the one that ships is among them.
    if (tested.some(({ version }) => minor(version) === minor(builder.version))) return;
    for (const { version, scalar, job } of tested)
      yield {
        ...placeOf(scalar),
        message: `${job.name} tests with Go ${version}, and ${builder.evidence.file} builds with ${builder.version}`,
        evidence: [builder.evidence],
      };
  },
});

/** The one Go version that the images of the repository are built with; undefined for none, or several. */
function builderOf({ dockerfiles }: Facts) {
  const found = dockerfiles.flatMap(({ file, text, stages, reached }) =>
    stages
      .filter((stage) => reached.has(stage) && goSteps(stage).some(({ verb }) => verb === "build"))
      .flatMap(({ base, from }) =>
        base.goVersion === undefined
          ? []
          : [{ version: base.goVersion, evidence: { file, line: from.line, text: lineText(text, from.line) } }],
      ),
  );
  return new Set(found.map(({ version }) => version)).size === 1 ? found[0] : undefined;
}
