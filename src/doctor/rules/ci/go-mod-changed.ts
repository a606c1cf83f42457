import { posix } from "node:path";
import {
  ciCommands,
  fixOf,
  folderOf,
  jobsOf,
  operands,
  placeIn,
  runs,
  scriptEdit,
  seenAt,
  valueFor,
} from "../../ciSteps.ts";
import type { Facts } from "../../facts.ts";
import type { Problem } from "../../finding.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/go-mod-changed",
  title: "CI lets the go command change go.mod and go.sum",
  severity: "warning",
  why: "Since Go 1.16 a build with a stale go.mod fails (-mod=readonly). With -mod=mod it takes whatever version is newest on that day, and what was tested is in no commit.",
  source: "https://go.dev/ref/mod#build-commands",
  examples: {
    bad: { ".gitlab-ci.yml": "variables:\n  GOFLAGS: -mod=mod -trimpath\ntest:\n  script:\n    - go test ./...\n" },
    good: { ".gitlab-ci.yml": "test:\n  script:\n    - go test ./...\n" },
    fixed: {
      ".gitlab-ci.yml": "variables:\n  GOFLAGS: -mod=readonly -trimpath\ntest:\n  script:\n    - go test ./...\n",
    },
    silent: {
      "a tool is fetched by version": {
        ".gitlab-ci.yml": "test:\n  script:\n    - go install example.com/tool@v1.2.3\n",
      },
      "-mod=vendor": {
        ".gitlab-ci.yml": "variables: { GOFLAGS: -mod=vendor }\ntest:\n  script:\n    - go test ./...\n",
      },
      "in a module that the job makes": {
        "go.mod": "module example.com/app\n",
        ".gitlab-ci.yml":
          "smoke:\n  script:\n    - cd /tmp/smoke\n    - go mod init smoke\n    - go get example.com/app@main\n    - go list -mod=mod -m all\n",
      },
      "an update that becomes a pull request": {
        "go.mod": "module example.com/app\n",
        ".github/workflows/ci.yml":
          "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: go get -u example.com/list@main\n      - uses: peter-evans/create-pull-request@v8\n",
      },
      "an update job, which looks at what changed": {
        ".gitlab-ci.yml": "update:\n  script:\n    - go get -u ./...\n    - git commit -am update\n",
      },
    },
  },
  *check(facts) {
    for (const { variables } of jobsOf(facts)) {
      const flags = variables.get("GOFLAGS");
      const at = flags?.text.indexOf("-mod=mod") ?? -1;
      if (flags === undefined || at < 0) continue;
      const place = { start: flags.at(at), end: flags.at(at) + "-mod=mod".length };
      yield {
        ...placeIn(flags, place),
        message: "GOFLAGS=-mod=mod: every go command of the job may rewrite go.mod and go.sum",
        ...fixOf(true, "-mod=readonly, which is the default", { file: flags.file, ...place, text: "-mod=readonly" }),
      };
    }
    yield* inCommands(facts);
  },
});

function* inCommands(facts: Facts): Generator<Problem> {
  for (const each of ciCommands(facts)) {
    const { step, script, command } = each;
    if (!runs(command, "go") || valueFor(each, "GO111MODULE") === "off") continue;
    // Who looks at the difference, or commits it, means to change it.
    if (
      step.job.steps.some(
        ({ commands, uses }) =>
          /create-pull-request|auto-commit|add-and-commit/.test(uses?.text ?? "") ||
          commands.some(
            (each) => runs(each, "git", "diff") || runs(each, "git", "commit") || runs(each, "git", "status"),
          ),
      )
    )
      continue;
    // In another folder it is another module's, and often one that is made for the occasion.
    const folder = folderOf(each);
    if (folder === undefined || (folder !== "" && !facts.has(`${folder}/go.mod`))) continue;
    const flag = command.args.find(({ text }) => text === "-mod=mod");
    if (flag !== undefined)
      yield {
        ...placeIn(script, command),
        message: "-mod=mod: this may rewrite go.mod and go.sum, and nobody looks at what changed",
        ...fixOf(true, "-mod=readonly, which is the default", scriptEdit(facts, script, flag, "-mod=readonly")),
      };
    const [first] = operands(command.args, 1);
    if (command.args[0]?.text !== "get" || first === undefined || !facts.has(posix.join(folder, "go.mod"))) continue;
    const isOwn = operands(command.args, 1).every(({ text }) => /^\.(\/|$)/.test(text));
    yield {
      ...placeIn(script, command),
      message: isOwn
        ? "go get in CI may change go.mod: go mod download fetches what is required and changes nothing"
        : `go get makes ${first.text} a requirement of this module, and installs nothing since Go 1.18: a tool is installed with go install ${first.text.includes("@") ? first.text : `${first.text}@VERSION`}`,
      evidence: [seenAt(facts, { file: script.file, start: command.start, end: command.end })],
      ...(first.text.includes("@") && command.args.length === 2
        ? fixOf(false, "go install", scriptEdit(facts, script, command.args[0], "install"))
        : isOwn
          ? fixOf(false, "go mod download", scriptEdit(facts, script, command, "go mod download"))
          : {}),
    };
  }
}
