import { ciCommands, fixOf, placeIn, runs, scriptEdit, written } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const after = `login:\n  script:\n    - printf '%s' "$CI_JOB_TOKEN" | docker login -u gitlab-ci-token --password-stdin "$CI_REGISTRY"\n`;

export const rule: Rule = defineRule({
  id: "ci/docker-login-password",
  title: "docker login is given the password on its command line",
  severity: "warning",
  why: 'A command line is readable by every process of the machine (ps), and lands in logs with set -x. docker itself warns: "Using --password via the CLI is insecure".',
  source: "https://docs.docker.com/reference/cli/docker/login/#password-stdin",
  examples: {
    bad: {
      ".gitlab-ci.yml": 'login:\n  script:\n    - docker login -u gitlab-ci-token -p "$CI_JOB_TOKEN" "$CI_REGISTRY"\n',
    },
    good: { ".gitlab-ci.yml": after },
    fixed: { ".gitlab-ci.yml": after },
    silent: {
      "from standard input": {
        ".gitlab-ci.yml": 'login:\n  script:\n    - echo "$T" | docker login -u me --password-stdin\n',
      },
      "another command's -p": { ".gitlab-ci.yml": "run:\n  script:\n    - docker run -p 8080:80 app\n" },
      "an action logs in": {
        ".github/workflows/ci.yml":
          'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: docker/login-action@v3\n        with: { username: u, password: "${{ secrets.T }}" }\n',
      },
    },
  },
  *check(facts) {
    for (const { script, command } of ciCommands(facts)) {
      const { args } = command;
      if (
        !(
          ["docker", "podman", "skopeo", "buildah", "crane"].some((program) => runs(command, program)) &&
          args.some(({ text }) => text === "login")
        )
      )
        continue;
      const at = args.findIndex(({ text }) => /^(-p|--password)(=|$)|^-p./.test(text));
      const flag = args[at];
      if (flag === undefined || flag.text === "--password-stdin") continue;
      const joined = /^(?:--password=|-p=?)([^]+)$/.exec(flag.text);
      const value = joined === null ? args[at + 1] : flag;
      if (value === undefined) continue;
      const raw = joined === null ? written(facts, placeIn(script, value)) : (joined[1] ?? "");
      const password = raw.startsWith('"') || raw.startsWith("'") ? raw : `"${raw}"`;
      const whole = written(facts, placeIn(script, command));
      const rest = `${whole.slice(0, flag.start - command.start)}--password-stdin${whole.slice(value.end - command.start)}`;
      const isPlain =
        script.style !== "quoted" && !/[\\\n]/.test(whole) && command.redirects.length === 0 && password !== '""';
      yield {
        ...placeIn(script, command),
        message: "the password stands on the command line: hand it over by --password-stdin",
        ...(isPlain
          ? fixOf(true, "--password-stdin", scriptEdit(facts, script, command, `printf '%s' ${password} | ${rest}`))
          : {}),
      };
    }
  },
});
