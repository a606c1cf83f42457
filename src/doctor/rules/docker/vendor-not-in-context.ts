import { filesBefore, flagOf, goSteps, variableOf } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {}\n" };
const dockerfile = "FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN go build -mod=vendor -o /app .\n";

export const rule: Rule = defineRule({
  id: "docker/vendor-not-in-context",
  title: "-mod=vendor, and no vendor folder in the build",
  severity: "error",
  why: 'The go command ends with "inconsistent vendoring", or "cannot find module providing package … import lookup disabled by -mod=vendor".',
  source: "https://go.dev/ref/mod#vendoring",
  examples: {
    bad: { ...files, Dockerfile: dockerfile },
    good: { ...files, "vendor/modules.txt": "", Dockerfile: dockerfile },
    silent: {
      "made in the build": { ...files, Dockerfile: dockerfile.replace("RUN go", "RUN go mod vendor && go") },
      "not asked for": { ...files, Dockerfile: dockerfile.replace(" -mod=vendor", "") },
    },
  },
  *check({ dockerfiles }) {
    for (const dockerfile of dockerfiles) {
      const { stages, reached, file, context } = dockerfile;
      for (const stage of stages) {
        if (!reached.has(stage) || goSteps(stage).some(({ verb }) => verb === "mod vendor")) continue;
        for (const step of goSteps(stage)) {
          const { command, instruction, verb } = step;
          const mod = flagOf(command.args, "-mod") ?? /-mod=(\w+)/.exec(variableOf(step, "GOFLAGS") ?? "")?.[1];
          if (mod !== "vendor" || !/^(build|install|test|vet|run)$/.test(verb)) continue;
          const there = filesBefore(dockerfile, stage, instruction);
          if (!there.has("go.mod") || [...there].some((each) => each.startsWith("vendor/"))) continue;
          const hidden = context.hiddenBy("vendor/modules.txt");
          yield {
            file,
            start: command.start,
            end: command.end,
            message: `-mod=vendor, and ${hidden === undefined ? "nothing copies a vendor folder to this stage" : `${hidden.file} hides vendor`}`,
            ...(hidden === undefined
              ? {}
              : { evidence: [{ file: hidden.file, line: hidden.line, text: hidden.text }] }),
          };
          break;
        }
      }
    }
  },
});
