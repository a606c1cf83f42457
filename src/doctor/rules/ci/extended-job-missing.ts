import { itemsOf, nodeAt, textOf } from "../../../repo/ci/yamlTree.ts";
import { placeOf } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/extended-job-missing",
  title: "a job extends one that is not there",
  severity: "error",
  why: 'GitLab refuses the whole file: "test: unknown keys in `extends` (.base)".',
  source: "https://docs.gitlab.com/ci/yaml/#extends",
  examples: {
    bad: { ".gitlab-ci.yml": ".base:\n  image: golang:1.24\ntest:\n  extends: .bsae\n  script: [go test ./...]\n" },
    good: { ".gitlab-ci.yml": ".base:\n  image: golang:1.24\ntest:\n  extends: .base\n  script: [go test ./...]\n" },
    silent: {
      "it may be included from elsewhere": {
        ".gitlab-ci.yml":
          "include: { remote: https://ci.example.com/x.yml }\ntest:\n  extends: .go\n  script: [go test ./...]\n",
      },
      "an included file of this repository has it": {
        ".gitlab-ci.yml": "include: ci/base.yml\ntest:\n  extends: .base\n  script: [go test ./...]\n",
        "ci/base.yml": ".base:\n  image: golang:1.24\n",
      },
      "a job that runs": { ".gitlab-ci.yml": "a:\n  script: [x]\nb:\n  extends: a\n" },
    },
  },
  *check({ ci }) {
    for (const { vendor, root, jobs, hasForeign, missing } of ci) {
      // A file that is not there may have it: that is told by itself.
      if (vendor !== "gitlab" || hasForeign || missing.length > 0) continue;
      for (const { own, name } of jobs) {
        for (const base of itemsOf(nodeAt(own, "extends"))) {
          if (nodeAt(root, textOf(base)) !== undefined) continue;
          yield { ...placeOf(base), message: `${name} extends ${textOf(base)}, which no file of the pipeline has` };
        }
      }
    }
  },
});
