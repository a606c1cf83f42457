import { goSteps, variableOf } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/goproxy-loopback",
  title: "GOPROXY is a loopback address inside of a build",
  severity: "error",
  why: "127.0.0.1 of a build is the build's own container, where no proxy listens: dial tcp 127.0.0.1:3000: connect: connection refused.",
  source: "https://docs.docker.com/engine/network/; RUN --network",
  examples: {
    bad: { Dockerfile: "FROM golang:1.24\nENV GOPROXY=http://127.0.0.1:7300\nRUN go mod download\n" },
    good: { Dockerfile: "FROM golang:1.24\nARG GOPROXY\nRUN go mod download\n" },
    silent: {
      "the build shares the host's network": {
        Dockerfile: "FROM golang:1.24\nENV GOPROXY=http://localhost:7300\nRUN --network=host go mod download\n",
      },
      "another host": { Dockerfile: "FROM golang:1.24\nENV GOPROXY=http://proxy.corp:7300\nRUN go mod download\n" },
      "nothing is downloaded": { Dockerfile: "FROM golang:1.24\nENV GOPROXY=http://localhost:1\nRUN go version\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, file } of dockerfiles) {
      for (const stage of stages) {
        const step = reached.has(stage)
          ? goSteps(stage).find(
              (each) =>
                /^(mod download|build|install|test|get|run)$/.test(each.verb) &&
                /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])[:/,|]?/.test(variableOf(each, "GOPROXY") ?? "") &&
                !each.instruction.flags.some(({ name, value }) => name === "network" && value === "host"),
            )
          : undefined;
        if (step === undefined) continue;
        yield {
          file,
          start: step.instruction.start,
          end: step.instruction.end,
          message: `GOPROXY is ${variableOf(step, "GOPROXY") ?? ""} here, which is the build's own container: give the proxy's address as it is seen from there (fairlead build does), or RUN --network=host`,
        };
      }
    }
  },
});
