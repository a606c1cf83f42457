import type { YamlScalar } from "../../../repo/ci/yamlTree.ts";
import { jobsOf, scriptEdit, written } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const makesMachine =
  /\b(az vm create|gcloud compute instances create|aws ec2 run-instances|hcloud server create|doctl compute droplet create|vagrant up)\b/;

export const rule: Rule = defineRule({
  id: "ci/host-key-not-checked",
  title: "StrictHostKeyChecking=no",
  severity: "warning",
  why: "Whoever answers at that address is given the commands, the files and the use of the key. accept-new takes an unknown host as before and refuses one whose key has changed, so that known_hosts counts once it is there.",
  source: "ssh_config(5), StrictHostKeyChecking",
  examples: {
    bad: {
      ".gitlab-ci.yml": "deploy:\n  script:\n    - ssh -o StrictHostKeyChecking=no deploy@host.example ./restart\n",
    },
    good: {
      ".gitlab-ci.yml":
        "deploy:\n  script:\n    - ssh -o StrictHostKeyChecking=accept-new deploy@host.example ./restart\n",
    },
    fixed: {
      ".gitlab-ci.yml":
        "deploy:\n  script:\n    - ssh -o StrictHostKeyChecking=accept-new deploy@host.example ./restart\n",
    },
    silent: {
      strict: { ".gitlab-ci.yml": "a:\n  script:\n    - ssh -o StrictHostKeyChecking=yes host.example\n" },
      "the host that the job has started itself": {
        ".gitlab-ci.yml": "a:\n  script:\n    - ssh -o StrictHostKeyChecking=no -p 2222 root@localhost id\n",
      },
      "a machine that the job has made, whose key nobody can know before": {
        ".gitlab-ci.yml":
          "a:\n  script:\n    - IP=$(hcloud server create --name test -o json | jq -r .ip)\n    - ssh -o StrictHostKeyChecking=no root@$IP id\n",
      },
      "only spoken of": { ".gitlab-ci.yml": "a:\n  script:\n    - ssh host.example # StrictHostKeyChecking was no\n" },
    },
  },
  *check(facts) {
    for (const job of jobsOf(facts)) {
      const { file, start, end } = job.node;
      if (makesMachine.test(written(facts, { file, start, end }))) continue;
      const scalars: YamlScalar[] = job.steps.flatMap(({ script }) => script ?? []);
      for (const { variables } of job.steps) scalars.push(...variables.values());
      for (const scalar of new Set([...scalars, ...job.variables.values()])) {
        for (const match of scalar.text.matchAll(/StrictHostKeyChecking(?:=| |=")(no|off)\b/gi)) {
          const line = /[^\n]*$/.exec(scalar.text.slice(0, match.index))?.[0] ?? "";
          if (/(^|\s)#/.test(line) || /localhost|127\.0\.0\.1/.test(scalar.text)) continue;
          const value = match[1] ?? "";
          const at = match.index + match[0].length - value.length;
          const place = { start: scalar.at(at), end: scalar.at(at + value.length - 1) + 1 };
          const edit = scriptEdit(facts, scalar, place, "accept-new");
          yield {
            file: scalar.file,
            start: scalar.at(match.index),
            end: place.end,
            message: `${match[0]}: any host that answers is trusted; write its keys to known_hosts`,
            ...(edit === undefined ? {} : { fix: { safe: true, title: "accept-new", edits: [edit] } }),
          };
        }
      }
    }
  },
});
