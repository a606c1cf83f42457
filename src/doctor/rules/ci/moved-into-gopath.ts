import { ciCommands, placeIn } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = { "go.mod": "module example.com/app\n\ngo 1.24\n" };

export const rule: Rule = defineRule({
  id: "ci/moved-into-gopath",
  title: "CI moves the repository below GOPATH/src, though it is a module",
  severity: "advice",
  why: "A module is built wherever it lies: its path stands in go.mod. What is copied is older than the checkout after the next step, and the module cache below the same GOPATH is cached along with the sources.",
  source: "https://go.dev/wiki/GOPATH; https://go.dev/ref/mod#modules-overview",
  examples: {
    bad: {
      ...goMod,
      ".gitlab-ci.yml":
        "test:\n  before_script:\n    - mkdir -p $GOPATH/src/example.com\n    - ln -s $CI_PROJECT_DIR $GOPATH/src/example.com/app\n  script:\n    - go test ./...\n",
    },
    good: { ...goMod, ".gitlab-ci.yml": "test:\n  script:\n    - go test ./...\n" },
    silent: {
      "a repository without a module": {
        ".gitlab-ci.yml": "test:\n  script:\n    - ln -s $CI_PROJECT_DIR $GOPATH/src/app\n    - go test app\n",
      },
      "the module cache": {
        ...goMod,
        ".gitlab-ci.yml": "test:\n  script:\n    - cp -r $GOPATH/pkg/mod .cache\n",
      },
    },
  },
  *check(facts) {
    if (!facts.has("go.mod")) return;
    for (const { script, command } of ciCommands(facts)) {
      const target = command.args.at(-1)?.text ?? "";
      if (!/^(ln|cp|mv|rsync)$/.test(command.name) || !/(^|[/}"])(\$\{?GOPATH\}?|go)\/src\//i.test(target)) continue;
      yield {
        ...placeIn(script, command),
        message: `this puts the repository at ${target}: a module needs no place below GOPATH`,
      };
    }
  },
});
