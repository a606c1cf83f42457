import type { CiPipeline } from "../../../repo/ci/ciFile.ts";
import { entriesOf, nodeAt } from "../../../repo/ci/yamlTree.ts";
import { neededJobs, placeOf } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/needed-job-missing",
  title: "a job needs another one that the pipeline does not have",
  severity: "error",
  why: "No job runs then: GitLab makes no pipeline (\"'test' job needs 'biuld' job, but 'biuld' does not exist in the pipeline\"), GitHub calls the workflow invalid.",
  source:
    "https://docs.gitlab.com/ci/yaml/#needs; https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds",
  examples: {
    bad: {
      ".gitlab-ci.yml": "build:\n  script: [make]\ntest:\n  needs: [biuld]\n  script: [make test]\n",
    },
    good: {
      ".gitlab-ci.yml": "build:\n  script: [make]\ntest:\n  needs: [build]\n  script: [make test]\n",
    },
    silent: {
      "what is included from elsewhere may have it": {
        ".gitlab-ci.yml":
          "include:\n  - project: group/ci\n    file: /jobs.yml\ntest:\n  needs: [biuld]\n  script: [make test]\n",
      },
      "it may be missing": {
        ".gitlab-ci.yml": "test:\n  needs: [{ job: lint, optional: true }]\n  script: [make test]\n",
      },
      "another pipeline's": {
        ".gitlab-ci.yml":
          "test:\n  needs:\n    - { project: group/lib, job: build, ref: main, artifacts: true }\n  script: [make test]\n",
      },
      "one of a matrix": {
        ".gitlab-ci.yml":
          'build:\n  script: [make]\n  parallel: { matrix: [{ OS: [a, b] }] }\ntest:\n  needs: ["build: [a]"]\n  script: [make test]\n',
      },
      "GitHub's jobs": {
        ".github/workflows/ci.yml":
          "on: push\njobs:\n  a: { runs-on: x, steps: [{ run: make }] }\n  b: { needs: a, runs-on: x, steps: [{ run: make }] }\n",
      },
    },
  },
  *check({ ci }) {
    for (const pipeline of ci) {
      if (pipeline.hasForeign) continue;
      const known = jobNames(pipeline);
      for (const job of pipeline.jobs) {
        for (const needed of neededJobs(job)) {
          // One job of a matrix is `build: [linux, amd64]`.
          const name = needed.text.replace(/: \[.*\]$/, "");
          if (known.has(needed.text) || known.has(name) || name.includes("$")) continue;
          yield {
            ...placeOf(needed),
            message: `${job.name} needs ${needed.text}, and there is no such job: the pipeline has ${[...known].toSorted().slice(0, 8).join(", ")}`,
          };
        }
      }
    }
  },
});

function jobNames({ root, vendor, jobs, templates }: CiPipeline): ReadonlySet<string> {
  const all =
    vendor === "github" ? entriesOf(nodeAt(root, "jobs")).map(([name]) => name) : jobs.map(({ name }) => name);
  // A name without a script may get one from elsewhere.
  return new Set([...all, ...[...templates].filter((name) => !name.startsWith("."))]);
}
