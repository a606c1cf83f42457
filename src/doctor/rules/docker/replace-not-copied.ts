import { posix } from "node:path";
import { lineage, type Stage, stageNamed } from "../../../repo/dockerfile/dockerfile.ts";
import type { DockerfileFacts, Facts } from "../../facts.ts";
import type { Edit, Fix } from "../../finding.ts";
import { filesBefore, goSteps } from "../../goInDocker.ts";
import { lineText } from "../../places.ts";
import { fromTheRoot } from "../../widerContext.ts";
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
      "a second context brings it": {
        "shared/go.mod": "module example.com/shared\n\ngo 1.24\n",
        "app/go.mod": "module example.com/app\n\ngo 1.24\n\nreplace example.com/shared => ../shared\n",
        "app/main.go": "package main\n\nfunc main() {}\n",
        "compose.yaml":
          "services:\n  app:\n    build:\n      context: ./app\n      additional_contexts:\n        shared: ./shared\n",
        "app/Dockerfile":
          "FROM golang:1.24\nWORKDIR /src\nCOPY . .\nCOPY --from=shared . /shared\nRUN go build -o /app .\n",
      },
      mounted: {
        ...files,
        Dockerfile:
          "FROM golang:1.24\nCOPY go.mod go.sum ./\nRUN --mount=type=bind,source=lib,target=lib go mod download\n",
      },
    },
  },
  *check(facts) {
    const { dockerfiles, go, text } = facts;
    for (const dockerfile of dockerfiles) {
      const { context, file } = dockerfile;
      const module = go?.modules.find(({ dir }) => dir === (context.folder || "."));
      if (module === undefined) continue;
      const goModFile = posix.join(context.folder, "go.mod");
      const goMod = text(goModFile) ?? "";
      for (const stage of dockerfile.stages) {
        const step = dockerfile.reached.has(stage)
          ? goSteps(stage).find(({ verb }) => verb === "mod download" || verb === "build" || verb === "install")
          : undefined;
        if (step === undefined) continue;
        const there = filesBefore(dockerfile, stage, step.instruction);
        if (!there.has("go.mod")) continue;
        for (const { by } of module.replaces) {
          if (by.kind !== "folder") continue;
          const folder = by.dir.startsWith("/") ? by.dir : posix.relative(context.folder, by.dir);
          if (there.has(`${folder}/go.mod`)) continue;
          const isOutside = folder.startsWith("/") || folder === ".." || folder.startsWith("../");
          const isInRepository = go?.tree.has(`${by.dir}/go.mod`) === true;
          // What is nowhere in the repository no COPY brings: mod/local-replace tells of it.
          if (!isOutside && !isInRepository) continue;
          const { start, end, workdir } = step.instruction;
          const target = posix.resolve(workdir, by.written);
          if (isOutside && bringsContext(stage, dockerfile.stages, target)) continue;
          const line = goMod.split("\n").findIndex((each) => each.includes(`=> ${by.written}`)) + 1;
          yield {
            file,
            start,
            end,
            message: isOutside
              ? `${goModFile} replaces a module by ${by.written}, which lies outside of what the build is sent${context.folder === "" ? "" : ` (${context.folder}/)`}`
              : `${goModFile} replaces a module by ${by.written}, and ${folder}/go.mod is not there yet when this runs`,
            evidence: line > 0 ? [{ file: goModFile, line, text: lineText(goMod, line).trim() }] : [],
            ...(isOutside
              ? isInRepository
                ? contextFix(dockerfile, facts, { folder: by.dir, start, target })
                : {}
              : context.files.includes(`${folder}/go.mod`)
                ? {
                    fix: {
                      safe: true,
                      title: `copy ${folder}/go.mod before`,
                      edits: [{ file, start, end: start, text: `COPY ${folder}/go.mod ${folder}/\n` }],
                    },
                  }
                : {}),
          };
        }
      }
    }
  },
});

/** Whether a COPY puts something there that is of no stage of the file: of another image, or of a context of its own. */
function bringsContext(stage: Stage, stages: readonly Stage[], target: string): boolean {
  return lineage(stage).some(({ instructions }) =>
    instructions.some(
      ({ copy, workdir }) =>
        copy?.from !== undefined &&
        stageNamed(copy.from, stages) === undefined &&
        posix.resolve(workdir, copy.destination) === target,
    ),
  );
}

/** The build moved up to where it sees the folder, and the folder copied. */
function contextFix(
  dockerfile: DockerfileFacts,
  facts: Facts,
  { folder, start, target }: { readonly folder: string; readonly start: number; readonly target: string },
): { readonly fix?: Fix } {
  const edits = fromTheRoot(dockerfile, facts);
  if (edits === undefined) return {};
  const copy: Edit = { file: dockerfile.file, start, end: start, text: `COPY ${folder} ${target}\n` };
  return { fix: { safe: true, title: `build from the root, where ${folder}/ is seen`, edits: [...edits, copy] } };
}
