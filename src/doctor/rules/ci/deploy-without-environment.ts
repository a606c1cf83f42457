import { nodeAt } from "../../../repo/ci/yamlTree.ts";
import { deployCommands, startsCluster } from "../../ciDeploy.ts";
import { jobsOf, placeOf, seenAt } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const deploy = (more = ""): string =>
  `deploy:\n  stage: deploy\n${more}  script:\n    - kubectl apply -f k8s/\n    - kubectl rollout status deploy/app\n`;
const ci = ".github/workflows/ci.yml";
const workflow = (more = ""): string =>
  `on: push\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n${more}    steps:\n      - run: helm upgrade --atomic app ./chart\n`;

export const rule: Rule = defineRule({
  id: "ci/deploy-without-environment",
  title: "a job deploys without naming the environment",
  severity: "advice",
  why: "The environment is what the vendor keeps its history for: who deployed which commit when, a button to go back to the one before, variables and approvals that hold for it alone, one deployment at a time.",
  source:
    "https://docs.gitlab.com/ci/environments/; https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments",
  examples: {
    bad: { ".gitlab-ci.yml": deploy() },
    good: { ".gitlab-ci.yml": deploy("  environment: production\n") },
    silent: {
      "GitHub's environment": { [ci]: workflow("    environment: production\n") },
      "it only shows what would change": {
        ".gitlab-ci.yml": "plan:\n  script:\n    - kubectl apply --dry-run=server -f k8s/\n",
      },
      "into a cluster that the job itself starts": {
        ".gitlab-ci.yml":
          "e2e:\n  script:\n    - kind create cluster\n    - kubectl apply -f k8s/\n    - go test ./e2e\n",
      },
      "a job that builds": { ".gitlab-ci.yml": "build:\n  script:\n    - docker build .\n" },
    },
  },
  *check(facts) {
    for (const job of jobsOf(facts)) {
      const [first] = nodeAt(job.node, "environment") === undefined ? deployCommands(job) : [];
      if (first === undefined || startsCluster(job)) continue;
      const { start, end } = first.command;
      yield {
        ...placeOf(job.key),
        message: `${job.name} deploys, and has no environment: its history and the way back are nowhere`,
        evidence: [seenAt(facts, { file: first.script.file, start, end })],
      };
    }
  },
});
