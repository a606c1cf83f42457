import { defineRule, type Rule } from "../../rule.ts";

const off = /^(GOSUMDB=off|GONOSUMDB=\*|GONOSUMCHECK=1|GOINSECURE=\*|GOFLAGS=.*-insecure\b.*)$/;

export const rule: Rule = defineRule({
  id: "docker/checksums-off",
  title: "modules are taken without being checked",
  severity: "warning",
  why: "go.sum holds what is in it; what is not in it yet is believed, whoever sent it. For private modules GOPRIVATE (or GONOSUMDB with their pattern) is enough.",
  source: "https://go.dev/ref/mod#checksum-database",
  examples: {
    bad: { Dockerfile: "FROM golang:1.24\nENV GOSUMDB=off\nRUN go mod download\n" },
    good: { Dockerfile: "FROM golang:1.24\nENV GOPRIVATE=git.corp.example\nRUN go mod download\n" },
    silent: {
      "a pattern": { Dockerfile: "FROM golang:1.24\nENV GONOSUMDB=git.corp.example/*\nRUN go mod download\n" },
      "another program's": { Dockerfile: "FROM alpine:3.20\nENV SUMDB=off\n" },
      "a mirror of the database": {
        Dockerfile: "FROM golang:1.24\nENV GOSUMDB=sumdb.corp.example\nRUN go mod download\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      for (const { instructions } of stages) {
        for (const { keyword, properties, commands } of instructions) {
          const set = [
            ...(keyword === "ENV" ? properties : []),
            ...commands.flatMap(({ assignments, start, end }) => assignments.map((each) => ({ ...each, start, end }))),
          ];
          for (const { name, value, start, end } of set) {
            if (!off.test(`${name}=${value ?? ""}`)) continue;
            yield {
              file,
              start,
              end,
              message: `${name}=${value ?? ""} lets any bytes in for modules that go.sum does not know`,
            };
          }
        }
      }
    }
  },
});
