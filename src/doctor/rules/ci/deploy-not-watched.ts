import { deployCommands } from "../../ciDeploy.ts";
import { jobCommands, jobsOf, placeIn, runs } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const job = (...lines: readonly string[]): string =>
  `deploy:\n  environment: production\n  script:\n${lines.map((line) => `    - ${line}\n`).join("")}`;

export const rule: Rule = defineRule({
  id: "ci/deploy-not-watched",
  title: "a deployment ends before anybody knows whether it works",
  severity: "warning",
  why: "kubectl apply and helm upgrade return once the cluster has written down what is wanted. The job is green, and the new version may never start; nothing goes back by itself.",
  source:
    "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status; https://helm.sh/docs/helm/helm_upgrade/",
  examples: {
    bad: { ".gitlab-ci.yml": job("helm upgrade app ./chart") },
    good: { ".gitlab-ci.yml": job("helm upgrade --atomic app ./chart") },
    silent: {
      "the rollout is waited for": {
        ".gitlab-ci.yml": job(
          "kubectl apply -f k8s/",
          "kubectl rollout status deploy/app || kubectl rollout undo deploy/app",
        ),
      },
      "helm waits": { ".gitlab-ci.yml": job("helm upgrade --wait app ./chart") },
      "something asks the service": {
        ".gitlab-ci.yml": job("kubectl apply -f k8s/", "curl --fail https://app.corp/healthz"),
      },
      "only a namespace or secret": { ".gitlab-ci.yml": job("kubectl apply -f namespace.yaml") },
    },
  },
  *check(facts) {
    for (const job of jobsOf(facts)) {
      const watches = jobCommands(job).some(
        ({ command }) =>
          runs(command, "kubectl", "rollout", "status") ||
          runs(command, "kubectl", "wait") ||
          /^(curl|wget|k6|hey|newman)$/.test(command.name) ||
          /(verify|smoke|health)/i.test(command.name + command.args.map(({ text }) => text).join(" ")),
      );
      if (watches) continue;
      for (const each of deployCommands(job)) {
        const { command, script } = each;
        const words = command.args.map(({ text }) => text);
        const isHelm = runs(command, "helm");
        const isKubectl = runs(command, "kubectl");
        if (!isHelm && !isKubectl) continue;
        if (words.some((word) => /^(--atomic|--wait|--rollback-on-failure)(=|$)/.test(word))) continue;
        // What runs nothing has nothing to wait for.
        if (isKubectl && words.some((word) => /(namespace|secret|config-?map|crds?|rbac|role|ingress)/i.test(word)))
          continue;
        yield {
          ...placeIn(script, command),
          message: isHelm
            ? "helm upgrade returns before the new version runs: --atomic waits, and goes back where it does not start"
            : "this returns before the new version runs: kubectl rollout status waits for it, kubectl rollout undo goes back",
        };
        break;
      }
    }
  },
});
