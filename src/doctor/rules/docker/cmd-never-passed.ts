import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/cmd-never-passed",
  title: "CMD beside an ENTRYPOINT in the shell form",
  severity: "warning",
  why: 'The shell form is /bin/sh -c "…", and what CMD or docker run adds becomes arguments of that shell, which the program never sees.',
  source: "https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact",
  examples: {
    bad: { Dockerfile: 'FROM debian:12\nCOPY app /app\nENTRYPOINT /app serve\nCMD ["--port", "8080"]\n' },
    good: { Dockerfile: 'FROM debian:12\nCOPY app /app\nENTRYPOINT ["/app", "serve"]\nCMD ["--port", "8080"]\n' },
    fixed: { Dockerfile: 'FROM debian:12\nCOPY app /app\nENTRYPOINT ["/app", "serve"]\nCMD ["--port", "8080"]\n' },
    silent: {
      "the exec form": { Dockerfile: 'FROM debian:12\nENTRYPOINT ["/app"]\nCMD ["-v"]\n' },
      "CMD alone": { Dockerfile: "FROM debian:12\nCMD /app\n" },
      "the shell passes them on": { Dockerfile: 'FROM debian:12\nENTRYPOINT /app "$0" "$@"\nCMD ["-v"]\n' },
      "an ENTRYPOINT after it, which empties a CMD of the base": {
        Dockerfile: 'FROM debian:12 AS a\nCMD ["x"]\nFROM a\nENTRYPOINT /app\n',
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { last, file } of dockerfiles) {
      if (last === undefined) continue;
      const all = lineage(last).toReversed();
      const entry = all.flatMap(({ instructions }) => instructions).findLast(({ keyword }) => keyword === "ENTRYPOINT");
      if (entry === undefined || entry.exec !== undefined || /\$[@*0-9]|\$\{[@*0-9]/.test(entry.text)) continue;
      const owner = all.find(({ instructions }) => instructions.includes(entry));
      const cmd = all
        .slice(owner === undefined ? 0 : all.indexOf(owner))
        .flatMap(({ instructions }) => instructions)
        .findLast(({ keyword }) => keyword === "CMD");
      if (cmd === undefined || cmd.text.trim() === "[]") continue;
      const words = entry.text.trim().split(/\s+/);
      const isPlain = !/["'$`\\|&;<>()*?#~=]/.test(entry.text);
      yield {
        file,
        start: cmd.start,
        end: cmd.end,
        message: `these never reach the program: ENTRYPOINT in line ${entry.line} is a shell's. Write it as a list`,
        evidence: [{ file, line: entry.line, text: `ENTRYPOINT ${entry.text}` }],
        ...(isPlain
          ? {
              fix: {
                safe: true,
                title: "the exec form",
                edits: [
                  {
                    file,
                    start: entry.textStart,
                    end: entry.end,
                    text: `[${words.map((word) => JSON.stringify(word)).join(", ")}]`,
                  },
                ],
              },
            }
          : {}),
      };
    }
  },
});
