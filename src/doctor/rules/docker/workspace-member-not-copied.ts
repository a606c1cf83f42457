import { filesBefore, goSteps, variableOf } from "../../goInDocker.ts";
import { lineText } from "../../places.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.work": "go 1.24\n\nuse (\n\t./app\n\t./lib\n)\n",
  "app/go.mod": "module example.com/app\n\ngo 1.24\n",
  "app/main.go": "package main\n\nfunc main() {}\n",
  "lib/go.mod": "module example.com/lib\n\ngo 1.24\n",
  "lib/lib.go": "package lib\n",
};

export const rule: Rule = defineRule({
  id: "docker/workspace-member-not-copied",
  title: "go.work is there and one of its modules is not",
  severity: "error",
  why: 'In a workspace the go command reads every member\'s go.mod: "cannot load module lib listed in go.work file: open lib/go.mod: no such file or directory".',
  source: "https://go.dev/ref/mod#workspaces; grafana/grafana#83362",
  examples: {
    bad: { ...files, Dockerfile: "FROM golang:1.24\nCOPY go.work ./\nCOPY app app\nRUN go build -o /app ./app\n" },
    good: {
      ...files,
      Dockerfile: "FROM golang:1.24\nCOPY go.work ./\nCOPY app app\nCOPY lib lib\nRUN go build -o /app ./app\n",
    },
    fixed: {
      Dockerfile: "FROM golang:1.24\nCOPY go.work ./\nCOPY app app\nCOPY lib lib\nRUN go build -o /app ./app\n",
    },
    silent: {
      "no workspace is wanted": {
        ...files,
        Dockerfile: "FROM golang:1.24\nENV GOWORK=off\nCOPY go.work ./\nCOPY app app\nRUN go build -o /app ./app\n",
      },
      "go.work is not copied": {
        ...files,
        Dockerfile: "FROM golang:1.24\nCOPY app app\nWORKDIR /go/app\nRUN go build -o /app .\n",
      },
      "all go.mod files are enough for a download": {
        ...files,
        Dockerfile:
          "FROM golang:1.24\nCOPY go.work ./\nCOPY app/go.mod app/\nCOPY lib/go.mod lib/\nRUN go mod download\n",
      },
    },
  },
  *check({ dockerfiles, go, text }) {
    const use = go?.workspace?.use ?? [];
    const goWork = text("go.work") ?? "";
    for (const dockerfile of dockerfiles) {
      if (use.length === 0 || dockerfile.context.folder !== "") continue;
      for (const stage of dockerfile.stages) {
        const step = dockerfile.reached.has(stage)
          ? goSteps(stage).find(
              ({ verb }) => verb === "mod download" || verb === "build" || verb === "install" || verb === "test",
            )
          : undefined;
        if (step === undefined || variableOf(step, "GOWORK") === "off") continue;
        const there = filesBefore(dockerfile, stage, step.instruction);
        if (!there.has("go.work")) continue;
        const missing = use.filter((folder) => folder !== "." && !there.has(`${folder}/go.mod`));
        if (missing.length === 0) continue;
        const { file } = dockerfile;
        const { start, end } = step.instruction;
        const inside = missing.filter((folder) => dockerfile.context.matches(folder).length > 0);
        const line = goWork.split("\n").findIndex((each) => each.includes(missing[0] ?? "")) + 1;
        yield {
          file,
          start,
          end,
          message: `go.work uses ${missing.join(", ")}, which ${missing.length === 1 ? "is" : "are"} not there when this runs`,
          evidence: line > 0 ? [{ file: "go.work", line, text: lineText(goWork, line).trim() }] : [],
          ...(inside.length === missing.length
            ? {
                fix: {
                  safe: true,
                  title: "copy the members",
                  edits: [
                    { file, start, end: start, text: missing.map((folder) => copyOf(folder, step.verb)).join("") },
                  ],
                },
              }
            : {}),
        };
      }
    }
  },
});

/** A download reads the go.mod alone: with all of a member before it, each change of its source would fetch everything again. */
function copyOf(folder: string, verb: string): string {
  return verb === "mod download" ? `COPY ${folder}/go.mod ${folder}/\n` : `COPY ${folder} ${folder}\n`;
}
