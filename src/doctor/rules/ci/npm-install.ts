import { posix } from "node:path";
import { ciCommands, fixOf, folderOf, operands, placeIn, runs, scriptEdit } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const lock = { "package.json": "{}\n", "package-lock.json": "{}\n" };

export const rule: Rule = defineRule({
  id: "ci/npm-install",
  title: "npm install in CI where npm ci is meant",
  severity: "warning",
  why: "npm install follows the lock file where it fits package.json and rewrites it where not, so CI builds what nobody has committed. npm ci fails instead.",
  source: "https://docs.npmjs.com/cli/commands/npm-ci",
  examples: {
    bad: { ...lock, ".gitlab-ci.yml": "build:\n  script:\n    - npm install # all of it\n    - npm run build\n" },
    good: { ...lock, ".gitlab-ci.yml": "build:\n  script:\n    - npm ci\n" },
    fixed: { ".gitlab-ci.yml": "build:\n  script:\n    - npm ci # all of it\n    - npm run build\n" },
    silent: {
      "a tool is installed": { ...lock, ".gitlab-ci.yml": "build:\n  script: [npm install -g semver]\n" },
      "there is no lock file, which is another finding": {
        "package.json": "{}\n",
        ".gitlab-ci.yml": "build:\n  script:\n    - npm install\n",
      },
      "in a folder without one": {
        "web/package-lock.json": "{}\n",
        "docs/package.json": "{}\n",
        ".gitlab-ci.yml": "docs:\n  script:\n    - cd docs\n    - npm install\n",
      },
      "only the lock file is written": {
        ...lock,
        ".github/workflows/lock.yml":
          "on: push\njobs:\n  lock:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: npm install --package-lock-only\n",
      },
    },
  },
  *check(facts) {
    for (const each of ciCommands(facts)) {
      const { script, command } = each;
      const [verb] = command.args;
      if (!runs(command, "npm") || !/^(install|i|add|in|ins|inst|isntall)$/.test(verb?.text ?? "")) continue;
      if (verb === undefined || operands(command.args, 1).length > 0) continue;
      if (command.args.some(({ text }) => /^(-g|--global|--location=global|--package-lock-only|--dry-run)$/.test(text)))
        continue;
      const folder = folderOf(each);
      const isLocked = ["package-lock.json", "npm-shrinkwrap.json"].some(
        (name) => folder !== undefined && facts.has(posix.join(folder, name)),
      );
      if (!isLocked) continue;
      yield {
        ...placeIn(script, command),
        message:
          "npm install may change the lock file instead of keeping to it: npm ci takes exactly what it holds, or fails",
        ...fixOf(true, "npm ci", scriptEdit(facts, script, verb, "ci")),
      };
    }
  },
});
