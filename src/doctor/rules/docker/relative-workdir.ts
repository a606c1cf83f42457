import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/relative-workdir",
  title: "WORKDIR is relative to what the base happens to begin in",
  severity: "advice",
  why: "It moves when the base image changes its working folder, and the files with it.",
  source: "https://docs.docker.com/reference/dockerfile/#workdir; BuildKit's WorkdirRelativePath",
  examples: {
    bad: { Dockerfile: "FROM golang:1.24\nWORKDIR app\nCOPY . .\n" },
    good: { Dockerfile: "FROM golang:1.24\nWORKDIR /app\nCOPY . .\n" },
    silent: {
      "below an absolute one": { Dockerfile: "FROM golang:1.24\nWORKDIR /src\nWORKDIR cmd\n" },
      "a variable": { Dockerfile: "FROM golang:1.24\nENV HOME_DIR=/x\nWORKDIR $HOME_DIR\n" },
      "in the stage it goes on from": { Dockerfile: "FROM golang:1.24 AS a\nWORKDIR /src\nFROM a\nWORKDIR cmd\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      for (const { instructions, parent } of stages) {
        const first = instructions.find(({ keyword }) => keyword === "WORKDIR");
        const path = first?.text.trim().replaceAll('"', "") ?? "/";
        if (first === undefined || parent !== undefined || /^([/$\\]|[A-Z]:)/i.test(path)) continue;
        yield {
          file,
          start: first.start,
          end: first.end,
          message: `${path} is below whatever folder the base begins in: write it in full`,
        };
      }
    }
  },
});
