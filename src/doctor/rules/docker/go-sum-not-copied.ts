import { filesBefore, goSteps } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2\n",
  "go.sum": "rsc.io/quote v1.5.2 h1:x\n",
  "main.go": "package main\n\nfunc main() {}\n",
};

/** They fetch what go.mod says, and write down what it was. */
const writesSums: ReadonlySet<string> = new Set(["mod download", "mod tidy", "get"]);

export const rule: Rule = defineRule({
  id: "docker/go-sum-not-copied",
  title: "go.mod is copied and go.sum is not",
  severity: "warning",
  why: 'Without go.sum, `go mod download` takes whatever comes, and a build that no download went before ends with "missing go.sum entry".',
  source: "https://go.dev/ref/mod#go-sum-files",
  examples: {
    bad: {
      ...files,
      Dockerfile: "FROM golang:1.24\nCOPY go.mod ./\nRUN go mod download\nCOPY . .\nRUN go build -o /app .\n",
    },
    good: {
      ...files,
      Dockerfile: "FROM golang:1.24\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN go build -o /app .\n",
    },
    fixed: {
      Dockerfile: "FROM golang:1.24\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN go build -o /app .\n",
    },
    silent: {
      "a pattern takes both": { ...files, Dockerfile: "FROM golang:1.24\nCOPY go.* ./\nRUN go mod download\n" },
      "there is none": {
        "go.mod": files["go.mod"],
        Dockerfile: "FROM golang:1.24\nCOPY go.mod ./\nRUN go mod download\n",
      },
      "copied by another instruction": {
        ...files,
        Dockerfile: "FROM golang:1.24\nCOPY go.mod ./\nCOPY go.sum ./\nRUN go mod download\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const dockerfile of dockerfiles) {
      const { context } = dockerfile;
      if (!context.files.includes("go.sum") || context.hiddenBy("go.sum") !== undefined) continue;
      for (const stage of dockerfile.stages) {
        const step = goSteps(stage).find(
          ({ verb }) => verb === "build" || verb === "install" || verb === "vet" || writesSums.has(verb),
        );
        if (step === undefined) continue;
        // It makes a go.sum of its own; a build refuses to.
        const isMade = writesSums.has(step.verb);
        const there = filesBefore(dockerfile, stage, step.instruction);
        if (!there.has("go.mod") || there.has("go.sum")) continue;
        const copy = stage.instructions.find(
          ({ copy }) => copy?.from === undefined && copy?.sources.some((source) => /^(\.\/)?go\.mod$/.test(source)),
        );
        if (copy === undefined) continue;
        const at = copy.start + (dockerfile.text.slice(copy.start, copy.end).indexOf("go.mod") + "go.mod".length);
        yield {
          file: dockerfile.file,
          start: copy.start,
          end: copy.end,
          ...(isMade ? {} : { severity: "error" }),
          message: isMade
            ? `go.mod is copied, and go.sum is not: go ${step.verb} holds what it fetches against nothing of this repository`
            : `go.mod is copied, and go.sum is not there: go ${step.verb} fails`,
          evidence: [
            {
              file: dockerfile.file,
              line: step.instruction.line,
              text: dockerfile.text.slice(step.command.start, step.command.end),
            },
          ],
          fix: {
            safe: true,
            title: "copy go.sum too",
            edits: [{ file: dockerfile.file, start: at, end: at, text: " go.sum" }],
          },
        };
      }
    }
  },
});
