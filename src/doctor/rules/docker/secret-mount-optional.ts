import { mounts } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const run = (mount: string): string =>
  `FROM golang:1.24\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN --mount=${mount} go mod download\n`;

export const rule: Rule = defineRule({
  id: "docker/secret-mount-optional",
  title: "a secret may be missing, and the build goes on without it",
  severity: "advice",
  why: "Unless it is required, a secret that nobody passed is simply not there. The step then fails in words that name everything but the secret (terminal prompts disabled, 401), or, worse, does not fail.",
  source: "https://docs.docker.com/reference/dockerfile/#run---mounttypesecret (required)",
  examples: {
    bad: { Dockerfile: run("type=secret,id=netrc,target=/root/.netrc") },
    good: { Dockerfile: run("type=secret,id=netrc,target=/root/.netrc,required=true") },
    fixed: { Dockerfile: run("type=secret,id=netrc,target=/root/.netrc,required=true") },
    silent: {
      "required in short": { Dockerfile: run("type=secret,id=netrc,target=/root/.netrc,required") },
      "said to be optional": { Dockerfile: run("type=secret,id=netrc,target=/root/.netrc,required=false") },
      "the step looks whether it is there": {
        Dockerfile:
          "FROM golang:1.24\nRUN --mount=type=secret,id=netrc [ -f /run/secrets/netrc ] && cp /run/secrets/netrc ~/.netrc; go mod download\n",
      },
      "a cache": { Dockerfile: run("type=cache,target=/go/pkg/mod") },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, file } of dockerfiles) {
      for (const { instructions } of stages.filter((stage) => reached.has(stage))) {
        for (const { flags, text } of instructions) {
          for (const flag of flags) {
            const [mount] = mounts([flag]);
            if (mount?.get("type") !== "secret" || mount.has("required")) continue;
            if (/(\[|test) +-[efsr] |\bif\b|\|\| *true/.test(text)) continue;
            yield {
              file,
              start: flag.start,
              end: flag.end,
              message: `without --secret id=${mount.get("id") ?? "…"} this step runs all the same, and fails in other words: required=true`,
              fix: {
                safe: true,
                title: "required=true",
                edits: [{ file, start: flag.end, end: flag.end, text: ",required=true" }],
              },
            };
          }
        }
      }
    }
  },
});
