import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { compiles, goSteps, variableOf } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {}\n" };
const dockerfile = (user: string): string =>
  `FROM golang:1.24\nWORKDIR /src\nCOPY . .\n${user}RUN go build -o /tmp/app .\n`;

export const rule: Rule = defineRule({
  id: "docker/go-cache-without-home",
  title: "a user without a home folder runs the go command",
  severity: "error",
  why: "A number that /etc/passwd does not know has the home folder /, where it may not write: failed to initialize build cache at /.cache/go-build: mkdir /.cache: permission denied.",
  source: "https://pkg.go.dev/cmd/go#hdr-Build_and_test_caching; https://docs.docker.com/reference/dockerfile/#user",
  examples: {
    bad: { ...files, Dockerfile: dockerfile("USER 65532\n") },
    good: { ...files, Dockerfile: dockerfile("USER 65532\nENV GOCACHE=/tmp/go-build\n") },
    fixed: { Dockerfile: dockerfile("USER 65532\nENV GOCACHE=/tmp/go-build\n") },
    silent: {
      root: { ...files, Dockerfile: dockerfile("USER 0\n") },
      "a user that was made": { ...files, Dockerfile: dockerfile("RUN useradd -m -u 65532 app\nUSER 65532\n") },
      "a home folder is named": { ...files, Dockerfile: dockerfile("USER 65532\nENV HOME=/tmp\n") },
      "only where it runs": { ...files, Dockerfile: `${dockerfile("")}USER 65532\n` },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, file } of dockerfiles) {
      for (const stage of stages.filter((each) => reached.has(each))) {
        if (stage.base.name !== "golang") continue;
        const all = lineage(stage)
          .toReversed()
          .flatMap(({ instructions }) => instructions);
        const step = goSteps(stage).find(({ verb }) => compiles.has(verb));
        if (step === undefined) continue;
        const before = all.slice(0, all.indexOf(step.instruction));
        const user = before.findLast(({ keyword }) => keyword === "USER");
        const number = /^(\d+)(:|$)/.exec(user?.text.trim() ?? "")?.[1];
        if (user === undefined || number === undefined || Number(number) === 0) continue;
        const isMade = before.some(({ text }) => /\b(useradd|adduser)\b|\/etc\/passwd/.test(text));
        const set = ["HOME", "GOCACHE", "XDG_CACHE_HOME"].some((name) => variableOf(step, name) !== undefined);
        if (isMade || set || /target=\/\.cache/.test(step.instruction.flags.map(({ value }) => value).join())) continue;
        yield {
          file,
          start: step.command.start,
          end: step.command.end,
          message: `user ${number} of line ${user.line} has no home folder, and so the go command no cache: ENV GOCACHE=/tmp/go-build, or build as root and run as ${number}`,
          evidence: [{ file, line: user.line, text: `USER ${user.text}` }],
          fix: {
            safe: true,
            title: "a cache that it may write",
            edits: [{ file, start: user.end, end: user.end, text: "\nENV GOCACHE=/tmp/go-build" }],
          },
        };
      }
    }
  },
});
