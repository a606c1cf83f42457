import { ciCommands, fixOf, placeIn, runs, scriptEdit, splits, written } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/build-arg-unquoted",
  title: "a build argument's value is not quoted",
  severity: "warning",
  why: "The shell splits an unquoted value at its blanks: of `--build-arg LDFLAGS=-s -w` docker takes -w for a flag, or for a second build context.",
  source: "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_06_05",
  examples: {
    bad: { ".gitlab-ci.yml": "build:\n  script:\n    - docker build --build-arg LDFLAGS=$LDFLAGS -t app .\n" },
    good: { ".gitlab-ci.yml": 'build:\n  script:\n    - docker build --build-arg "LDFLAGS=$LDFLAGS" -t app .\n' },
    fixed: { ".gitlab-ci.yml": 'build:\n  script:\n    - docker build --build-arg "LDFLAGS=$LDFLAGS" -t app .\n' },
    silent: {
      "only the value is quoted": { ".gitlab-ci.yml": 'build:\n  script:\n    - docker build --build-arg A="$A" .\n' },
      "taken from the environment by name": {
        ".gitlab-ci.yml": "build:\n  script:\n    - docker build --build-arg A .\n",
      },
      "a value without blanks that GitLab itself gives": {
        ".gitlab-ci.yml": "build:\n  script:\n    - docker build --build-arg COMMIT=$CI_COMMIT_SHA .\n",
      },
      "GitHub's expressions are no shell's": {
        ".github/workflows/ci.yml":
          "on: push\njobs:\n  image:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: docker build --build-arg COMMIT=${{ github.sha }} .\n",
      },
    },
  },
  *check(facts) {
    for (const { script, command } of ciCommands(facts)) {
      if (!["docker", "podman", "buildah", "buildctl"].some((program) => runs(command, program))) continue;
      for (const [index, word] of command.args.entries()) {
        const isValue = command.args[index - 1]?.text === "--build-arg";
        if (!isValue && !word.text.startsWith("--build-arg=")) continue;
        const place = placeIn(script, word);
        const text = written(facts, place);
        const bare = text
          .replaceAll(/\$\{\{[^]*?\}\}/g, "")
          .replaceAll(
            /\$\{?(CI_(COMMIT_(SHA|SHORT_SHA|REF_SLUG|TIMESTAMP|TAG|BRANCH)|JOB_ID|PIPELINE_I?ID|PROJECT_ID|REGISTRY\w*|PROJECT_PATH)|GITHUB_(SHA|REF_NAME|RUN_ID|RUN_NUMBER|REPOSITORY))\b\}?/g,
            "",
          );
        if (!splits(bare)) continue;
        const whole = text.includes('"') || text.includes("'") ? undefined : `"${text}"`;
        yield {
          ...place,
          message: `${text}: the shell splits the value at its blanks`,
          ...(whole === undefined ? {} : fixOf(true, "quote it", scriptEdit(facts, script, word, whole))),
        };
      }
    }
  },
});
