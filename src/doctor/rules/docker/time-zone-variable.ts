import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/time-zone-variable",
  title: "TIME_ZONE or TIMEZONE is set, which nobody reads",
  severity: "warning",
  why: "Go and the C library read TZ. The container goes on in UTC.",
  source: "https://pkg.go.dev/time#Location (TZ); tzset(3)",
  examples: {
    bad: { Dockerfile: 'FROM alpine:3.20\nENV TIME_ZONE=Europe/Berlin\nCMD ["/app"]\n' },
    good: { Dockerfile: 'FROM alpine:3.20\nENV TZ=Europe/Berlin\nCMD ["/app"]\n' },
    fixed: { Dockerfile: 'FROM alpine:3.20\nENV TZ=Europe/Berlin\nCMD ["/app"]\n' },
    silent: {
      "both are set: somebody reads the other": { Dockerfile: "FROM alpine:3.20\nENV TZ=UTC TIME_ZONE=UTC\n" },
      "no zone": { Dockerfile: "FROM alpine:3.20\nENV TIMEZONE=auto\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      for (const { instructions } of stages) {
        if (
          instructions.some(
            ({ keyword, properties }) => keyword === "ENV" && properties.some(({ name }) => name === "TZ"),
          )
        )
          continue;
        for (const { keyword, properties } of instructions) {
          for (const { name, value, start, end } of keyword === "ENV" ? properties : []) {
            if (!/^TIME_?ZONE$/.test(name) || !/^([A-Z][A-Za-z_]+\/[A-Za-z_/]+|UTC)$/.test(value ?? "")) continue;
            yield {
              file,
              start,
              end,
              message: `${name} says which time zone is meant, and neither Go nor libc reads it`,
              fix: { safe: true, title: "name it TZ", edits: [{ file, start, end: start + name.length, text: "TZ" }] },
            };
          }
        }
      }
    }
  },
});
