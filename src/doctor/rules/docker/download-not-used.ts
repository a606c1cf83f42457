import { lineage, type Stage } from "../../../repo/dockerfile/dockerfile.ts";
import { compiles, goSteps } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const deps = "FROM golang:1.24 AS deps\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\n";

export const rule: Rule = defineRule({
  id: "docker/download-not-used",
  title: "a stage downloads the modules, and the one that compiles does not have them",
  severity: "warning",
  why: "The module cache stays in the stage that made it. The other downloads everything again, in every build; and BuildKit leaves out the first, of which nothing is needed.",
  source: "https://docs.docker.com/build/building/multi-stage/",
  examples: {
    bad: { Dockerfile: `${deps}FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\n` },
    good: { Dockerfile: `${deps}FROM deps\nCOPY . .\nRUN go build -o /app .\n` },
    silent: {
      "the cache is copied": {
        Dockerfile: `${deps}FROM golang:1.24\nWORKDIR /src\nCOPY --from=deps /go/pkg/mod /go/pkg/mod\nCOPY . .\nRUN go build -o /app .\n`,
      },
      "the same cache mount in both": {
        Dockerfile: `${deps.replace("RUN go", "RUN --mount=type=cache,target=/go/pkg/mod go")}FROM golang:1.24\nCOPY . .\nRUN --mount=type=cache,target=/go/pkg/mod go build -o /app .\n`,
      },
      "it downloads for itself": {
        Dockerfile: `${deps}RUN go vet ./...\nFROM golang:1.24\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN go build -o /app .\n`,
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      const downloads = stages.filter((stage) => goSteps(stage).some(({ verb }) => verb === "mod download"));
      for (const from of downloads) {
        const step = goSteps(from).find(({ verb }) => verb === "mod download");
        if (step === undefined || step.instruction.flags.some(({ name }) => name === "mount")) continue;
        const other = stages.find((stage) => compilesElsewhere(stage, from));
        const isUsed = stages.some(
          (stage) => stage !== from && (lineage(stage).includes(from) || takesFrom(stage, from)),
        );
        // It compiles by itself too: then the download is for that.
        if (other === undefined || isUsed || goSteps(from).some(({ verb }) => compiles.has(verb))) continue;
        yield {
          file,
          start: step.instruction.start,
          end: step.instruction.end,
          message: `line ${other.from.line} begins anew from ${other.base.reference}: FROM ${from.name ?? from.index} would have these modules`,
          evidence: [{ file, line: other.from.line, text: `FROM ${other.from.text.trim()}` }],
        };
      }
    }
  },
});

function compilesElsewhere(stage: Stage, from: Stage): boolean {
  if (stage.index <= from.index || lineage(stage).includes(from)) return false;
  const steps = goSteps(stage);
  return steps.some(({ verb }) => compiles.has(verb)) && !steps.some(({ verb }) => verb === "mod download");
}

function takesFrom(stage: Stage, from: Stage): boolean {
  const names = [from.name, String(from.index)];
  return stage.instructions.some(
    ({ copy, flags }) =>
      (copy?.from !== undefined && names.includes(copy.from.toLowerCase())) ||
      flags.some(({ value }) => names.some((name) => name !== undefined && value.includes(`from=${name}`))),
  );
}
