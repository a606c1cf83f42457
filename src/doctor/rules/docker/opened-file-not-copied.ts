import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { flagOf, goSteps } from "../../goInDocker.ts";
import { programsIn } from "../../runtimeStage.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  "main.go": 'package main\n\nimport "os"\n\nfunc main() {\n\tos.ReadFile("config/app.yaml")\n}\n',
  "config/app.yaml": "a: 1\n",
};
const build = "FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /out/app .\n";
const run = 'FROM scratch\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n';

export const rule: Rule = defineRule({
  id: "docker/opened-file-not-copied",
  title: "a file that the program opens is in the repository and not in the image",
  severity: "warning",
  why: "It works while one develops, and in the container: open config/app.yaml: no such file or directory.",
  source: "https://docs.docker.com/reference/dockerfile/#copy",
  examples: {
    bad: { ...files, Dockerfile: build + run },
    good: { ...files, Dockerfile: build + run.replace("ENTRYPOINT", "COPY config/ /config/\nENTRYPOINT") },
    silent: {
      "from the stage that built it": {
        ...files,
        Dockerfile: build + run.replace("ENTRYPOINT", "COPY --from=build /src/config /config\nENTRYPOINT"),
      },
      "a folder with more than the program": {
        ...files,
        Dockerfile:
          build.replace("/out/app .", "/out/app . && cp -r config /out") + run.replace("/out/app /app", "/out /"),
      },
      "everything is there": {
        ...files,
        Dockerfile: 'FROM golang:1.24\nCOPY . .\nRUN go build -o /app .\nCMD ["/app"]\n',
      },
      mounted: { ...files, Dockerfile: build + run.replace("ENTRYPOINT", "VOLUME /config\nENTRYPOINT") },
    },
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const { last, file, context } = dockerfile;
      if (last === undefined || last.parent !== undefined) continue;
      const instructions = lineage(last).flatMap((stage) => stage.instructions);
      if (instructions.some(({ keyword }) => keyword === "VOLUME" || keyword === "RUN")) continue;
      const copies = instructions.flatMap(({ copy }) => (copy === undefined ? [] : [copy]));
      const [program] = programsIn(facts, dockerfile);
      const outputs = new Set(dockerfile.stages.flatMap(goSteps).map(({ command }) => flagOf(command.args, "-o")));
      // Out of another stage only a program, and what the system has, is surely nothing else.
      const isOther = (source: string): boolean =>
        outputs.has(source) || /^\/(etc|usr\/share)\/|\/certs?\b|zoneinfo|passwd|group/.test(source);
      const lacks = ({ from, sources }: (typeof copies)[number], path: string): boolean =>
        from === undefined
          ? !sources.some((source) =>
              context.matches(source).some((each) => each === path || each.startsWith(`${path}/`)),
            )
          : sources.every(isOther);
      if (program === undefined || copies.length === 0) continue;
      for (const path of program.opens) {
        if (!copies.every((copy) => lacks(copy, path))) continue;
        yield {
          file,
          start: last.from.start,
          end: last.from.end,
          message: `the program opens ${path}, and nothing copies it to this stage`,
        };
      }
    }
  },
});
