import { posix } from "node:path";
import { nodeAt } from "../../../repo/ci/yamlTree.ts";
import * as gover from "../../../gomod/gover.ts";
import { fixOf, folderOf, jobCommands, jobsOf, placeIn, runs, scriptEdit } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = { "go.mod": "module example.com/app\n\ngo 1.24\n" };

export const rule: Rule = defineRule({
  id: "ci/tidy-not-checked",
  title: "go mod tidy runs in CI and nobody looks at what it changed",
  severity: "warning",
  why: "It repairs go.mod and go.sum for this one job, so the job passes with files that are not the commit's; the next build of the same commit fails.",
  source: "https://go.dev/ref/mod#go-mod-tidy",
  examples: {
    bad: { ...goMod, ".gitlab-ci.yml": "test:\n  script:\n    - go mod tidy\n    - go test ./...\n" },
    good: { ...goMod, ".gitlab-ci.yml": "test:\n  script:\n    - go mod tidy -diff\n    - go test ./...\n" },
    fixed: { ".gitlab-ci.yml": "test:\n  script:\n    - go mod tidy -diff\n    - go test ./...\n" },
    silent: {
      "the difference fails the job": {
        ...goMod,
        ".gitlab-ci.yml": "tidy:\n  script:\n    - go mod tidy\n    - git diff --exit-code go.mod go.sum\n",
      },
      "in a script of several lines": {
        ...goMod,
        ".github/workflows/ci.yml":
          "on: push\njobs:\n  tidy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n          go mod tidy\n          if ! git diff --quiet; then exit 1; fi\n",
      },
      "a requirement was changed on purpose": {
        ...goMod,
        ".gitlab-ci.yml":
          "next:\n  script:\n    - go get example.com/lib@main\n    - go mod tidy\n    - go test ./...\n",
      },
      "a target of the Makefile looks": {
        ...goMod,
        ".gitlab-ci.yml": "t:\n  script:\n    - go mod tidy\n    - make generate\n    - make check-uncommitted\n",
      },
      "another module than that of the commit": {
        ...goMod,
        ".gitlab-ci.yml": "t:\n  script:\n    - git clone https://example.com/app\n    - cd app && go mod tidy\n",
      },
      "a sample whose go.mod is made in the job": {
        ...goMod,
        ".github/workflows/ci.yml":
          "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: go mod tidy\n        working-directory: ${{ matrix.folder }}\n",
      },
      "it is committed": {
        ...goMod,
        ".gitlab-ci.yml": "t:\n  script:\n    - go mod tidy\n    - git commit -am tidy\n",
      },
    },
  },
  *check(facts) {
    // -diff came with Go 1.23.
    const knowsDiff = facts.go?.modules.every(({ go }) => gover.compare(go ?? "1.16", "1.23") >= 0) === true;
    for (const job of jobsOf(facts)) {
      const all = jobCommands(job);
      const looks = job.steps.some(
        ({ script, uses }) =>
          /\bgit\b[^\n]*\b(diff|status|commit|ls-files|diff-index)\b|go\.(mod|sum)\.\w+|\bdiff\b|\bmake\b[^\n]*(uncommit|dirty|verify|validate|check-?(clean|git|tidy|mod|gen))/.test(
            script?.text ?? "",
          ) || /create-pull-request|auto-commit|add-and-commit|verify-changed/.test(uses?.text ?? ""),
      );
      // What changed go.mod on purpose needs it tidied; and the module of another checkout is not this one.
      const isMeant = all.some(
        ({ command }) =>
          runs(command, "go", "get") || runs(command, "go", "mod", "edit") || runs(command, "go", "mod", "init"),
      );
      const isElsewhere = job.steps.some(({ with: inputs }) => nodeAt(inputs, "repository") !== undefined);
      if (looks || isMeant || isElsewhere) continue;
      for (const each of all) {
        const { script, command } = each;
        if (!runs(command, "go", "mod", "tidy") || command.args.some(({ text }) => text === "-diff")) continue;
        const folder = folderOf(each);
        if (folder === undefined || !facts.has(posix.join(folder, "go.mod"))) continue;
        const end = command.args[1]?.end ?? command.end;
        yield {
          ...placeIn(script, command),
          message: `go mod tidy changes go.mod and go.sum here, and nothing fails when it does: ${knowsDiff ? "go mod tidy -diff fails" : "git diff --exit-code go.mod go.sum behind it fails"}`,
          ...(knowsDiff
            ? fixOf(false, "go mod tidy -diff", scriptEdit(facts, script, { start: end, end }, " -diff"))
            : {}),
        };
      }
    }
  },
});
