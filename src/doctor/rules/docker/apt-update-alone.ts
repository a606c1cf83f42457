import type { Instruction } from "../../../repo/dockerfile/dockerfile.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/apt-update-alone",
  title: "apt-get update and install in different RUNs",
  severity: "error",
  why: "The update's layer is cached for months; the install beside it then asks for packages that the mirrors have no more: 404 Not Found, E: Unable to fetch some archives.",
  source: "https://docs.docker.com/build/building/best-practices/#apt-get",
  examples: {
    bad: { Dockerfile: "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n" },
    good: { Dockerfile: "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n" },
    fixed: { Dockerfile: "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n" },
    silent: {
      "lists in a cache mount": {
        Dockerfile:
          "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get install -y curl\n",
      },
      "nothing is installed": { Dockerfile: "FROM debian:12\nRUN apt-get update\n" },
      "updated again": {
        Dockerfile: "FROM debian:12\nRUN apt-get update\nRUN apt-get update && apt-get install -y curl\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file, text } of dockerfiles) {
      for (const { instructions } of stages) {
        for (const [index, update] of instructions.entries()) {
          if (!does(update, "update") || does(update, "install") || update.flags.length > 0) continue;
          const install = instructions.slice(index + 1).find((each) => does(each, "install"));
          if (install === undefined || does(install, "update") || install.flags.length > 0) continue;
          const isNext = instructions[index + 1] === install && /^\s*$/.test(text.slice(update.end, install.start));
          const isPlain =
            isNext &&
            update.commands.length === 1 &&
            /^RUN apt(-get)? (-\S+ )*update$/.test(text.slice(update.start, update.end).trim());
          yield {
            file,
            start: update.start,
            end: update.end,
            message: `this list of packages is cached, and line ${install.line} installs from it some other day`,
            ...(isPlain
              ? {
                  fix: {
                    safe: true,
                    title: "one RUN",
                    edits: [{ file, start: update.end, end: install.textStart, text: " && " }],
                  },
                }
              : {}),
          };
        }
      }
    }
  },
});

function does({ commands }: Instruction, what: string): boolean {
  return commands.some(({ name, args }) => /^apt(-get)?$/.test(name) && args.some(({ text }) => text === what));
}
