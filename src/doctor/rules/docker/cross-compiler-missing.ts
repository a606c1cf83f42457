import { compiles, goSteps, variableOf } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const dockerfile = (more: string, build: string): string =>
  `FROM --platform=$BUILDPLATFORM golang:1.24 AS build\nARG TARGETARCH\n${more}COPY . .\nRUN ${build}go build -o /app .\nFROM debian:12\nCOPY --from=build /app /app\n`;

export const rule: Rule = defineRule({
  id: "docker/cross-compiler-missing",
  title: "cgo is on while compiling for another processor, and no cross compiler is named",
  severity: "error",
  why: "gcc of the builder compiles for the builder's own processor: gcc: error: unrecognized command-line option '-m64', or as: unrecognized option.",
  source: "https://pkg.go.dev/cmd/cgo (cross compiling); docs.docker.com/build/building/multi-platform",
  examples: {
    bad: { Dockerfile: dockerfile("", "CGO_ENABLED=1 GOARCH=$TARGETARCH ") },
    good: { Dockerfile: dockerfile("", "CGO_ENABLED=0 GOARCH=$TARGETARCH ") },
    silent: {
      "a cross compiler": {
        Dockerfile: dockerfile("ENV CC=aarch64-linux-gnu-gcc\n", "CGO_ENABLED=1 GOARCH=$TARGETARCH "),
      },
      "xx brings one": {
        Dockerfile: dockerfile("COPY --from=tonistiigi/xx / /\n", "CGO_ENABLED=1 GOARCH=$TARGETARCH "),
      },
      "off by itself when it crosses": { Dockerfile: dockerfile("", "GOARCH=$TARGETARCH ") },
      "emulated: the builder is of the target's kind": {
        Dockerfile: dockerfile("", "CGO_ENABLED=1 GOARCH=$TARGETARCH ").replace("--platform=$BUILDPLATFORM ", ""),
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, file, text } of dockerfiles) {
      if (/tonistiigi\/xx|\bxx-|zig cc|musl-cross|goreleaser-cross/.test(text)) continue;
      for (const stage of stages) {
        const platform = stage.from.flags.find(({ name }) => name === "platform")?.value ?? "";
        if (!reached.has(stage) || !/BUILDPLATFORM/.test(platform)) continue;
        for (const step of goSteps(stage)) {
          const { instruction, command, verb } = step;
          const crosses =
            command.assignments.some(({ name }) => name === "GOARCH") ||
            instruction.variables.has("GOARCH") ||
            /\bGOARCH=/.test(instruction.text);
          const hasCompiler = instruction.variables.has("CC") || /\bCC=/.test(instruction.text) || /\bCC=/.test(text);
          if (!compiles.has(verb) || variableOf(step, "CGO_ENABLED") !== "1" || !crosses || hasCompiler) continue;
          yield {
            file,
            start: command.start,
            end: command.end,
            message: "CGO_ENABLED=1 for another GOARCH, and CC is still the builder's own gcc",
          };
        }
      }
    }
  },
});
