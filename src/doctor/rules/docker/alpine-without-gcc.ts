import { compiles, goSteps, variableOf } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  "main.go": 'package main\n\n// int one() { return 1; }\nimport "C"\n\nfunc main() { println(C.one()) }\n',
};

export const rule: Rule = defineRule({
  id: "docker/alpine-without-gcc",
  title: "C code is compiled on Alpine without a compiler",
  severity: "error",
  why: 'golang\'s Alpine images have no C compiler. The build ends with: cgo: C compiler "gcc" not found.',
  source: "https://hub.docker.com/_/golang (alpine)",
  examples: {
    bad: { ...files, Dockerfile: "FROM golang:1.24-alpine\nENV CGO_ENABLED=1\nCOPY . .\nRUN go build -o /app .\n" },
    good: {
      ...files,
      Dockerfile:
        "FROM golang:1.24-alpine\nENV CGO_ENABLED=1\nRUN apk add --no-cache gcc musl-dev\nCOPY . .\nRUN go build -o /app .\n",
    },
    fixed: {
      Dockerfile:
        "FROM golang:1.24-alpine\nENV CGO_ENABLED=1\nCOPY . .\nRUN apk add --no-cache gcc musl-dev\nRUN go build -o /app .\n",
    },
    silent: {
      "build-base has one": {
        ...files,
        Dockerfile:
          "FROM golang:1.24-alpine\nENV CGO_ENABLED=1\nRUN apk add build-base\nCOPY . .\nRUN go build -o /app .\n",
      },
      "cgo is off": {
        ...files,
        Dockerfile: "FROM golang:1.24-alpine\nENV CGO_ENABLED=0\nCOPY . .\nRUN go build -o /app .\n",
      },
      "no package needs C": {
        "go.mod": files["go.mod"],
        "main.go": "package main\n\nfunc main() {}\n",
        Dockerfile: "FROM golang:1.24-alpine\nENV CGO_ENABLED=1\nCOPY . .\nRUN go build -o /app .\n",
      },
      "another compiler": {
        ...files,
        Dockerfile:
          "FROM golang:1.24-alpine\nENV CGO_ENABLED=1 CC=clang\nRUN apk add clang musl-dev\nCOPY . .\nRUN go build -o /app .\n",
      },
    },
  },
  *check({ dockerfiles, go }) {
    if (go === undefined || go.mains.every(({ cgo }) => cgo.because.length === 0)) return;
    for (const { stages, reached, file, context } of dockerfiles) {
      if (context.folder !== "") continue;
      for (const stage of stages) {
        if (!reached.has(stage) || stage.base.system !== "alpine" || stage.base.name !== "golang") continue;
        // Without a compiler on PATH the go command turns cgo off by itself: only who asks for it is disappointed.
        const step = goSteps(stage).find((each) => compiles.has(each.verb) && variableOf(each, "CGO_ENABLED") === "1");
        if (step === undefined || step.instruction.variables.has("CC")) continue;
        let isThere = false;
        for (let each: typeof stage | undefined = stage; each !== undefined; each = each.parent)
          isThere ||= each.instructions.some(({ text }) => /\b(gcc|build-base|clang|g\+\+|zig)\b/.test(text));
        if (isThere) continue;
        const { start } = step.instruction;
        yield {
          file,
          start,
          end: step.instruction.end,
          message: `CGO_ENABLED=1 on ${stage.base.reference}, which has no C compiler`,
          fix: {
            safe: true,
            title: "install gcc and musl-dev",
            edits: [{ file, start, end: start, text: "RUN apk add --no-cache gcc musl-dev\n" }],
          },
        };
      }
    }
  },
});
