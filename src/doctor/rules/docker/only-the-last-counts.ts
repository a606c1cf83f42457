import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/only-the-last-counts",
  title: "several CMD, ENTRYPOINT or HEALTHCHECK in one stage",
  severity: "warning",
  why: "Docker takes the last of each kind; those before are read by people only, who believe them.",
  source: "https://docs.docker.com/reference/dockerfile/#cmd; BuildKit's MultipleInstructionsDisallowed",
  examples: {
    bad: { Dockerfile: 'FROM alpine:3.20\nCMD ["/a"]\nCOPY b /b\nCMD ["/b"]\n' },
    good: { Dockerfile: 'FROM alpine:3.20\nCOPY b /b\nCMD ["/b"]\n' },
    fixed: { Dockerfile: 'FROM alpine:3.20\nCOPY b /b\nCMD ["/b"]\n' },
    silent: {
      "one of each": { Dockerfile: 'FROM alpine:3.20\nENTRYPOINT ["/a"]\nCMD ["-v"]\n' },
      "each in its own stage": { Dockerfile: 'FROM alpine:3.20 AS a\nCMD ["/a"]\nFROM a\nCMD ["/b"]\n' },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file, text } of dockerfiles) {
      for (const { instructions } of stages) {
        for (const kind of ["CMD", "ENTRYPOINT", "HEALTHCHECK"]) {
          const all = instructions.filter(({ keyword }) => keyword === kind);
          const last = all.at(-1);
          for (const { start, end } of all.slice(0, -1)) {
            yield {
              file,
              start,
              end,
              message: `this ${kind} does nothing: line ${last?.line ?? 0} takes its place`,
              fix: {
                safe: true,
                title: "take it out",
                edits: [{ file, start, end: text[end] === "\n" ? end + 1 : end, text: "" }],
              },
            };
          }
        }
      }
    }
  },
});
