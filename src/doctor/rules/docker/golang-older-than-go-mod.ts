import * as gover from "../../../gomod/gover.ts";
import { filesBefore, goSteps } from "../../goInDocker.ts";
import { goLineSeen } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const main = { "main.go": "package main\n\nfunc main() {}\n" };

export const rule: Rule = defineRule({
  id: "docker/golang-older-than-go-mod",
  title: "the golang image is older than go.mod asks for",
  severity: "error",
  why: 'The official image sets GOTOOLCHAIN=local, so its go command refuses a go.mod of a newer version: "go.mod requires go >= 1.25.0 (running go 1.24.13; GOTOOLCHAIN=local)". Before Go 1.21 it tried, and failed at what it did not know.',
  source: "https://go.dev/doc/toolchain; lightningnetwork/lnd#8954",
  examples: {
    bad: {
      ...main,
      "go.mod": "module example.com/app\n\ngo 1.25.0\n",
      Dockerfile: "FROM golang:1.24-alpine\nCOPY . .\nRUN go build -o /app .\n",
    },
    good: {
      ...main,
      "go.mod": "module example.com/app\n\ngo 1.24.0\n",
      Dockerfile: "FROM golang:1.24-alpine\nCOPY . .\nRUN go build -o /app .\n",
    },
    fixed: { Dockerfile: "FROM golang:1.25-alpine\nCOPY . .\nRUN go build -o /app .\n" },
    silent: {
      "a newer image": {
        ...main,
        "go.mod": "module example.com/app\n\ngo 1.21\n",
        Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go build .\n",
      },
      "a tag without a patch level is the newest of its line": {
        ...main,
        "go.mod": "module example.com/app\n\ngo 1.24.9\n",
        Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go build .\n",
      },
      "it may fetch another toolchain": {
        ...main,
        "go.mod": "module example.com/app\n\ngo 1.25.0\n",
        Dockerfile: "FROM golang:1.24\nENV GOTOOLCHAIN=auto\nCOPY . .\nRUN go build .\n",
      },
      "a tag that names no version": {
        ...main,
        "go.mod": "module example.com/app\n\ngo 1.25.0\n",
        Dockerfile: "FROM golang:latest\nCOPY . .\nRUN go build .\n",
      },
      "a stage that fetches its source": {
        ...main,
        "go.mod": "module example.com/app\n\ngo 1.25.0\n",
        Dockerfile:
          "FROM golang:1.20 AS other\nADD https://example.com/other.tar.gz /src/\nRUN cd /src && go build -o /other .\nFROM scratch\nCOPY --from=other /other /\n",
      },
      "a module in a folder, with its own": {
        ...main,
        "go.mod": "module example.com/app\n\ngo 1.25.0\n",
        "tool/go.mod": "module example.com/tool\n\ngo 1.24\n",
        "tool/main.go": "package main\n\nfunc main() {}\n",
        "tool/Dockerfile": "FROM golang:1.24\nCOPY go.mod ./\nRUN go mod download\nCOPY . .\nRUN go build -o /tool .\n",
      },
      "not used with that module": {
        ...main,
        "go.mod": "module example.com/app\n\ngo 1.25.0\n",
        Dockerfile:
          "FROM golang:1.20 AS tool\nRUN go install example.com/tool@v1.0.0\nFROM golang:1.25\nCOPY --from=tool /go/bin/tool /\nCOPY . .\nRUN go build .\n",
      },
    },
  },
  *check({ dockerfiles, go, text }) {
    for (const dockerfile of dockerfiles) {
      const { stages, reached, file, context, text: source } = dockerfile;
      const module = go?.modules.find(({ dir }) => dir === (context.folder || "."));
      if (module?.go === undefined) continue;
      const goMod = module.dir === "." ? "go.mod" : `${module.dir}/go.mod`;
      for (const stage of stages) {
        const { goVersion, reference } = stage.base;
        if (goVersion === undefined || stage.parent !== undefined || !reached.has(stage)) continue;
        const step = goSteps(stage).find(
          ({ verb, command, instruction }) =>
            verb !== "version" &&
            verb !== "env" &&
            !command.args.some(({ text }) => text.includes("@")) &&
            filesBefore(dockerfile, stage, instruction).size > 0,
        );
        if (step === undefined || /^(auto|path|go)/.test(step.instruction.variables.get("GOTOOLCHAIN") ?? "local"))
          continue;
        // `1.24` is the newest 1.24.x that the registry has.
        const offered = /^\d+\.\d+$/.test(goVersion) ? `${goVersion}.999` : goVersion;
        if (gover.compare(offered, module.go) >= 0) continue;
        const wanted = /^\d+\.\d+/.exec(module.go)?.[0] ?? module.go;
        const at = source.indexOf(`:${goVersion}`, stage.from.start) + 1;
        // Before Go 1.21 the go command only noted it, once something did not compile; of 1.21.0 it did not know the form.
        const isRefused = gover.compare(offered, "1.21") >= 0 || !/^\d+\.\d+$/.test(module.go);
        yield {
          file,
          ...(isRefused ? {} : { severity: "warning" }),
          start: stage.from.start,
          end: stage.from.end,
          message: `${reference} has Go ${goVersion}, and ${goMod} asks for ${module.go}`,
          evidence: [goLineSeen(text, goMod)],
          ...(at > 0 && at < stage.from.end
            ? {
                fix: {
                  safe: true,
                  title: `take golang:${wanted}`,
                  edits: [{ file, start: at, end: at + goVersion.length, text: wanted }],
                },
              }
            : {}),
        };
      }
    }
  },
});
