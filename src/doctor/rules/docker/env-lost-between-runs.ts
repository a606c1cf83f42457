import type { Instruction } from "../../../repo/dockerfile/dockerfile.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/env-lost-between-runs",
  title: "a RUN sets a variable that ends with it",
  severity: "error",
  why: "Each RUN is a shell of its own: what it sets or exports is gone when the next one begins, so the build runs with other settings than are written.",
  source: "https://docs.docker.com/reference/dockerfile/#environment-replacement; moby/moby#34152",
  examples: {
    bad: { Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN CGO_ENABLED=0 GOOS=linux\nRUN go build -o /app .\n" },
    good: { Dockerfile: "FROM golang:1.24\nCOPY . .\nENV CGO_ENABLED=0 GOOS=linux\nRUN go build -o /app .\n" },
    fixed: { Dockerfile: "FROM golang:1.24\nCOPY . .\nENV CGO_ENABLED=0 GOOS=linux\nRUN go build -o /app .\n" },
    silent: {
      "used in the same RUN": { Dockerfile: "FROM golang:1.24\nRUN export CGO_ENABLED=0 && go build -o /app .\n" },
      "before a command": { Dockerfile: "FROM golang:1.24\nRUN CGO_ENABLED=0 go build -o /app .\n" },
      "computed in the shell, then written to a file": {
        Dockerfile: "FROM golang:1.24\nRUN V=$(date) && echo $V > /v\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      for (const { instructions } of stages) {
        for (const instruction of instructions) {
          const lost = lostVariables(instruction);
          if (lost.length === 0) continue;
          // What only a shell can compute is no value for ENV.
          const isPlain = lost.every(({ value }) => /^[\w./:,@%+=-]*$/.test(value));
          const names = [...new Set(lost.map(({ name }) => name))];
          yield {
            file,
            start: instruction.start,
            end: instruction.end,
            message: `this RUN sets ${names.join(", ")} for itself alone: the next instruction does not see ${names.length === 1 ? "it" : "them"}`,
            ...(isPlain && names.length === lost.length
              ? {
                  fix: {
                    safe: true,
                    title: `ENV in place of RUN`,
                    edits: [
                      {
                        file,
                        start: instruction.start,
                        end: instruction.end,
                        text: `ENV ${lost.map(({ name, value }) => `${name}=${value}`).join(" ")}`,
                      },
                    ],
                  },
                }
              : {}),
          };
        }
      }
    }
  },
});

/** What a RUN sets, if it does nothing else. */
function lostVariables({ keyword, commands }: Instruction): readonly { name: string; value: string }[] {
  if (keyword !== "RUN" || commands.length === 0) return [];
  const onlySets = commands.every(
    ({ name, args, assignments }) => (name === "" || name === "export") && args.length === 0 && assignments.length > 0,
  );
  return onlySets ? commands.flatMap(({ assignments }) => assignments) : [];
}
