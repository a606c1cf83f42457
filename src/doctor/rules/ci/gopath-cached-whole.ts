import { cachesOf, resolved } from "../../ciCaches.ts";
import { jobsOf, placeOf } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const job = (path: string): string =>
  `variables:\n  GOPATH: $CI_PROJECT_DIR/.go\ntest:\n  cache:\n    key: { files: [go.sum] }\n    paths:\n      - ${path}\n  script: [go test ./...]\n`;

export const rule: Rule = defineRule({
  id: "ci/gopath-cached-whole",
  title: "the whole of GOPATH is cached, where the module cache is meant",
  severity: "warning",
  why: "With it go bin/, tools of an older run that shadow the ones that were just installed, and src/, which nobody cleans. Only pkg/mod is safe to keep: its contents never change.",
  source: "https://go.dev/ref/mod#module-cache; https://go.dev/wiki/GOPATH",
  examples: {
    bad: { ".gitlab-ci.yml": job(".go/") },
    good: { ".gitlab-ci.yml": job(".go/pkg/mod/") },
    fixed: { ".gitlab-ci.yml": job(".go/pkg/mod/") },
    silent: {
      "the build's cache": { ".gitlab-ci.yml": job(".cache/go-build/") },
      "a folder of another name": { ".gitlab-ci.yml": job(".cache/") },
    },
  },
  *check(facts) {
    for (const job of jobsOf(facts)) {
      const own = job.variables.get("GOPATH");
      const gopath = own === undefined ? (job.vendor === "github" ? "~/go" : "/go") : resolved(own.text, job);
      for (const path of cachesOf(job).flatMap(({ paths }) => paths)) {
        const at = resolved(path.text, job);
        if (at !== gopath && !/^\$\{?GOPATH\}?$/.test(at)) continue;
        yield {
          ...placeOf(path),
          message: `${path.text} is all of GOPATH: cache its pkg/mod`,
          ...(path.style === "plain"
            ? {
                fix: {
                  safe: true,
                  title: "cache the modules alone",
                  edits: [
                    {
                      file: path.file,
                      start: path.end,
                      end: path.end,
                      text: `${path.text.endsWith("/") ? "" : "/"}pkg/mod/`,
                    },
                  ],
                },
              }
            : {}),
        };
      }
    }
  },
});
