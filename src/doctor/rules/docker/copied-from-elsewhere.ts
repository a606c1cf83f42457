import { posix } from "node:path";
import { lineage, stageNamed } from "../../../repo/dockerfile/dockerfile.ts";
import { absolutePath, compiles, goSteps, outputOf } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {}\n" };
const dockerfile = (from: string): string =>
  `FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o app .\nFROM scratch\nCOPY --from=build ${from} /app\nENTRYPOINT ["/app"]\n`;

export const rule: Rule = defineRule({
  id: "docker/copied-from-elsewhere",
  title: "the program is built in one folder and copied from another",
  severity: "error",
  why: 'go build -o app writes into the working folder of its RUN. COPY --from looks from the root of that stage: failed to calculate checksum of ref …: "/app": not found.',
  source: "https://docs.docker.com/reference/dockerfile/#copy---from",
  examples: {
    bad: { ...files, Dockerfile: dockerfile("/app") },
    good: { ...files, Dockerfile: dockerfile("/src/app") },
    fixed: { Dockerfile: dockerfile("/src/app") },
    silent: {
      "an absolute output": {
        ...files,
        Dockerfile:
          "FROM golang:1.24 AS build\nCOPY . .\nRUN go build -o /app .\nFROM debian:12\nCOPY --from=build /app /app\n",
      },
      "the folder is copied": { ...files, Dockerfile: dockerfile("/src/") },
      "the folder is copied, its name that of the program": {
        ...files,
        Dockerfile:
          "FROM golang:1.24 AS build\nWORKDIR /src/app\nCOPY . .\nRUN go build -o app .\nFROM debian:12\nCOPY --from=build /src/app .\n",
      },
      "go changes the folder": {
        ...files,
        Dockerfile:
          "FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -C cmd/app -o app .\nFROM debian:12\nCOPY --from=build /src/cmd/app/app .\n",
      },
      "moved in between": {
        ...files,
        Dockerfile:
          "FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o app . && mv app /app\nFROM debian:12\nCOPY --from=build /app /app\n",
      },
      "a script builds": {
        ...files,
        Dockerfile:
          "FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o app . && make install\nFROM debian:12\nCOPY --from=build /app /app\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, file, text } of dockerfiles) {
      for (const stage of stages.filter((each) => reached.has(each))) {
        for (const { copy, start, end } of stage.instructions) {
          const builder = copy?.from === undefined ? undefined : stageNamed(copy.from, stages);
          const [source] = copy?.sources ?? [];
          if (builder === undefined || source === undefined || copy?.sources.length !== 1) continue;
          const wanted = absolutePath(source, "/");
          const outputs = goSteps(builder)
            .filter(({ verb }) => compiles.has(verb))
            .flatMap((step) => outputOf(step) ?? []);
          const real = outputs.find((output) => posix.basename(output) === posix.basename(wanted));
          if (real === undefined || outputs.includes(wanted) || real.startsWith(`${wanted}/`)) continue;
          const instructions = lineage(builder).flatMap((each) => each.instructions);
          // Anything else that runs there, or is copied, may have put it where it is looked for.
          const isOnlyGo = instructions.every(
            (each) =>
              (each.keyword !== "RUN" ||
                each.commands.every(({ name }) => /^(go|apk|apt-get|apt|git|export|set|echo|)$/.test(name))) &&
              (each.copy === undefined ||
                (each.copy.from === undefined && absolutePath(each.copy.destination, each.workdir) !== "/")),
          );
          const at = text.indexOf(source, start);
          if (!isOnlyGo || at < 0 || at > end) continue;
          yield {
            file,
            start,
            end,
            message: `${copy.from ?? ""} builds ${real}, and this takes ${wanted}, which nothing there makes`,
            fix: {
              safe: true,
              title: "from where it is built",
              edits: [{ file, start: at, end: at + source.length, text: real }],
            },
          };
        }
      }
    }
  },
});
