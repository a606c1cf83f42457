import type { CiJob } from "../../../repo/ci/ciFile.ts";
import { neededJobs } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/jobs-need-each-other",
  title: "jobs wait for each other in a circle",
  severity: "error",
  why: "None of them could ever start, so the whole pipeline is refused.",
  source: "https://docs.gitlab.com/ci/yaml/#needs",
  examples: {
    bad: {
      ".gitlab-ci.yml": "build:\n  needs: [test]\n  script: [make]\ntest:\n  needs: [build]\n  script: [make test]\n",
    },
    good: {
      ".gitlab-ci.yml": "build:\n  script: [make]\ntest:\n  needs: [build]\n  script: [make test]\n",
    },
    silent: {
      "two ways to the same job": {
        ".gitlab-ci.yml":
          "a:\n  script: [x]\nb:\n  needs: [a]\n  script: [x]\nc:\n  needs: [a]\n  script: [x]\nd:\n  needs: [b, c]\n  script: [x]\n",
      },
    },
  },
  *check({ ci }) {
    for (const { jobs } of ci) {
      const byName = new Map(jobs.map((job) => [job.name, job]));
      const told = new Set<string>();
      for (const job of jobs) {
        const circle = told.has(job.name) ? undefined : circleFrom(job, byName);
        if (circle === undefined) continue;
        for (const name of circle) told.add(name);
        const { file, start, end } = job.key;
        yield { file, start, end, message: `${[...circle, job.name].join(" waits for ")}: none of them can start` };
      }
    }
  },
});

/** The way from a job back to itself, without its end. */
function circleFrom(job: CiJob, byName: ReadonlyMap<string, CiJob>): readonly string[] | undefined {
  const seen = new Set<string>();
  const pending: { readonly at: CiJob; readonly way: readonly string[] }[] = [{ at: job, way: [job.name] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const { text } of neededJobs(next.at)) {
      if (text === job.name) return next.way;
      const other = byName.get(text);
      if (other === undefined || seen.has(text)) continue;
      seen.add(text);
      pending.push({ at: other, way: [...next.way, text] });
    }
  }
  return undefined;
}
