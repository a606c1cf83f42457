import { placeOf } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/included-file-missing",
  title: "the pipeline includes a file that is not there",
  severity: "error",
  why: 'GitLab makes no pipeline: "Local file `ci/go.yml` does not exist!".',
  source: "https://docs.gitlab.com/ci/yaml/#includelocal",
  examples: {
    bad: { ".gitlab-ci.yml": "include:\n  - local: /ci/go.yml\n", "ci/golang.yml": "a:\n  script: [x]\n" },
    good: { ".gitlab-ci.yml": "include:\n  - local: /ci/golang.yml\n", "ci/golang.yml": "a:\n  script: [x]\n" },
    silent: {
      "a pattern may match nothing": { ".gitlab-ci.yml": "include:\n  - local: /ci/*.yml\na:\n  script: [x]\n" },
      "of another repository": { ".gitlab-ci.yml": "include:\n  - { project: group/ci, file: /go.yml }\n" },
      "only where a rule holds": {
        ".gitlab-ci.yml":
          "include:\n  - local: /ci/go.yml\n    rules:\n      - exists: [ci/go.yml]\na:\n  script: [x]\n",
      },
    },
  },
  *check({ ci }) {
    for (const { missing } of ci)
      for (const each of missing) yield { ...placeOf(each), message: `${each.text} is not in this repository` };
  },
});
