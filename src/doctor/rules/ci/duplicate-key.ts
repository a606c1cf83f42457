import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/duplicate-key",
  title: "a key stands twice in a map of a CI file",
  severity: "error",
  why: "GitLab takes the last one and says nothing: of two jobs of one name the first never runs. GitHub refuses the file.",
  source: "https://yaml.org/spec/1.2.2/#3213-node-comparison",
  examples: {
    bad: { ".gitlab-ci.yml": "test:\n  script:\n    - go vet ./...\ntest:\n  script:\n    - go test ./...\n" },
    good: { ".gitlab-ci.yml": "vet:\n  script:\n    - go vet ./...\ntest:\n  script:\n    - go test ./...\n" },
    silent: {
      "the same key of two maps": { ".gitlab-ci.yml": "a: { script: [x] }\nb: { script: [x] }\n" },
      "a key that a merge key brings, too": {
        ".gitlab-ci.yml": ".a: &a { stage: test }\nb:\n  <<: *a\n  stage: build\n  script: [x]\n",
      },
    },
  },
  *check({ ci, text }) {
    for (const { file, faults } of ci.flatMap(({ files }) => files))
      for (const { start, code } of faults) {
        if (code !== "DUPLICATE_KEY") continue;
        const key = /^[^:\n]*/.exec((text(file) ?? "").slice(start))?.[0] ?? "";
        yield {
          file,
          start,
          end: start + key.length,
          message: `${key.trim()} stands in this map before: only one of them counts`,
        };
      }
  },
});
