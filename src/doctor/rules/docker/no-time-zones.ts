import { mentions, programsIn } from "../../runtimeStage.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  "main.go": 'package main\n\nimport "time"\n\nfunc main() {\n\ttime.LoadLocation("Europe/Berlin")\n}\n',
};
const build = "FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\n";
const run = 'COPY --from=build /app /app\nENTRYPOINT ["/app"]\n';

export const rule: Rule = defineRule({
  id: "docker/no-time-zones",
  title: "the program loads a time zone on an image without them",
  severity: "error",
  why: 'unknown time zone Europe/Berlin: Go reads zones from the system, or from itself with `import _ "time/tzdata"` (some 450 KB).',
  source: "https://pkg.go.dev/time#LoadLocation; https://pkg.go.dev/time/tzdata",
  examples: {
    bad: { ...files, Dockerfile: `${build}FROM scratch\n${run}` },
    good: { ...files, Dockerfile: `${build.replace("build -o", "build -tags timetzdata -o")}FROM scratch\n${run}` },
    fixed: { Dockerfile: `${build.replace("build -o", "build -tags timetzdata -o")}FROM scratch\n${run}` },
    silent: {
      "in the program": {
        ...files,
        "zones.go": 'package main\n\nimport _ "time/tzdata"\n',
        Dockerfile: `${build}FROM scratch\n${run}`,
      },
      copied: {
        ...files,
        Dockerfile: `${build}FROM scratch\nCOPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo\n${run}`,
      },
      installed: { ...files, Dockerfile: `${build}FROM alpine:3.20\nRUN apk add --no-cache tzdata\n${run}` },
      "distroless has them": { ...files, Dockerfile: `${build}FROM gcr.io/distroless/static-debian12\n${run}` },
    },
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const { last, file, reached, stages } = dockerfile;
      // Debian's slim images have none either; ubuntu's neither, but other packages bring it there.
      if (last === undefined || (last.base.system !== "scratch" && last.base.system !== "alpine")) continue;
      if (mentions(last, /zoneinfo|tzdata/i) || last.base.name === "golang") continue;
      const builders = stages.filter((stage) => reached.has(stage));
      if (builders.some((stage) => mentions(stage, /timetzdata/))) continue;
      for (const { baseNeeds, embedsZones } of programsIn(facts, dockerfile)) {
        const need = embedsZones ? undefined : baseNeeds.find(({ kind }) => kind === "zones");
        if (need === undefined) continue;
        const build = builders
          .flatMap(({ instructions }) => instructions.flatMap(({ commands }) => commands))
          .find(
            ({ name, args }) =>
              name === "go" && args[0]?.text === "build" && !args.some(({ text }) => text.startsWith("-tags")),
          );
        const verb = build?.args[0];
        yield {
          file,
          start: last.from.start,
          end: last.from.end,
          message: `${need.call} finds no zones on ${last.base.reference}`,
          evidence: [{ file: need.file, line: need.line, text: need.call }],
          ...(verb === undefined
            ? {}
            : {
                fix: {
                  safe: true,
                  title: "compile them in",
                  edits: [{ file, start: verb.end, end: verb.end, text: " -tags timetzdata" }],
                },
              }),
        };
        break;
      }
    }
  },
});
