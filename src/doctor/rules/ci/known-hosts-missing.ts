import { jobCommands, jobsOf, placeIn, written } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const key = '    - echo "$SSH_PRIVATE_KEY" | ssh-add -\n';

export const rule: Rule = defineRule({
  id: "ci/known-hosts-missing",
  title: "ssh is used and nobody says which host key is the right one",
  severity: "warning",
  why: 'A fresh job knows no host: ssh asks, there is nobody to answer, and it ends with "Host key verification failed". The right answer is a variable with the host\'s keys, not to stop asking.',
  source: "https://docs.gitlab.com/ci/jobs/ssh_keys/#verifying-the-ssh-host-keys",
  examples: {
    bad: { ".gitlab-ci.yml": `deploy:\n  script:\n${key}    - ssh deploy@host.example ./restart\n` },
    good: {
      ".gitlab-ci.yml": `deploy:\n  script:\n${key}    - echo "$SSH_KNOWN_HOSTS" >> ~/.ssh/known_hosts\n    - ssh deploy@host.example ./restart\n`,
    },
    silent: {
      "ssh-keyscan asked the host": {
        ".gitlab-ci.yml": `deploy:\n  script:\n${key}    - ssh-keyscan host.example >> ~/.ssh/known_hosts\n    - scp app deploy@host.example:\n`,
      },
      "not verified, which is another finding": {
        ".gitlab-ci.yml": `deploy:\n  script:\n${key}    - ssh -o StrictHostKeyChecking=no deploy@host.example ./restart\n`,
      },
      "options for all jobs": {
        ".gitlab-ci.yml": `variables: { SSH_OPTIONS: -o StrictHostKeyChecking=no }\ndeploy:\n  script:\n${key}    - ssh $SSH_OPTIONS deploy@host.example ./restart\n`,
      },
      "an action prepared it": {
        ".github/workflows/ci.yml":
          "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: webfactory/ssh-agent@v0.9.0\n      - run: ssh git@github.com\n",
      },
      "a runner of one's own may know it": {
        ".github/workflows/ci.yml":
          "on: push\njobs:\n  a:\n    runs-on: self-hosted\n    steps:\n      - run: ssh deploy@host.example ./restart\n",
      },
      "copied on this machine": { ".gitlab-ci.yml": `deploy:\n  script:\n${key}    - rsync -a out/ /srv/www/\n` },
    },
  },
  *check(facts) {
    for (const job of jobsOf(facts)) {
      const isKnown = job.steps.some(
        ({ script, uses, with: inputs }) =>
          /known_hosts|KNOWN_HOSTS|ssh-keyscan|StrictHostKeyChecking|\/\.ssh\b(?!\/id_)/i.test(
            (script?.text ?? "").replaceAll(/mkdir[^\n&;]*|chmod[^\n&;]*/g, ""),
          ) ||
          /ssh|deploy-key/i.test(uses?.text ?? "") ||
          (inputs !== undefined && /ssh/i.test(uses?.text ?? "")),
      );
      const text = written(facts, { file: job.node.file, start: job.node.start, end: job.node.end });
      if (
        isKnown ||
        /self-hosted|known_hosts|KNOWN_HOSTS|StrictHostKeyChecking|GIT_SSH/i.test(text) ||
        job.variables.has("GIT_SSH_COMMAND") ||
        [...job.variables.values()].some((value) => /StrictHostKeyChecking|UserKnownHostsFile/i.test(value.text))
      )
        continue;
      // Who has no key loaded is on a runner that has one, and then knows its hosts.
      const all = jobCommands(job);
      if (
        !all.some(
          ({ command }) =>
            command.name === "ssh-add" ||
            /id_(rsa|ed25519|ecdsa)|\$\{?\w*(PRIVATE|SSH|DEPLOY)_KEY/.test(
              written(
                facts,
                placeIn(job.steps.find(({ commands }) => commands.includes(command))?.script ?? job.key, command),
              ),
            ),
        )
      )
        continue;
      const first = all.find(({ command: { name, args } }) => {
        const words = args.map(({ text }) => text);
        return (
          (name === "ssh" && words.some((word) => !word.startsWith("-"))) ||
          (["scp", "rsync", "sftp"].includes(name) && words.some((word) => /^[\w.$@{}-]+:/.test(word))) ||
          (name === "git" && words.some((word) => /^(ssh:\/\/|git@)/.test(word)))
        );
      });
      if (first === undefined) continue;
      yield {
        ...placeIn(first.script, first.command),
        message: `${first.command.name} finds no known_hosts in a fresh job: write the host's keys there from a variable, as ssh-keyscan and its owner tell them`,
      };
    }
  },
});
