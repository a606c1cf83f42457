import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/root-user",
  title: "the program runs as root",
  severity: "advice",
  why: "A hole in the program is then a hole in everything the container may touch, and Kubernetes' runAsNonRoot refuses it.",
  source: "https://docs.docker.com/build/building/best-practices/#user",
  examples: {
    bad: { Dockerfile: 'FROM alpine:3.20\nCOPY app /app\nENTRYPOINT ["/app"]\n' },
    good: { Dockerfile: 'FROM alpine:3.20\nCOPY app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\n' },
    fixed: { Dockerfile: 'FROM alpine:3.20\nCOPY app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\n' },
    silent: {
      "the base has another user, for whatever processor": {
        Dockerfile: 'ARG ARCH\nFROM gcr.io/distroless/static:nonroot-${ARCH}\nCOPY app /app\nENTRYPOINT ["/app"]\n',
      },
      "the base has another user": {
        Dockerfile: 'FROM gcr.io/distroless/static:nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\n',
      },
      "an unknown base may": { Dockerfile: 'FROM company/base:7\nCOPY app /app\nENTRYPOINT ["/app"]\n' },
      "set in the stage it goes on from": {
        Dockerfile: 'FROM alpine:3.20 AS base\nUSER app\nFROM base\nENTRYPOINT ["/app"]\n',
      },
      "nothing is started": { Dockerfile: "FROM scratch\nCOPY app /app\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { last, file } of dockerfiles) {
      if (last === undefined || last.base.system === "other" || /nonroot/.test(last.base.reference)) continue;
      let user: string | undefined;
      for (let stage: typeof last | undefined = last; stage !== undefined && user === undefined; stage = stage.parent)
        user = stage.instructions.findLast(({ keyword }) => keyword === "USER")?.text.trim();
      const start =
        last.instructions.find(({ keyword }) => keyword === "ENTRYPOINT") ??
        last.instructions.find(({ keyword }) => keyword === "CMD");
      if (start === undefined || (user !== undefined && !/^(root|0)(:|$)/.test(user))) continue;
      yield {
        file,
        start: start.start,
        end: start.end,
        message: `what ${start.keyword} starts runs as root`,
        // It may lose a right it needs: to write, or to listen below 1024.
        ...(user === undefined
          ? {
              fix: {
                safe: false,
                title: "run it as user 65532",
                edits: [{ file, start: start.start, end: start.start, text: "USER 65532:65532\n" }],
              },
            }
          : {}),
      };
    }
  },
});
