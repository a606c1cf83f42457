import { compiles, filesBefore, goSteps } from "../../goInDocker.ts";
import type { Facts } from "../../facts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  "main.go": 'package main\n\nimport _ "example.com/app/internal/web"\n\nfunc main() {}\n',
  "internal/web/web.go": "package web\n",
};

export const rule: Rule = defineRule({
  id: "docker/copy-misses-packages",
  title: "COPY *.go leaves out the packages in folders",
  severity: "error",
  why: 'A pattern takes files of one folder. The build then ends with "no required module provides package" or "package … is not in std" for a package that is plainly in the repository.',
  source: "https://docs.docker.com/reference/dockerfile/#copy; docker/docs#14609",
  examples: {
    bad: { ...files, Dockerfile: "FROM golang:1.24\nCOPY go.mod ./\nCOPY *.go ./\nRUN go build -o /app .\n" },
    good: { ...files, Dockerfile: "FROM golang:1.24\nCOPY go.mod ./\nCOPY . .\nRUN go build -o /app .\n" },
    fixed: { Dockerfile: "FROM golang:1.24\nCOPY go.mod ./\nCOPY . .\nRUN go build -o /app .\n" },
    silent: {
      "the folders are copied, too": {
        ...files,
        Dockerfile: "FROM golang:1.24\nCOPY go.mod ./\nCOPY *.go ./\nCOPY internal internal\nRUN go build -o /app .\n",
      },
      "there is one package": {
        "go.mod": files["go.mod"],
        "main.go": "package main\n\nfunc main() {}\n",
        Dockerfile: "FROM golang:1.24\nCOPY go.mod ./\nCOPY *.go ./\nRUN go build -o /app .\n",
      },
      "the other one is of another program": {
        ...files,
        "main.go": "package main\n\nfunc main() {}\n",
        Dockerfile: "FROM golang:1.24\nCOPY go.mod ./\nCOPY *.go ./\nRUN go build -o /app .\n",
      },
    },
  },
  *check({ dockerfiles, files, go }) {
    for (const dockerfile of dockerfiles) {
      if (dockerfile.context.folder !== "") continue;
      for (const stage of dockerfile.stages) {
        if (!dockerfile.reached.has(stage)) continue;
        const step = goSteps(stage).find(({ verb }) => compiles.has(verb));
        const copy = stage.instructions.find(
          ({ copy }) =>
            copy !== undefined &&
            copy.from === undefined &&
            copy.sources.some((source) => /^(\.\/)?\*\.go$/.test(source)),
        );
        if (step === undefined || copy === undefined) continue;
        const there = filesBefore(dockerfile, stage, step.instruction);
        const missing = imported(go).filter(
          (folder) => folder !== "." && !files.some((file) => there.has(file) && file.startsWith(`${folder}/`)),
        );
        if (missing.length === 0) continue;
        const isPlain = /^COPY (\.\/)?\*\.go (\.|\.\/)$/.test(dockerfile.text.slice(copy.start, copy.end));
        yield {
          file: dockerfile.file,
          start: copy.start,
          end: copy.end,
          message: `*.go takes the files of the root alone, and the program imports ${missing.slice(0, 3).join(", ")}${missing.length > 3 ? ` and ${missing.length - 3} more folders` : ""}`,
          evidence: [
            {
              file: dockerfile.file,
              line: step.instruction.line,
              text: dockerfile.text.slice(step.command.start, step.command.end),
            },
          ],
          ...(isPlain
            ? {
                fix: {
                  safe: true,
                  title: "copy the whole tree",
                  edits: [{ file: dockerfile.file, start: copy.start, end: copy.end, text: "COPY . ." }],
                },
              }
            : {}),
        };
      }
    }
  },
});
/** The folders of the packages that the root's program is built of. */
function imported(go: Facts["go"]): readonly string[] {
  return go?.mains.find(({ dir }) => dir === ".")?.packages ?? [];
}
