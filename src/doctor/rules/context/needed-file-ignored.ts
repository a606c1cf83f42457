import type { GoProject } from "../../../repo/goProject.ts";
import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { absolutePath, compiles, goSteps, type GoStep } from "../../goInDocker.ts";
import { lineStart, lineText } from "../../places.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  "go.sum": "rsc.io/quote v1.5.2 h1:x\n",
  "main.go":
    'package main\n\nimport _ "embed"\n\n//go:embed config.yaml\nvar config string\n\nfunc main() { println(config) }\n',
  "config.yaml": "a: 1\n",
  Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go build -o /app .\n",
};

export const rule: Rule = defineRule({
  id: "context/needed-file-ignored",
  title: ".dockerignore hides a file that the build reads",
  severity: "error",
  why: 'The file is in the repository and not in the build: "pattern config.yaml: no matching files found", "missing go.sum entry", or "failed to calculate checksum … not found".',
  source: "https://docs.docker.com/build/concepts/context/#dockerignore-files; kubernetes-sigs allow-lists",
  examples: {
    bad: { ...files, ".dockerignore": "*.yaml\n.git\n" },
    good: { ...files, ".dockerignore": ".git\n" },
    fixed: { ".dockerignore": "*.yaml\n.git\n!config.yaml\n" },
    silent: {
      "taken back": { ...files, ".dockerignore": "*\n!go.mod\n!go.sum\n!*.go\n!config.yaml\n" },
      "nothing in the build reads it": { ...files, ".dockerignore": "README.md\ndocs\n" },
      "made in another stage": {
        ...files,
        "web/dist/app.js": "",
        "main.go": 'package main\n\nimport _ "embed"\n\n//go:embed web/dist/app.js\nvar app string\n\nfunc main() {}\n',
        ".dockerignore": "web/dist\n",
        Dockerfile:
          "FROM node:22 AS web\nCOPY web .\nRUN npm run build\nFROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nCOPY --from=web /dist ./web/dist\nRUN go build -o /app .\n",
      },
      "no go command runs in it": {
        ...files,
        ".dockerignore": "go.mod\ngo.sum\n*.yaml\n",
        Dockerfile: "FROM scratch\nCOPY app /app\n",
      },
    },
  },
  *check({ dockerfiles, go, text }) {
    if (go === undefined) return;
    const seen = new Set<string>();
    for (const dockerfile of dockerfiles) {
      const { context, reached, stages } = dockerfile;
      if (context.folder !== "" || context.ignoreFile === undefined) continue;
      const step = stages
        .filter((stage) => reached.has(stage))
        .flatMap((stage) => goSteps(stage))
        .find(({ verb }) => compiles.has(verb));
      if (step === undefined) continue;
      for (const { path, because } of neededFiles(go)) {
        const hidden = context.hiddenBy(path);
        if (hidden === undefined || seen.has(`${hidden.file} ${path}`) || isMade(step, path)) continue;
        seen.add(`${hidden.file} ${path}`);
        const ignore = text(hidden.file) ?? "";
        const start = lineStart(ignore, hidden.line);
        const newline = ignore.endsWith("\n") || ignore === "" ? "" : "\n";
        yield {
          file: hidden.file,
          start,
          end: start + lineText(ignore, hidden.line).length,
          message: `${hidden.text} hides ${path}, which ${because}`,
          evidence: [
            {
              file: dockerfile.file,
              line: step.instruction.line,
              text: dockerfile.text.slice(step.command.start, step.command.end),
            },
          ],
          // An exact line is meant to hide it; a pattern hides it by the way. Either way the build needs it.
          fix: {
            safe: true,
            title: `take ${path} back`,
            edits: [{ file: hidden.file, start: ignore.length, end: ignore.length, text: `${newline}!${path}\n` }],
          },
        };
      }
    }
  },
});

/** Whether another stage's COPY puts the file, or its folder, where the command runs. */
function isMade({ stage, instruction }: GoStep, path: string): boolean {
  return lineage(stage)
    .flatMap(({ instructions }) => instructions)
    .some(({ copy, workdir, start }) => {
      if (copy?.from === undefined || start > instruction.start) return false;
      const to = absolutePath(copy.destination, workdir).replace(/\/+$/, "");
      return path.split("/").some((_, index, parts) => index > 0 && to.endsWith(`/${parts.slice(0, index).join("/")}`));
    });
}

interface Needed {
  readonly path: string;
  readonly because: string;
}

function* neededFiles({ modules, embeds }: GoProject): Generator<Needed> {
  const root = modules.find(({ dir }) => dir === ".");
  if (root === undefined) return;
  yield { path: "go.mod", because: "the go command begins with" };
  if (root.hasSum) yield { path: "go.sum", because: "the go command holds modules against" };
  if (root.hasVendor) yield { path: "vendor/modules.txt", because: "the go command builds from" };
  for (const { pattern, matches } of embeds) {
    // One of many is enough to tell of.
    const [first] = matches;
    if (first !== undefined) yield { path: first, because: `//go:embed ${pattern} puts into the program` };
  }
}
