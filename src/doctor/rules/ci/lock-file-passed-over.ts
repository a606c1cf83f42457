import { ciCommands, fixOf, operands, placeIn, runs, scriptEdit } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const yarn = { "package.json": "{}\n", "yarn.lock": "# yarn lockfile v1\n" };

export const rule: Rule = defineRule({
  id: "ci/lock-file-passed-over",
  title: "a package manager is told, or left, to pass over its lock file",
  severity: "warning",
  why: "What CI tests is then what the registry has today, not what was committed and reviewed. Yarn 1 is the one that does so by itself: it rewrites yarn.lock unless it is told --frozen-lockfile.",
  source: "https://classic.yarnpkg.com/lang/en/docs/cli/install/; https://pnpm.io/cli/install#--frozen-lockfile",
  examples: {
    bad: { ...yarn, ".gitlab-ci.yml": "build:\n  script:\n    - yarn install\n" },
    good: { ...yarn, ".gitlab-ci.yml": "build:\n  script:\n    - yarn install --frozen-lockfile\n" },
    fixed: { ".gitlab-ci.yml": "build:\n  script:\n    - yarn install --frozen-lockfile\n" },
    silent: {
      "a newer Yarn, which is strict in CI": {
        "package.json": "{}\n",
        "yarn.lock": "__metadata:\n  version: 8\n",
        ".gitlab-ci.yml": "build:\n  script:\n    - yarn install\n",
      },
      "pnpm, which is strict in CI": {
        "package.json": "{}\n",
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        ".gitlab-ci.yml": "build:\n  script:\n    - pnpm install\n",
      },
      "another command of Yarn": { ...yarn, ".gitlab-ci.yml": "build:\n  script:\n    - yarn build\n" },
    },
  },
  *check(facts) {
    const classic = facts.files.some(
      (file) => /(^|\/)yarn\.lock$/.test(file) && !(facts.text(file) ?? "").includes("__metadata:"),
    );
    for (const { script, command } of ciCommands(facts)) {
      const { args, name } = command;
      const flag = args.find(({ text }) =>
        /^--(no-frozen-lockfile|no-lockfile|no-package-lock|no-immutable|pure-lockfile|frozen-lockfile=false|package-lock=false)$/.test(
          text,
        ),
      );
      const isManager = ["npm", "pnpm", "yarn"].includes(name);
      if (isManager && flag !== undefined && operands(args, 1).length === 0) {
        const kept =
          name === "npm"
            ? undefined
            : name === "yarn" && flag.text === "--no-immutable"
              ? "--immutable"
              : "--frozen-lockfile";
        yield {
          ...placeIn(script, command),
          message: `${flag.text} lets ${name} take other versions than the lock file holds`,
          ...(kept === undefined ? {} : fixOf(false, kept, scriptEdit(facts, script, flag, kept))),
        };
      } else if (
        classic &&
        runs(command, "yarn") &&
        operands(args, 0).every(({ text }) => text === "install") &&
        !args.some(({ text }) =>
          /^(--(frozen-lockfile|immutable|version|help|production-lockfile))$|^-[vh]$/.test(text),
        )
      ) {
        const end = args.find(({ text }) => text === "install")?.end ?? command.start + "yarn".length;
        yield {
          ...placeIn(script, command),
          message: "Yarn 1 rewrites yarn.lock where it does not fit package.json, unless it is told --frozen-lockfile",
          ...fixOf(true, "--frozen-lockfile", scriptEdit(facts, script, { start: end, end }, " --frozen-lockfile")),
        };
      }
    }
  },
});
