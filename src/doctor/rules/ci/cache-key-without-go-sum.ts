import { cachesOf, isModuleCache, resolved } from "../../ciCaches.ts";
import { jobsOf, placeOf } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const ci = ".github/workflows/ci.yml";
const workflow = (key: string, path = "~/go/pkg/mod"): string =>
  `on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/cache@v4\n        with:\n          path: ${path}\n          key: ${key}\n      - run: go test ./...\n`;

export const rule: Rule = defineRule({
  id: "ci/cache-key-without-go-sum",
  title: "the key of the module cache does not follow go.sum",
  severity: "warning",
  why: "GitHub never writes a key a second time: after the first change of go.sum every job downloads what is new, each time. GitLab does write it again, and what is no longer required stays in it for good.",
  source:
    "https://docs.github.com/actions/reference/workflows-and-actions/dependency-caching#cache-key-matching; https://docs.gitlab.com/ci/caching/",
  examples: {
    bad: { [ci]: workflow("go-mod-${{ runner.os }}") },
    good: { [ci]: workflow("go-mod-${{ runner.os }}-${{ hashFiles('**/go.sum') }}") },
    fixed: { [ci]: workflow("go-mod-${{ runner.os }}-${{ hashFiles('**/go.sum') }}") },
    silent: {
      "another cache": { [ci]: workflow("tools-v1", "~/.cache/tools") },
      "the key is of every commit": { [ci]: workflow("go-${{ github.sha }}") },
      "it was worked out before": { [ci]: workflow("go-${{ steps.key.outputs.value }}") },
      "GitLab's key of a file": {
        ".gitlab-ci.yml":
          "test:\n  cache:\n    key: { files: [go.sum] }\n    paths: [.go/pkg/mod/]\n  script: [go test ./...]\n",
      },
    },
  },
  *check(facts) {
    for (const cache of jobsOf(facts).flatMap((job) => cachesOf(job))) {
      const { job, paths, key, keyFiles, node } = cache;
      if (!paths.some((path) => isModuleCache(resolved(path.text, job)))) continue;
      if (keyFiles.some((file) => /go\.(sum|mod)$|\*$/.test(file))) continue;
      if (/hashFiles\(|\bsha\b|outputs\.|env\.|inputs\.|CI_COMMIT_(SHORT_)?SHA/.test(key?.text ?? "")) continue;
      const plain = job.vendor === "github" && key?.style === "plain";
      yield {
        ...placeOf(key ?? node),
        ...(job.vendor === "gitlab" ? { severity: "advice" } : {}),
        message:
          job.vendor === "gitlab"
            ? "this key stays the same when go.sum changes: the cache only ever grows. key: { files: [go.sum] }"
            : "this key stays the same when go.sum changes, and GitHub writes a key only once: add hashFiles('**/go.sum')",
        ...(plain
          ? {
              fix: {
                safe: true,
                title: "a key that follows go.sum",
                edits: [{ file: key.file, start: key.end, end: key.end, text: "-${{ hashFiles('**/go.sum') }}" }],
              },
            }
          : {}),
      };
    }
  },
});
