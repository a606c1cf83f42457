import { stageNamed } from "../../../repo/dockerfile/dockerfile.ts";
import { isOpen } from "../../../repo/dockerfile/variables.ts";
import { suggest } from "../../../config/suggest.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/copy-from-unknown",
  title: "COPY --from names no stage",
  severity: "error",
  why: "What is no stage is taken for an image, and pulled: pull access denied, repository does not exist.",
  source: "https://docs.docker.com/reference/dockerfile/#copy---from",
  examples: {
    bad: { Dockerfile: "FROM golang:1.24 AS builder\nFROM scratch\nCOPY --from=build /app /app\n" },
    good: { Dockerfile: "FROM golang:1.24 AS builder\nFROM scratch\nCOPY --from=builder /app /app\n" },
    silent: {
      "an image": { Dockerfile: "FROM scratch\nCOPY --from=busybox:1.36 /bin/sh /bin/sh\n" },
      "an image without a tag": {
        Dockerfile: "FROM golang:1.24 AS build\nFROM scratch\nCOPY --from=nginx /etc/nginx /n\n",
      },
      "by number": { Dockerfile: "FROM golang:1.24\nFROM scratch\nCOPY --from=0 /app /app\n" },
      "from outside": { Dockerfile: "ARG SRC\nFROM golang:1.24 AS a\nFROM scratch\nCOPY --from=$SRC /app /app\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]));
      for (const [index, { instructions }] of stages.entries()) {
        for (const { copy, start, end } of instructions) {
          const from = copy?.from;
          if (from === undefined || isOpen(from) || /[/:.@]/.test(from)) continue;
          const stage = stageNamed(from, stages);
          if (stage !== undefined && stage.index < index) continue;
          const alike = suggest(from, names) ?? names.find((name) => name.startsWith(from) || from.startsWith(name));
          // Without a stage of a like name it may be an image, or a context by --build-context.
          if (stage === undefined && alike === undefined && !/^\d+$/.test(from)) continue;
          yield {
            file,
            start,
            end,
            message:
              stage === undefined
                ? `there is no stage ${from}${alike === undefined ? "" : `: did you mean ${alike}?`}`
                : `stage ${from} comes later than this: a stage copies from those before it`,
          };
        }
      }
    }
  },
});
