import { ciCommands, isSecretName, placeIn, variablesIn, written } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/secret-printed",
  title: "a secret is printed into the job's log",
  severity: "error",
  why: "Whoever may read the log has it. Masking replaces a value where it stands as a whole on one line: a private key has many lines, and what was encoded or cut is another text.",
  source:
    "https://docs.gitlab.com/ci/variables/#mask-a-cicd-variable; https://docs.github.com/actions/reference/security/secure-use",
  examples: {
    bad: { ".gitlab-ci.yml": 'deploy:\n  script:\n    - echo "$SSH_PRIVATE_KEY"\n' },
    good: { ".gitlab-ci.yml": 'deploy:\n  script:\n    - echo "$SSH_PRIVATE_KEY" | ssh-add -\n' },
    silent: {
      "to a file": { ".gitlab-ci.yml": 'deploy:\n  script:\n    - echo "$API_TOKEN" > token\n' },
      "its length": { ".gitlab-ci.yml": 'deploy:\n  script:\n    - echo "${#API_TOKEN}"\n' },
      "only whether it is there": { ".gitlab-ci.yml": 'deploy:\n  script:\n    - echo "${API_TOKEN:+set}"\n' },
      "into a file of GitHub's": {
        ".github/workflows/ci.yml":
          'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo "TOKEN=$API_TOKEN" >> "$GITHUB_ENV"\n',
      },
      "in a block that goes to a file": {
        ".gitlab-ci.yml": 'a:\n  script:\n    - |\n      {\n        echo "password=$NPM_TOKEN"\n      } > .npmrc\n',
      },
      "env, where GitHub puts no secret": {
        ".github/workflows/ci.yml":
          "on: push\nenv: { CGO_ENABLED: 0 }\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: env\n",
      },
      "told to mask it": {
        ".github/workflows/ci.yml":
          'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo "::add-mask::$API_TOKEN"\n',
      },
    },
  },
  *check(facts) {
    for (const { step, script, command } of ciCommands(facts)) {
      const { name, args, redirects, piped } = command;
      const goesAway =
        piped ||
        redirects.some(
          ({ operator, descriptor }) =>
            operator.startsWith(">") && (descriptor === undefined || descriptor === 1) && operator !== ">&",
        );
      // A group's redirection is not the command's own.
      if (goesAway || /[})]\s*(\||>)/.test(script.text) || /<<-?\s*['"]?\w/.test(script.text)) continue;
      const text = written(facts, placeIn(script, command));
      if (name === "echo" || name === "printf") {
        const shown = text.replaceAll(/\$\{#\w+\}|\$\{\w+:?[+][^}]*\}|'[^']*'/g, "");
        const secret = variablesIn(shown).find(isSecretName);
        if (secret === undefined || text.includes("::add-mask::") || /\$\{\w+(##?|%%?|:\d)/.test(shown)) continue;
        yield { ...placeIn(script, command), message: `${name} writes ${secret} into the job's log` };
      } else if (
        name === "cat" &&
        args.some(({ text }) =>
          /(^|\/)(id_(rsa|ed25519|ecdsa|dsa)|\.netrc|\.npmrc|\.git-credentials)$|\.docker\/config\.json$/.test(text),
        ) &&
        redirects.length === 0
      ) {
        yield { ...placeIn(script, command), message: `${text} writes a secret file into the job's log` };
      } else if (
        (name === "env" || name === "printenv" || name === "set") &&
        args.length === 0 &&
        command.assignments.length === 0 &&
        // GitHub hands a step only what is written; GitLab every variable of the project.
        (step.job.vendor === "gitlab" ||
          [...step.variables].some(
            ([each, value]) => isSecretName(each) || /\bsecrets\.|github\.token/.test(value.text),
          ))
      ) {
        yield {
          ...placeIn(script, command),
          severity: "warning",
          message: `${name} writes every variable of the job into its log, secret ones among them; what is not masked can be read`,
        };
      }
    }
  },
});
