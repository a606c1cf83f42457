import { goSteps, variableOf } from "../../goInDocker.ts";
import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/git-missing-on-alpine",
  title: "modules come straight from git on an image without git",
  severity: "error",
  why: 'golang\'s Alpine images have no git: go: example.com/m@v1.0.0: git …: exec: "git": executable file not found in $PATH.',
  source: "https://hub.docker.com/_/golang (alpine); https://go.dev/ref/mod#vcs",
  examples: {
    bad: { Dockerfile: "FROM golang:1.24-alpine\nENV GOPRIVATE=git.corp.example\nRUN go mod download\n" },
    good: {
      Dockerfile:
        "FROM golang:1.24-alpine\nENV GOPRIVATE=git.corp.example\nRUN apk add --no-cache git\nRUN go mod download\n",
    },
    fixed: {
      Dockerfile:
        "FROM golang:1.24-alpine\nENV GOPRIVATE=git.corp.example\nRUN apk add --no-cache git\nRUN go mod download\n",
    },
    silent: {
      "Debian's have git": { Dockerfile: "FROM golang:1.24\nENV GOPRIVATE=git.corp.example\nRUN go mod download\n" },
      "by a proxy": { Dockerfile: "FROM golang:1.24-alpine\nRUN go mod download\n" },
      "its dependencies stay with the proxy": {
        Dockerfile: "FROM golang:1.24-alpine\nENV GONOSUMDB=git.corp.example\nRUN go mod download\n",
      },
      "the proxy serves private ones too": {
        Dockerfile: "FROM golang:1.24-alpine\nENV GOPRIVATE=git.corp.example GONOPROXY=none\nRUN go mod download\n",
      },
    },
  },
  *check({ dockerfiles, go }) {
    if (go?.modules.every(({ hasVendor }) => hasVendor) === true) return;
    for (const { stages, reached, file } of dockerfiles) {
      for (const stage of stages) {
        if (!reached.has(stage) || stage.base.name !== "golang" || stage.base.system !== "alpine") continue;
        const step = goSteps(stage).find(({ verb }) => /^(mod download|build|install|get|test)$/.test(verb));
        if (step === undefined) continue;
        const isDirect = (variableOf(step, "GOPROXY") ?? "").startsWith("direct");
        const direct = variableOf(step, "GONOPROXY") ?? variableOf(step, "GOPRIVATE") ?? "";
        if (!isDirect && (direct === "" || direct === "none")) continue;
        const hasGit = lineage(stage).some(({ instructions }) =>
          instructions.some(
            (each) =>
              each.start < step.instruction.end &&
              /\b(git|git-lfs|alpine-sdk|openssh-client git)\b(?![./:@])/.test(
                each.text.replaceAll(/GOPRIVATE\S*|GONOPROXY\S*/g, ""),
              ),
          ),
        );
        if (hasGit) continue;
        const { start, end } = step.instruction;
        yield {
          file,
          start,
          end,
          message: `${isDirect ? "GOPROXY=direct" : direct} is fetched with git, which ${stage.base.reference} does not have`,
          fix: {
            safe: true,
            title: "install git",
            edits: [{ file, start, end: start, text: "RUN apk add --no-cache git\n" }],
          },
        };
      }
    }
  },
});
