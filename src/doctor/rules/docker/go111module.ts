import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/go111module",
  title: "GO111MODULE=on, which has been the default since Go 1.16",
  severity: "advice",
  why: "It says nothing any more, and whoever reads it looks for a reason.",
  source: "https://go.dev/blog/go116-module-changes",
  examples: {
    bad: { Dockerfile: "FROM golang:1.24\nENV GO111MODULE=on\nRUN go build ./...\n" },
    good: { Dockerfile: "FROM golang:1.24\nENV CGO_ENABLED=0\nRUN go build ./...\n" },
    fixed: { Dockerfile: "FROM golang:1.24\nRUN go build ./...\n" },
    silent: {
      "needed there": { Dockerfile: "FROM golang:1.13\nENV GO111MODULE=on\n" },
      "an unknown Go": { Dockerfile: "FROM company/go:7\nENV GO111MODULE=on\n" },
      "another value": { Dockerfile: "FROM golang:1.24\nENV GO111MODULE=off\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file, text } of dockerfiles) {
      for (const { instructions, base } of stages) {
        const minor = Number(/^1\.(\d+)/.exec(base.goVersion ?? "")?.[1] ?? 0);
        if (minor < 16) continue;
        for (const { keyword, properties, start, end } of instructions) {
          const property =
            keyword === "ENV"
              ? properties.find(({ name, value }) => name === "GO111MODULE" && value === "on")
              : undefined;
          if (property === undefined) continue;
          const isAlone = properties.length === 1;
          const gone = isAlone
            ? { start, end: text[end] === "\n" ? end + 1 : end }
            : {
                start: property.start,
                end: property.end + (/^[ \t]+/.exec(text.slice(property.end))?.[0].length ?? 0),
              };
          yield {
            file,
            start: property.start,
            end: property.end,
            message: `GO111MODULE=on is Go ${base.goVersion ?? ""}'s default`,
            fix: { safe: true, title: "take it out", edits: [{ file, ...gone, text: "" }] },
          };
        }
      }
    }
  },
});
