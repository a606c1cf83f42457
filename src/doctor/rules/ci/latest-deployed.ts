import { latestWords } from "../../ciDeploy.ts";
import { jobCommands, jobsOf, placeIn } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const job = (...lines: readonly string[]): string =>
  `deploy:\n  environment: production\n  script:\n${lines.map((line) => `    - ${line}\n`).join("")}`;

export const rule: Rule = defineRule({
  id: "ci/latest-deployed",
  title: "what is deployed, or all that is pushed, is the tag latest",
  severity: "warning",
  why: "Nobody can say which commit runs, two hosts that restart on two days run two versions, and there is nothing to go back to: the tag has moved on.",
  source: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
  examples: {
    bad: {
      ".gitlab-ci.yml": job(
        "kubectl set image deploy/app app=registry.corp/app:latest",
        "kubectl rollout status deploy/app",
      ),
    },
    good: {
      ".gitlab-ci.yml": job(
        "kubectl set image deploy/app app=registry.corp/app:$CI_COMMIT_SHA",
        "kubectl rollout status deploy/app",
      ),
    },
    silent: {
      "latest beside the commit's tag": {
        ".gitlab-ci.yml": job("docker push registry.corp/app:$CI_COMMIT_SHA", "docker push registry.corp/app:latest"),
      },
      "latest of a tool": { ".gitlab-ci.yml": job("docker run --rm aquasec/trivy:latest fs .") },
      "to warm the build's cache": { ".gitlab-ci.yml": job("docker pull registry.corp/app:latest || true") },
    },
  },
  *check(facts) {
    for (const job of jobsOf(facts)) {
      const commands = jobCommands(job);
      const pushes = commands.filter(({ command }) => isPush(command.name, command.args[0]?.text));
      const isOnlyLatest = pushes.every(({ command }) => latestWords(command.args).length > 0);
      for (const { script, command } of commands) {
        const isDeploy = /^(kubectl|helm)$/.test(command.name);
        const isPushed = isPush(command.name, command.args[0]?.text) && isOnlyLatest;
        const [word] = isDeploy || isPushed ? latestWords(command.args) : [];
        if (word === undefined || command.args.some(({ text }) => text === "--all-tags" || text === "-a")) continue;
        yield {
          ...placeIn(script, word),
          message: isDeploy
            ? `${word.text} is what was pushed last when a host pulls it: deploy the commit's tag, or the digest`
            : `only ${word.text} is pushed: the version before it can't be named any more. Push the commit's tag, too`,
        };
      }
    }
  },
});

function isPush(program: string, verb: string | undefined): boolean {
  return /^(docker|podman|buildah|crane)$/.test(program) && verb === "push";
}
