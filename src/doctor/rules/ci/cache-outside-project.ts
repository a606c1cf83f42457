import { cachesOf, resolved } from "../../ciCaches.ts";
import { jobsOf, placeOf } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const caching = (path: string, variables = ""): string =>
  `test:\n  image: golang:1.24\n${variables}  cache:\n    key: { files: [go.sum] }\n    paths:\n      - ${path}\n  script: [go test ./...]\n`;

export const rule: Rule = defineRule({
  id: "ci/cache-outside-project",
  title: "GitLab is asked to cache a folder outside of the project",
  severity: "warning",
  why: 'Only what lies in the project\'s folder is kept. The job says "WARNING: /go/pkg/mod: no matching files" and stays green, and every pipeline downloads all modules again.',
  source: "https://docs.gitlab.com/ci/yaml/#cachepaths",
  examples: {
    bad: { ".gitlab-ci.yml": caching("/go/pkg/mod") },
    good: { ".gitlab-ci.yml": caching(".go/pkg/mod", "  variables: { GOMODCACHE: $CI_PROJECT_DIR/.go/pkg/mod }\n") },
    silent: {
      "a variable that lies in the project": {
        ".gitlab-ci.yml": caching("$GOPATH/pkg/mod", "  variables: { GOPATH: $CI_PROJECT_DIR/.go }\n"),
      },
      "a variable that nobody here sets": { ".gitlab-ci.yml": caching("$CACHE_DIR/mod") },
      "the project's own folder": { ".gitlab-ci.yml": caching("${CI_PROJECT_DIR}/.cache") },
      "GitHub caches everywhere": {
        ".github/workflows/ci.yml":
          "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/cache@v4\n        with: { path: ~/go/pkg/mod, key: \"a-${{ hashFiles('go.sum') }}\" }\n",
      },
    },
  },
  *check(facts) {
    for (const job of jobsOf(facts)) {
      if (job.vendor !== "gitlab") continue;
      const isGolang = /(^|\/)golang(:|$)/.test(job.image?.text ?? "");
      for (const path of cachesOf(job).flatMap(({ paths }) => paths)) {
        const at = resolved(path.text, job);
        // The official image has GOPATH=/go.
        const isOutside =
          /^(\/|~)/.test(at) || (isGolang && /^\$\{?(GOPATH|GOMODCACHE|HOME|GOCACHE)\}?(\/|$)/.test(at));
        if (!isOutside || at.startsWith("/builds/")) continue;
        yield {
          ...placeOf(path),
          message: `${path.text} is outside of the project's folder, and nothing of it is kept: set ${/build/.test(at) ? "GOCACHE" : "GOMODCACHE"} to a folder below $CI_PROJECT_DIR, and cache that`,
        };
      }
    }
  },
});
