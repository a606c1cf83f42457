import { goSteps } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/go-install-latest",
  title: "a tool is installed at @latest",
  severity: "warning",
  why: "The same Dockerfile installs another program next week, and one whose go line is newer than the image ends the build.",
  source: "https://go.dev/ref/mod#go-install",
  examples: {
    bad: { Dockerfile: "FROM golang:1.24\nRUN go install golang.org/x/tools/cmd/stringer@latest\n" },
    good: { Dockerfile: "FROM golang:1.24\nRUN go install golang.org/x/tools/cmd/stringer@v0.30.0\n" },
    silent: {
      "the module's own": { Dockerfile: "FROM golang:1.24\nRUN go install ./cmd/app\n" },
      "the machine of a developer": {
        ".devcontainer/Dockerfile": "FROM golang:1.24\nRUN go install golang.org/x/tools/gopls@latest\n",
      },
      "a version from outside": { Dockerfile: "FROM golang:1.24\nARG V\nRUN go install example.com/tool@$V\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      // Tools of an editor are meant to be the newest.
      if (file.includes(".devcontainer/")) continue;
      for (const { command, verb } of stages.flatMap((stage) => goSteps(stage))) {
        if (verb !== "install" && verb !== "run") continue;
        for (const { text, start, end } of command.args) {
          const [, name, version] = /^(.+)@(latest|master|main|upgrade)$/.exec(text) ?? [];
          if (name === undefined) continue;
          yield { file, start, end, message: `${name}@${version ?? ""} is another version tomorrow: name one` };
        }
      }
    }
  },
});
