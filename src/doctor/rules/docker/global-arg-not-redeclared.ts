import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { lineText } from "../../places.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/global-arg-not-redeclared",
  title: "an ARG from before FROM is used in a stage that does not declare it",
  severity: "error",
  why: "What stands before the first FROM is for FROM lines alone. In a stage the variable is empty until ARG names it there again.",
  source: "https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact",
  examples: {
    bad: { Dockerfile: 'ARG VERSION=1.2\nFROM golang:1.24\nRUN go build -ldflags "-X main.version=$VERSION" .\n' },
    good: {
      Dockerfile:
        'ARG VERSION=1.2\nFROM golang:1.24\nARG VERSION\nRUN go build -ldflags "-X main.version=$VERSION" .\n',
    },
    fixed: {
      Dockerfile:
        'ARG VERSION=1.2\nFROM golang:1.24\nARG VERSION\nRUN go build -ldflags "-X main.version=$VERSION" .\n',
    },
    silent: {
      "only FROM uses it": { Dockerfile: "ARG GO=1.24\nFROM golang:${GO}\nRUN go build .\n" },
      "the stage has a variable of its own": {
        Dockerfile: "ARG VERSION=1\nFROM golang:1.24\nENV VERSION=2\nRUN echo $VERSION\n",
      },
      "declared in the stage it goes on from": {
        Dockerfile: "ARG V=1\nFROM golang:1.24 AS base\nARG V\nENV V=$V\nFROM base\nRUN echo $V\n",
      },
      "set by the shell": { Dockerfile: "ARG V=1\nFROM alpine:3.20\nRUN V=2; echo $V\n" },
      "in single quotes it is text": { Dockerfile: "ARG V=1\nFROM alpine:3.20\nRUN echo '$V'\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { globals, stages, file, text } of dockerfiles) {
      for (const global of globals) {
        for (const { name } of global.properties) {
          const use = new RegExp(String.raw`(?<![\\$])\$(?:${name}\b|\{${name}(?=[}:?+-]))`);
          for (const stage of stages) {
            const isDeclared = lineage(stage).some(({ instructions }) =>
              instructions.some(({ properties }) => properties.some((each) => each.name === name)),
            );
            const user = stage.instructions.find(
              (each) =>
                use.test(each.text.replaceAll(/'[^']*'/g, "")) &&
                !each.commands.some(({ assignments }) => assignments.some((one) => one.name === name)),
            );
            if (isDeclared || user === undefined) continue;
            const at = stage.from.end + (text[stage.from.end] === "\r" ? 2 : 1);
            yield {
              file,
              start: user.start,
              end: user.end,
              message: `${name} is empty here: ARG ${name} stands before FROM, and this stage does not name it`,
              evidence: [{ file, line: global.line, text: lineText(text, global.line) }],
              fix: {
                safe: true,
                title: `ARG ${name} in this stage`,
                edits: [{ file, start: at, end: at, text: `ARG ${name}\n` }],
              },
            };
          }
        }
      }
    }
  },
});
