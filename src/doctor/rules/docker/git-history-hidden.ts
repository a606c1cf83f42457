import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { takesSource } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  "main.go": "package main\n\nvar version string\n\nfunc main() {}\n",
};
const dockerfile =
  'FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN go build -ldflags "-X main.version=$(git describe --tags)" -o /app .\n';

export const rule: Rule = defineRule({
  id: "docker/git-history-hidden",
  title: "the build asks git, and .git is not there",
  severity: "error",
  why: "fatal: not a git repository. Within $(…) nobody stops: the version is empty, and a shell without -e goes on.",
  source: "https://docs.docker.com/build/concepts/context/#dockerignore-files",
  examples: {
    bad: { ...files, ".dockerignore": ".git\n", Dockerfile: dockerfile },
    good: {
      ...files,
      ".dockerignore": ".git\n",
      Dockerfile:
        'FROM golang:1.24\nWORKDIR /src\nCOPY . .\nARG VERSION\nRUN go build -ldflags "-X main.version=$VERSION" -o /app .\n',
    },
    silent: {
      ".git is sent": { ...files, ".dockerignore": "bin\n", Dockerfile: dockerfile },
      mounted: {
        ...files,
        ".dockerignore": ".git\n",
        Dockerfile: dockerfile.replace("RUN go", "RUN --mount=type=bind,source=.git,target=.git go"),
      },
      "another repository": {
        ...files,
        ".dockerignore": ".git\n",
        Dockerfile: "FROM golang:1.24\nRUN git clone https://example.com/a /a && cd /a && git describe\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, file, context } of dockerfiles) {
      const hidden = context.hiddenBy(".git");
      if (hidden === undefined || context.folder !== "") continue;
      for (const stage of stages) {
        const all = lineage(stage).flatMap(({ instructions }) => instructions);
        if (
          !reached.has(stage) ||
          !all.some((each) => takesSource(each)) ||
          all.some(({ text }) => /\bgit (clone|init)\b/.test(text))
        )
          continue;
        for (const { keyword, text, flags, start, end } of stage.instructions) {
          const asks = /\bgit (-\S+ )*(describe|rev-parse|log|rev-list|show)\b[^)&;|]*/.exec(text)?.[0];
          if (keyword !== "RUN" || asks === undefined || flags.some(({ value }) => /\.git\b/.test(value))) continue;
          yield {
            file,
            start,
            end,
            message: `${asks.trim()} finds no repository here: pass the value by ARG (fairlead build does), or mount .git`,
            evidence: [{ file: hidden.file, line: hidden.line, text: hidden.text }],
          };
        }
      }
    }
  },
});
