import { compiles, goSteps, mounts, variableOf } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/cache-mount-elsewhere",
  title: "a cache mount where the go command keeps nothing",
  severity: "warning",
  why: "The mount stays empty, and each build compiles or downloads everything again.",
  source: "https://docs.docker.com/build/cache/optimize/#use-cache-mounts; go env GOCACHE GOMODCACHE",
  examples: {
    bad: {
      Dockerfile:
        "FROM golang:1.24\nENV GOCACHE=/cache\nRUN --mount=type=cache,target=/root/.cache/go-build go build ./...\n",
    },
    good: {
      Dockerfile:
        "FROM golang:1.24\nRUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod go build ./...\n",
    },
    fixed: {
      Dockerfile: "FROM golang:1.24\nENV GOCACHE=/cache\nRUN --mount=type=cache,target=/cache go build ./...\n",
    },
    silent: {
      "another tool's": {
        Dockerfile: "FROM golang:1.24\nRUN --mount=type=cache,target=/var/cache/apt go build ./...\n",
      },
      "a folder above": { Dockerfile: "FROM golang:1.24\nRUN --mount=type=cache,target=/root/.cache go build ./...\n" },
      "not known before the build": {
        Dockerfile:
          "FROM golang:1.24\nARG CACHE\nENV GOCACHE=$CACHE\nRUN --mount=type=cache,target=/root/.cache/go-build go build ./...\n",
      },
      "another base, another home": {
        Dockerfile: "FROM company/go:7\nRUN --mount=type=cache,target=/root/.cache/go-build go build ./...\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file, text } of dockerfiles) {
      for (const stage of stages) {
        if (stage.base.name !== "golang") continue;
        for (const step of goSteps(stage)) {
          if (!compiles.has(step.verb) && step.verb !== "mod download") continue;
          const { instruction } = step;
          for (const [name, usual] of [
            ["GOCACHE", "/root/.cache/go-build"],
            ["GOMODCACHE", "/go/pkg/mod"],
          ] as const) {
            const set = variableOf(step, name);
            if (set === undefined || set === usual || !instruction.variables.has(name)) continue;
            const wrong = mounts(instruction.flags).findIndex(
              (mount) => mount.get("type") === "cache" && (mount.get("target") ?? mount.get("dst")) === usual,
            );
            const flag = instruction.flags.filter((each) => each.name === "mount")[wrong];
            if (flag === undefined) continue;
            const at = text.indexOf(usual, flag.start);
            yield {
              file,
              start: flag.start,
              end: flag.end,
              message: `${name} is ${set} here, and the cache is mounted at ${usual}`,
              ...(at >= 0 && at < flag.end
                ? {
                    fix: {
                      safe: true,
                      title: `mount it at ${set}`,
                      edits: [{ file, start: at, end: at + usual.length, text: set }],
                    },
                  }
                : {}),
            };
          }
        }
      }
    }
  },
});
