import type { MainPackage } from "../../../repo/goProject.ts";
import { goSteps, type GoStep, outputOf, variableOf } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";
import type { Fix } from "../../finding.ts";
import { debianCodename } from "../../../repo/dockerfile/baseImage.ts";
import { type Stage, stageNamed } from "../../../repo/dockerfile/dockerfile.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  "main.go": 'package main\n\n// int one() { return 1; }\nimport "C"\n\nfunc main() { println(C.one()) }\n',
};
const build = "FROM golang:1.24-bookworm AS build\nCOPY . .\nRUN go build -o /app .\n";

export const rule: Rule = defineRule({
  id: "docker/libc-mismatch",
  title: "a program with C code is built for one C library and run on another, or on none",
  severity: "error",
  why: 'A program that uses cgo names the loader of the C library it was linked against. Where that is missing, the container ends with "exec /app: no such file or directory", though the file is there.',
  source: "https://pkg.go.dev/cmd/cgo; ELF's PT_INTERP",
  examples: {
    bad: { ...files, Dockerfile: `${build}FROM alpine:3.20\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n` },
    good: {
      ...files,
      Dockerfile: `${build}FROM debian:bookworm-slim\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n`,
    },
    fixed: { Dockerfile: `${build}FROM debian:bookworm-slim\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n` },
    silent: {
      "cgo is off": {
        ...files,
        Dockerfile: `FROM golang:1.24 AS build\nENV CGO_ENABLED=0\nCOPY . .\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\n`,
      },
      "off for that command": {
        ...files,
        Dockerfile: `FROM golang:1.24 AS build\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\n`,
      },
      "linked statically": {
        ...files,
        Dockerfile: `FROM golang:1.24 AS build\nCOPY . .\nRUN go build -ldflags "-extldflags '-static'" -o /app .\nFROM scratch\nCOPY --from=build /app /app\n`,
      },
      "no package needs C": {
        "go.mod": files["go.mod"],
        "main.go": "package main\n\nfunc main() {}\n",
        Dockerfile: `${build}FROM alpine:3.20\nCOPY --from=build /app /app\n`,
      },
      "both are Alpine": {
        ...files,
        Dockerfile: `FROM golang:1.24-alpine AS build\nCOPY . .\nRUN go build -o /app .\nFROM alpine:3.20\nCOPY --from=build /app /app\n`,
      },
      "Alpine with glibc's stand-in": {
        ...files,
        Dockerfile: `${build}FROM alpine:3.20\nRUN apk add --no-cache gcompat\nCOPY --from=build /app /app\n`,
      },
    },
  },
  *check({ dockerfiles, go }) {
    for (const { stages, last, file, context } of dockerfiles) {
      if (last === undefined || context.folder !== "") continue;
      const target = {
        glibc: last.base.system === "debian" || last.base.system === "ubuntu",
        musl: last.base.system === "alpine",
        none: last.base.system === "scratch" || last.base.name.startsWith("static"),
      };
      for (const { copy, start, end } of last.instructions) {
        const builder = copy?.from === undefined ? undefined : stageNamed(copy.from, stages);
        if (copy === undefined || builder === undefined) continue;
        const step = goSteps(builder).find(
          (each) => each.verb === "build" && copy.sources.some((source) => source === outputOf(each)),
        );
        const main = step === undefined ? undefined : mainOf(step, go?.mains ?? []);
        const [because] = main?.cgo.because ?? [];
        if (step === undefined || because === undefined || isStatic(step)) continue;
        const linked =
          builder.base.system === "alpine"
            ? "musl"
            : builder.base.system === "debian" || builder.base.system === "ubuntu"
              ? "glibc"
              : undefined;
        const fits = linked === undefined || target[linked] || !(target.glibc || target.musl || target.none);
        if (
          fits ||
          last.instructions.some(({ commands }) =>
            commands.some(({ args }) => args.some(({ text }) => /^(gcompat|libc6-compat|musl)$/.test(text))),
          )
        )
          continue;
        yield {
          file,
          start,
          end,
          message: `the program is linked against ${linked} in ${builder.base.reference}, and ${last.base.reference} has ${target.musl ? "musl" : target.glibc ? "glibc" : "no C library"}`,
          evidence: [
            { file, line: step.instruction.line, text: `go ${step.command.args.map(({ text }) => text).join(" ")}` },
            {
              file:
                main?.files[0] === undefined ? "go.mod" : `${main.dir === "." ? "" : `${main.dir}/`}${main.files[0]}`,
              line: 1,
              text: `${because.importPath} needs cgo`,
            },
          ],
          ...baseFix(file, last, builder),
        };
      }
    }
  },
});

/** The builder's own distribution to run on, where nothing is installed on the other one. */
function baseFix(file: string, last: Stage, { base }: Stage): { readonly fix?: Fix } {
  const release = base.system === "debian" && base.debian !== undefined ? debianCodename(base.debian) : undefined;
  const alpine = base.system === "alpine" ? /alpine(\d+\.\d+)/.exec(base.tag ?? "")?.[1] : undefined;
  const wanted =
    release !== undefined ? `debian:${release}-slim` : alpine === undefined ? undefined : `alpine:${alpine}`;
  const { from, instructions, parent, base: old } = last;
  const isPlain = parent === undefined && from.text.startsWith(old.reference);
  if (wanted === undefined || !isPlain || instructions.some(({ keyword }) => keyword === "RUN")) return {};
  const edit = { file, start: from.textStart, end: from.textStart + old.reference.length, text: wanted };
  return { fix: { safe: true, title: `run it on ${wanted}, whose C library it was linked against`, edits: [edit] } };
}

function mainOf({ command }: GoStep, mains: readonly MainPackage[]): MainPackage | undefined {
  const named = command.args.map(({ text }) => text).findLast((text) => text === "." || text.startsWith("./"));
  return mains.find((main) => main.package === (named ?? "."));
}

function isStatic(step: GoStep): boolean {
  return variableOf(step, "CGO_ENABLED") === "0" || step.command.args.some(({ text }) => /-static\b/.test(text));
}
