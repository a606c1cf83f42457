import { mounts } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const run = (flags: string): string =>
  `FROM golang:1.24\nRUN ${flags}git config --global http.extraHeader "PRIVATE-TOKEN: $(cat /run/secrets/token)"\n`;

export const rule: Rule = defineRule({
  id: "docker/secret-not-mounted",
  title: "a step reads a secret that is not mounted into it",
  severity: "error",
  why: "A secret is there for the RUN that mounts it, and gone with it: cat: /run/secrets/token: No such file or directory. Passing --secret to docker build alone puts it nowhere.",
  source: "https://docs.docker.com/build/building/secrets/",
  examples: {
    bad: { Dockerfile: run("") },
    good: { Dockerfile: run("--mount=type=secret,id=token,required=true ") },
    fixed: { Dockerfile: run("--mount=type=secret,id=token,required=true ") },
    silent: {
      "mounted under another name": {
        Dockerfile: run("--mount=type=secret,id=gitlab,target=/run/secrets/token,required=true "),
      },
      "compose and swarm mount it when the container runs": {
        Dockerfile: 'FROM alpine:3.20\nENTRYPOINT ["sh", "-c", "cat /run/secrets/token"]\n',
      },
      "only if it is there": {
        Dockerfile: "FROM alpine:3.20\nRUN [ ! -f /run/secrets/token ] || cp /run/secrets/token /x\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, file } of dockerfiles) {
      for (const { instructions } of stages.filter((stage) => reached.has(stage))) {
        for (const { keyword, flags, text, textStart } of instructions) {
          const read = keyword === "RUN" ? /\/run\/secrets\/([\w.-]+)/.exec(text) : null;
          const id = read?.[1];
          if (read === null || id === undefined || /(\[|test) +(! +)?-[efsr] /.test(text)) continue;
          const isMounted = mounts(flags).some(
            (mount) =>
              (mount.get("type") === "secret" || mount.get("type") === "bind") &&
              (
                mount.get("target") ??
                mount.get("dst") ??
                mount.get("destination") ??
                `/run/secrets/${mount.get("id") ?? ""}`
              ).startsWith("/run/secrets") &&
              (mount.get("id") === id || mount.has("target") || mount.has("dst") || mount.has("destination")),
          );
          if (isMounted) continue;
          const start = textStart + read.index;
          yield {
            file,
            start,
            end: start + read[0].length,
            message: `${read[0]} is not there in this step: RUN --mount=type=secret,id=${id}`,
            fix: {
              safe: true,
              title: "mount the secret",
              edits: [{ file, start: textStart, end: textStart, text: `--mount=type=secret,id=${id},required=true ` }],
            },
          };
        }
      }
    }
  },
});
