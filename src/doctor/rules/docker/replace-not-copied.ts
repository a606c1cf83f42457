import { filesBefore, goSteps } from "../../goInDocker.ts";
import { lineText } from "../../places.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n\nreplace example.com/lib => ./lib\n",
  "go.sum": "",
  "main.go": "package main\n\nfunc main() {}\n",
  "lib/go.mod": "module example.com/lib\n\ngo 1.24\n",
  "lib/lib.go": "package lib\n",
};

export const rule: Rule = defineRule({
  id: "docker/replace-not-copied",
  title: "the folder that a replace line names is not there when the go command runs",
  severity: "error",
  why: 'The go command reads the replacement\'s go.mod first of all: "replacement directory ./lib does not exist".',
  source: "https://go.dev/ref/mod#go-mod-file-replace",
  examples: {
    bad: {
      ...files,
      Dockerfile: "FROM golang:1.24\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN go build -o /app .\n",
    },
    good: {
      ...files,
      Dockerfile:
        "FROM golang:1.24\nCOPY go.mod go.sum ./\nCOPY lib/go.mod lib/\nRUN go mod download\nCOPY . .\nRUN go build -o /app .\n",
    },
    fixed: {
      Dockerfile:
        "FROM golang:1.24\nCOPY go.mod go.sum ./\nCOPY lib/go.mod lib/\nRUN go mod download\nCOPY . .\nRUN go build -o /app .\n",
    },
    silent: {
      "the whole tree is copied first": {
        ...files,
        Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go mod download\nRUN go build -o /app .\n",
      },
      "replaced by a module": {
        "go.mod": "module example.com/app\n\ngo 1.24\n\nreplace example.com/lib => example.com/fork v1.0.0\n",
        Dockerfile: "FROM golang:1.24\nCOPY go.mod ./\nRUN go mod download\n",
      },
      mounted: {
        ...files,
        Dockerfile:
          "FROM golang:1.24\nCOPY go.mod go.sum ./\nRUN --mount=type=bind,source=lib,target=lib go mod download\n",
      },
    },
  },
  *check({ dockerfiles, go, text }) {
    const module = go?.modules.find(({ dir }) => dir === ".");
    if (module === undefined) return;
    const goMod = text("go.mod") ?? "";
    for (const dockerfile of dockerfiles) {
      if (dockerfile.context.folder !== "") continue;
      for (const stage of dockerfile.stages) {
        const step = dockerfile.reached.has(stage)
          ? goSteps(stage).find(({ verb }) => verb === "mod download" || verb === "build" || verb === "install")
          : undefined;
        if (step === undefined) continue;
        const there = filesBefore(dockerfile, stage, step.instruction);
        if (!there.has("go.mod")) continue;
        for (const { by } of module.replaces) {
          if (by.kind !== "folder" || there.has(`${by.dir}/go.mod`)) continue;
          const isOutside = by.dir.startsWith("../") || by.dir.startsWith("/") || by.dir === "..";
          // What is nowhere in the repository no COPY brings: mod/local-replace tells of it.
          if (!isOutside && go?.tree.has(`${by.dir}/go.mod`) !== true) continue;
          const line = goMod.split("\n").findIndex((each) => each.includes(`=> ${by.written}`)) + 1;
          const { file } = dockerfile;
          const { start } = step.instruction;
          const isWhole = dockerfile.context.files.includes(`${by.dir}/go.mod`);
          yield {
            file,
            start,
            end: step.instruction.end,
            message: isOutside
              ? `go.mod replaces a module by ${by.written}, which lies outside of what the build is sent`
              : `go.mod replaces a module by ${by.written}, and ${by.dir}/go.mod is not there yet when this runs`,
            evidence: line > 0 ? [{ file: "go.mod", line, text: lineText(goMod, line).trim() }] : [],
            ...(!isOutside && isWhole
              ? {
                  fix: {
                    safe: true,
                    title: `copy ${by.dir}/go.mod before`,
                    edits: [{ file, start, end: start, text: `COPY ${by.dir}/go.mod ${by.dir}/\n` }],
                  },
                }
              : {}),
          };
        }
      }
    }
  },
});
