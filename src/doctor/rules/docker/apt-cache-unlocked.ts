import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/apt-cache-unlocked",
  title: "apt's folders in a cache mount that several builds share",
  severity: "warning",
  why: "apt wants them for itself. Two builds at once end with: E: Could not get lock /var/lib/apt/lists/lock.",
  source: "https://docs.docker.com/reference/dockerfile/#example-cache-apt-packages",
  examples: {
    bad: {
      Dockerfile:
        "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y curl\n",
    },
    good: {
      Dockerfile:
        "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && apt-get install -y curl\n",
    },
    fixed: {
      Dockerfile:
        "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && apt-get install -y curl\n",
    },
    silent: {
      "each its own": {
        Dockerfile: "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt,sharing=private apt-get update\n",
      },
      "the go command locks by itself": {
        Dockerfile: "FROM golang:1.24\nRUN --mount=type=cache,target=/go/pkg/mod go mod download\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      for (const { flags } of stages.flatMap(({ instructions }) => instructions)) {
        for (const { name, value, start, end } of flags) {
          if (name !== "mount" || !/type=cache/.test(value) || /sharing=/.test(value)) continue;
          const target = /(?:target|dst|destination)=(\/var\/(?:lib|cache)\/apt)\/?(?:,|$)/.exec(value)?.[1];
          if (target === undefined) continue;
          yield {
            file,
            start,
            end,
            message: `${target} is shared by all builds at once: sharing=locked`,
            fix: { safe: true, title: "sharing=locked", edits: [{ file, start: end, end, text: ",sharing=locked" }] },
          };
        }
      }
    }
  },
});
