import { type Instruction, stageNamed } from "../../../repo/dockerfile/dockerfile.ts";
import { isOpen } from "../../../repo/dockerfile/variables.ts";
import { absolutePath, flagOf, goSteps } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const build = "FROM golang:1.24 AS build\nRUN go build -o /out/app .\n";

export const rule: Rule = defineRule({
  id: "docker/entrypoint-not-copied",
  title: "ENTRYPOINT names a file that no instruction puts there",
  severity: "error",
  why: 'On an image of nothing but what is copied, the container ends with: exec: "/app": stat /app: no such file or directory.',
  source: "https://docs.docker.com/reference/dockerfile/#copy",
  examples: {
    bad: { Dockerfile: `${build}FROM scratch\nCOPY --from=build /out/app /usr/bin/app\nENTRYPOINT ["/app"]\n` },
    good: { Dockerfile: `${build}FROM scratch\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n` },
    silent: {
      "into a folder": {
        Dockerfile: `${build}FROM scratch\nCOPY --from=build /out/app /bin/\nENTRYPOINT ["/bin/app"]\n`,
      },
      "a whole folder": { Dockerfile: `${build}FROM scratch\nCOPY --from=build /out /srv\nENTRYPOINT ["/srv/app"]\n` },
      "from the working folder": {
        Dockerfile: `${build}FROM scratch\nWORKDIR /srv\nCOPY --from=build /out/app .\nENTRYPOINT ["./app"]\n`,
      },
      "the base may have it": {
        Dockerfile: `${build}FROM alpine:3.20\nCOPY --from=build /out/app /srv/app\nENTRYPOINT ["/app"]\n`,
      },
      "everything is copied": { Dockerfile: `${build}FROM scratch\nCOPY --from=build / /\nENTRYPOINT ["/app"]\n` },
    },
  },
  *check({ dockerfiles }) {
    for (const { last, file, stages } of dockerfiles) {
      if (last === undefined || last.base.system !== "scratch") continue;
      const entry =
        last.instructions.findLast(({ keyword }) => keyword === "ENTRYPOINT") ??
        last.instructions.findLast(({ keyword }) => keyword === "CMD");
      const [program] = entry?.exec ?? [];
      if (entry === undefined || program === undefined || !program.includes("/") || isOpen(program)) continue;
      const wanted = absolutePath(program, entry.workdir);
      const copies: Instruction[] = [];
      for (let stage: typeof last | undefined = last; stage !== undefined; stage = stage.parent)
        copies.push(...stage.instructions.filter(({ copy }) => copy !== undefined));
      const isProgram = (source: string, from: string | undefined): boolean => {
        const stage = from === undefined ? undefined : stageNamed(from, stages);
        return (
          stage !== undefined &&
          goSteps(stage).some(
            ({ command, instruction }) =>
              absolutePath(flagOf(command.args, "-o") ?? "", instruction.workdir) === absolutePath(source, "/"),
          )
        );
      };
      const places = copies.flatMap(({ copy, workdir }) => {
        const { sources = [], destination = "" } = copy ?? {};
        const place = absolutePath(destination, workdir);
        const isFolder = destination.endsWith("/") || destination === "." || sources.length > 1;
        // What is a folder at its source can't always be told: then all below its destination counts.
        return sources.map((source) => ({
          place: isFolder
            ? `${place === "/" ? "" : place}/${source.replace(/\/+$/, "").split("/").at(-1) ?? ""}`
            : place,
          below: place,
          known: isProgram(source, copy?.from),
        }));
      });
      const isThere = places.some(
        ({ place, below, known }) =>
          place === wanted ||
          (!known && (wanted.startsWith(`${below === "/" ? "" : below}/`) || wanted.startsWith(`${place}/`))),
      );
      if (isThere || copies.length === 0) continue;
      const built = places.find(({ known }) => known)?.place;
      yield {
        file,
        start: entry.start,
        end: entry.end,
        message: `${program} is started, and nothing is copied to ${wanted}${built === undefined ? "" : `: the program is at ${built}`}`,
      };
    }
  },
});
