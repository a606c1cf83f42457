import { goSteps, filesBefore } from "../../goInDocker.ts";
import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.20\n", "main.go": "package main\n\nfunc main() {}\n" };

export const rule: Rule = defineRule({
  id: "docker/module-in-gopath",
  title: "go.mod is copied to /go, which is GOPATH in golang's image",
  severity: "error",
  why: 'The image begins in /go. Up to Go 1.21 the go command ends there with "$GOPATH/go.mod exists but should not"; later it warns each time.',
  source: "https://hub.docker.com/_/golang; cmd/go/internal/modload/init.go",
  examples: {
    bad: { ...files, Dockerfile: "FROM golang:1.20\nCOPY . .\nRUN go build -o /app .\n" },
    good: { ...files, Dockerfile: "FROM golang:1.20\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\n" },
    fixed: { Dockerfile: "FROM golang:1.20\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\n" },
    silent: {
      "a newer Go only warns": { ...files, Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go build -o /app .\n" },
      "another place": {
        ...files,
        Dockerfile: "FROM golang:1.20\nCOPY . /src/\nWORKDIR /src\nRUN go build -o /app .\n",
      },
      "no module": { Dockerfile: "FROM golang:1.20\nCOPY . .\nRUN go build -o /app .\n" },
      "another GOPATH": { ...files, Dockerfile: "FROM golang:1.20\nENV GOPATH=/x\nCOPY . .\nRUN go build -o /app .\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const dockerfile of dockerfiles) {
      const { stages, reached, file } = dockerfile;
      for (const stage of stages) {
        const { base } = stage;
        if (!reached.has(stage) || base.name !== "golang" || stage.parent !== undefined) continue;
        if (Number(/^1\.(\d+)/.exec(base.goVersion ?? "1.99")?.[1] ?? 99) > 21) continue;
        const [step] = goSteps(stage);
        if (step === undefined || step.instruction.variables.has("GOPATH")) continue;
        // Nobody has set a working folder: the image's own is /go.
        const before = lineage(stage).flatMap(({ instructions }) =>
          instructions.filter(({ start }) => start < step.instruction.start),
        );
        const copy = before.find(
          ({ copy }) => copy !== undefined && copy.from === undefined && /^(\.\/?|\/go\/?)$/.test(copy.destination),
        );
        if (copy === undefined || before.some(({ keyword }) => keyword === "WORKDIR")) continue;
        if (!filesBefore(dockerfile, stage, step.instruction).has("go.mod")) continue;
        yield {
          file,
          start: copy.start,
          end: copy.end,
          message: `${base.reference} begins in /go, its GOPATH, and this puts go.mod there`,
          fix: {
            safe: true,
            title: "work in /src",
            edits: [{ file, start: copy.start, end: copy.start, text: "WORKDIR /src\n" }],
          },
        };
      }
    }
  },
});
