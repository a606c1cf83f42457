import { posix } from "node:path";
import { flagOf, goSteps } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/toolchain-shipped",
  title: "the image that runs is the one that builds",
  severity: "warning",
  why: "Compiler, sources, module cache and a whole Debian go to production: hundreds of megabytes to pull, and everything an intruder could wish for.",
  source: "https://docs.docker.com/build/building/multi-stage/",
  examples: {
    bad: { Dockerfile: 'FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\nENTRYPOINT ["/app"]\n' },
    good: {
      Dockerfile:
        'FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
    },
    silent: {
      "nothing is started: an image to build in": { Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go build ./...\n" },
      "it needs the go command when it runs": {
        Dockerfile: 'FROM golang:1.24\nRUN go build -o /app .\nENTRYPOINT ["go", "test", "./..."]\n',
      },
      "the Dockerfile is for development": {
        "dev.Dockerfile": 'FROM golang:1.24\nRUN go build -o /app .\nCMD ["/app"]\n',
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { last, file } of dockerfiles) {
      if (last === undefined || last.base.name !== "golang" || /\b(dev|test|ci|debug|lint)/i.test(file)) continue;
      const start =
        last.instructions.findLast(({ keyword }) => keyword === "ENTRYPOINT") ??
        last.instructions.findLast(({ keyword }) => keyword === "CMD");
      const build = goSteps(last).find(({ verb }) => verb === "build" || verb === "install");
      if (start === undefined || build === undefined) continue;
      // A program that the stage compiled, and neither a script nor a tool to develop with.
      const program = start.exec?.[0] ?? start.commands[0]?.name ?? "";
      const outputs = goSteps(last).flatMap(({ command, instruction }) => {
        const output = flagOf(command.args, "-o");
        return output === undefined ? [] : [posix.resolve(instruction.workdir, output)];
      });
      const isBuilt = build.verb === "install" || outputs.includes(posix.resolve(start.workdir, program));
      if (!isBuilt || /(^|\/)(go|(ba)?sh|air|dlv|make|gotestsum|reflex|CompileDaemon)$|\.sh$/.test(program)) continue;
      yield {
        file,
        start: last.from.start,
        end: last.from.end,
        message: `${program} runs in ${last.base.reference}, with all it was built from: copy it to a stage of its own (fairlead dockerfile writes one)`,
      };
    }
  },
});
