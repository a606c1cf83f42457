import { compiles, goSteps, variableOf } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/foreign-architecture",
  title: "the program is compiled for a system or processor that the image is not for",
  severity: "error",
  why: "The container ends with: exec /app: exec format error.",
  source: "https://go.dev/doc/install/source#environment; OCI image configuration, architecture and os",
  examples: {
    bad: {
      Dockerfile:
        'FROM golang:1.24 AS build\nRUN GOOS=darwin go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
    },
    good: {
      Dockerfile:
        'FROM golang:1.24 AS build\nRUN GOOS=linux go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
    },
    silent: {
      "several programs, to be taken out of the image": {
        Dockerfile:
          "FROM golang:1.24\nRUN GOOS=darwin go build -o /out/mac . && GOOS=windows go build -o /out/win.exe .\n",
      },
      "an image of Windows": {
        Dockerfile:
          'ARG WINDOWS=1809\nFROM golang:1.24 AS build\nRUN GOOS=windows go build -o /app.exe .\nFROM mcr.microsoft.com/windows/nanoserver:${WINDOWS}\nCOPY --from=build /app.exe /\nENTRYPOINT ["/app.exe"]\n',
      },
      "the platform asked for": {
        Dockerfile:
          'FROM golang:1.24 AS build\nARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
      },
      "both name the same": {
        Dockerfile:
          'FROM golang:1.24 AS build\nRUN GOARCH=arm64 go build -o /app .\nFROM --platform=linux/arm64 alpine:3.20\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
      },
      "nobody says which processor it is for": {
        Dockerfile:
          'FROM golang:1.24 AS build\nRUN GOARCH=amd64 go build -o /app .\nFROM alpine:3.20\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, last, file } of dockerfiles) {
      if (last === undefined) continue;
      const starts = last.instructions.some(({ keyword }) => keyword === "ENTRYPOINT" || keyword === "CMD");
      const [, os = "linux", arch] =
        /^(\w+)\/(\w+)/.exec(last.from.flags.find(({ name }) => name === "platform")?.value ?? "") ?? [];
      if (!starts || os !== "linux" || /windows|nanoserver/i.test(last.base.reference)) continue;
      const steps = stages.filter((stage) => reached.has(stage)).flatMap((stage) => goSteps(stage));
      const builds = steps.filter(({ verb }) => verb === "build" || verb === "install");
      // Who compiles for several takes the right one.
      if (
        new Set(builds.map((step) => `${variableOf(step, "GOOS") ?? ""} ${variableOf(step, "GOARCH") ?? ""}`)).size > 1
      )
        continue;
      for (const step of builds) {
        const [goos = "linux", goarch] = [variableOf(step, "GOOS"), variableOf(step, "GOARCH")];
        const isForeign = goos !== "linux" || (arch !== undefined && goarch !== undefined && goarch !== arch);
        if (!compiles.has(step.verb) || !isForeign) continue;
        yield {
          file,
          start: step.command.start,
          end: step.command.end,
          message: `this compiles for ${goos}${goarch === undefined ? "" : `/${goarch}`}, and the image is for linux${arch === undefined ? "" : `/${arch}`}`,
        };
      }
    }
  },
});
