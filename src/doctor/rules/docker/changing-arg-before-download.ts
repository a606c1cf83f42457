import { goSteps } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const dockerfile = (before: string, after: string): string =>
  `FROM golang:1.24\nWORKDIR /src\n${before}COPY go.mod go.sum ./\nRUN go mod download\n${after}COPY . .\nRUN go build -ldflags "-X main.commit=$COMMIT" -o /app .\n`;

export const rule: Rule = defineRule({
  id: "docker/changing-arg-before-download",
  title: "an argument that differs in each build stands before the download",
  severity: "warning",
  why: "A RUN's cache counts every ARG that stands before it, used or not. With the commit among them all modules are downloaded again each time.",
  source: "https://docs.docker.com/reference/dockerfile/#impact-on-build-caching",
  examples: {
    bad: { Dockerfile: dockerfile("ARG COMMIT\n", "") },
    good: { Dockerfile: dockerfile("", "ARG COMMIT\n") },
    fixed: { Dockerfile: dockerfile("", "ARG COMMIT\n") },
    silent: {
      "it rarely changes": { Dockerfile: dockerfile("ARG GOPROXY\n", "").replaceAll("COMMIT", "GOPROXY") },
      "the modules are in a cache mount": {
        Dockerfile: dockerfile("ARG COMMIT\n", "").replace(
          "RUN go mod",
          "RUN --mount=type=cache,target=/go/pkg/mod go mod",
        ),
      },
      "needed there": {
        Dockerfile: dockerfile("ARG COMMIT\n", "").replace("RUN go mod", "RUN echo $COMMIT && go mod"),
      },
      "nothing is downloaded by itself": { Dockerfile: "FROM golang:1.24\nARG COMMIT\nCOPY . .\nRUN go build .\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, file, text } of dockerfiles) {
      for (const stage of stages) {
        const step = reached.has(stage) ? goSteps(stage).find(({ verb }) => verb === "mod download") : undefined;
        if (step === undefined || step.instruction.flags.some(({ name }) => name === "mount")) continue;
        const { instruction } = step;
        for (const arg of stage.instructions) {
          const [property] = arg.properties;
          if (
            arg.keyword !== "ARG" ||
            arg.start > instruction.start ||
            property === undefined ||
            arg.properties.length > 1
          )
            continue;
          if (
            !/^(\w+_)?(COMMIT|GIT_?SHA|SHA|REVISION|VCS_REF|BUILD_?(DATE|TIME|ID|NUMBER)|GIT_(COMMIT|HASH|REF))(_\w+)?$/i.test(
              property.name,
            )
          )
            continue;
          const between = text.slice(arg.end, instruction.end);
          const isUsed = new RegExp(String.raw`\$\{?${property.name}\b`).test(between);
          if (isUsed) continue;
          const line = text.slice(arg.start, arg.end);
          const after = text[arg.end] === "\n" ? arg.end + 1 : arg.end;
          yield {
            file,
            start: arg.start,
            end: arg.end,
            message: `${property.name} is another in each build, and line ${instruction.line} downloads the modules again for it`,
            fix: {
              safe: true,
              title: "declare it behind the download",
              edits: [
                { file, start: arg.start, end: after, text: "" },
                { file, start: instruction.end, end: instruction.end, text: `\n${line}` },
              ],
            },
          };
        }
      }
    }
  },
});
