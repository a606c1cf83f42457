import { compiles, flagOf, goSteps, variableOf } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  "main.go": 'package main\n\n// int one() { return 1; }\nimport "C"\n\nfunc main() { println(C.one()) }\n',
};
const dockerfile = (build: string, run: string): string =>
  `FROM golang:1.24-${build} AS build\nCOPY . .\nRUN go build -o /app .\nFROM debian:${run}-slim\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n`;
const releases = ["buster", "bullseye", "bookworm", "trixie", "forky"];

export const rule: Rule = defineRule({
  id: "docker/glibc-older-at-run",
  title: "a program with C code is built on a newer Debian than it runs on",
  severity: "error",
  why: "It may name symbols that the older C library lacks: version `GLIBC_2.34' not found (required by /app).",
  source: "https://www.gnu.org/software/libc/ (symbol versioning); research: BuildKit and hadolint compare no releases",
  examples: {
    bad: { ...files, Dockerfile: dockerfile("bookworm", "bullseye") },
    good: { ...files, Dockerfile: dockerfile("bookworm", "bookworm") },
    fixed: { Dockerfile: dockerfile("bookworm", "bookworm") },
    silent: {
      "an older builder is fine": { ...files, Dockerfile: dockerfile("bullseye", "bookworm") },
      "no C": {
        "go.mod": files["go.mod"],
        "main.go": "package main\n\nfunc main() {}\n",
        Dockerfile: dockerfile("bookworm", "bullseye"),
      },
      "cgo is off": {
        ...files,
        Dockerfile: dockerfile("bookworm", "bullseye").replace("RUN go", "RUN CGO_ENABLED=0 go"),
      },
    },
  },
  *check({ dockerfiles, go }) {
    if (go === undefined || go.mains.every(({ cgo }) => cgo.because.length === 0)) return;
    for (const { stages, reached, last, file, text, context } of dockerfiles) {
      const runs = last?.base.debian;
      if (last === undefined || runs === undefined || context.folder !== "" || last.parent !== undefined) continue;
      for (const stage of stages) {
        const builds = stage.base.debian;
        if (stage === last || !reached.has(stage) || builds === undefined || builds <= runs) continue;
        const step = goSteps(stage).find(
          (each) =>
            compiles.has(each.verb) &&
            variableOf(each, "CGO_ENABLED") !== "0" &&
            !/static/.test(flagOf(each.command.args, "-ldflags") ?? ""),
        );
        if (step === undefined) continue;
        const name = (number: number): string => releases[number - 10] ?? String(number);
        const at = text.indexOf(name(runs), last.from.start);
        yield {
          file,
          start: last.from.start,
          end: last.from.end,
          message: `${last.base.reference} has an older C library than ${stage.base.reference}, where the program is linked`,
          evidence: [{ file, line: step.instruction.line, text: text.slice(step.command.start, step.command.end) }],
          ...(at >= 0 && at < last.from.end
            ? {
                fix: {
                  safe: true,
                  title: `run on ${name(builds)}`,
                  edits: [{ file, start: at, end: at + name(runs).length, text: name(builds) }],
                },
              }
            : {}),
        };
        break;
      }
    }
  },
});
