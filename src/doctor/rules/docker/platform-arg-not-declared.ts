import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { defineRule, type Rule } from "../../rule.ts";

const names = ["TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "BUILDPLATFORM", "BUILDOS", "BUILDARCH"];

export const rule: Rule = defineRule({
  id: "docker/platform-arg-not-declared",
  title: "TARGETARCH or one of its kind is used without ARG",
  severity: "error",
  why: "BuildKit knows these, and gives them to a stage only where ARG names them. Without it the variable is empty, and GOARCH= means the builder's own machine: the image for arm64 gets a program for amd64.",
  source: "https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope",
  examples: {
    bad: { Dockerfile: "FROM --platform=$BUILDPLATFORM golang:1.24\nRUN GOARCH=$TARGETARCH go build .\n" },
    good: {
      Dockerfile: "FROM --platform=$BUILDPLATFORM golang:1.24\nARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build .\n",
    },
    fixed: {
      Dockerfile: "FROM --platform=$BUILDPLATFORM golang:1.24\nARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build .\n",
    },
    silent: {
      "only in FROM": { Dockerfile: "FROM --platform=$BUILDPLATFORM golang:1.24\nRUN go build .\n" },
      "an ENV of that name": { Dockerfile: "FROM golang:1.24\nENV TARGETOS=linux\nRUN GOOS=$TARGETOS go build .\n" },
      "with a default": { Dockerfile: "FROM golang:1.24\nARG TARGETARCH=amd64\nRUN GOARCH=$TARGETARCH go build .\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, globals, file, text } of dockerfiles) {
      // Where it stands before FROM too, another rule tells of it.
      const isGlobal = (name: string): boolean =>
        globals.some(({ properties }) => properties.some((each) => each.name === name));
      for (const stage of stages) {
        for (const name of names) {
          const isDeclared = lineage(stage).some(({ instructions }) =>
            instructions.some(({ properties }) => properties.some((each) => each.name === name)),
          );
          const use = new RegExp(String.raw`(?<![\\$])\$(?:${name}\b|\{${name}\})`);
          const user = stage.instructions.find((each) => use.test(each.text.replaceAll(/'[^']*'/g, "")));
          if (user === undefined || isDeclared || isGlobal(name)) continue;
          const at = stage.from.end + (text[stage.from.end] === "\r" ? 2 : 1);
          yield {
            file,
            start: user.start,
            end: user.end,
            message: `${name} is empty here: this stage does not declare it`,
            fix: {
              safe: true,
              title: `ARG ${name} in this stage`,
              edits: [{ file, start: at, end: at, text: `ARG ${name}\n` }],
            },
          };
        }
      }
    }
  },
});
