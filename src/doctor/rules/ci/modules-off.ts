import { ciCommands, fixOf, jobsOf, placeIn, placeOf, runs, scriptEdit } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = { "go.mod": "module example.com/app\n\ngo 1.24\n" };

export const rule: Rule = defineRule({
  id: "ci/modules-off",
  title: "CI switches modules off in a repository that is a module",
  severity: "error",
  why: "With GO111MODULE=off the go command reads no go.mod: it looks for every import below GOPATH/src, at whatever version lies there, and mostly finds none. With auto, since Go 1.16, it only does what it does anyway.",
  source: "https://go.dev/ref/mod#mod-commands; https://go.dev/blog/go116-module-changes",
  examples: {
    bad: { ...goMod, ".gitlab-ci.yml": 'variables:\n  GO111MODULE: "off"\ntest:\n  script:\n    - go test ./...\n' },
    good: { ...goMod, ".gitlab-ci.yml": "test:\n  script:\n    - go test ./...\n" },
    fixed: { ".gitlab-ci.yml": 'variables:\n  GO111MODULE: "on"\ntest:\n  script:\n    - go test ./...\n' },
    silent: {
      "on is what holds anyway": {
        ...goMod,
        ".gitlab-ci.yml": 'variables: { GO111MODULE: "on" }\ntest:\n  script:\n    - go test ./...\n',
      },
      "a repository without modules": {
        ".gitlab-ci.yml": 'variables: { GO111MODULE: "off" }\ntest:\n  script:\n    - go test ./...\n',
      },
      "for one tool": {
        ...goMod,
        ".gitlab-ci.yml": "test:\n  script:\n    - GO111MODULE=off go get example.com/tool\n",
      },
    },
  },
  *check(facts) {
    if (!facts.has("go.mod")) return;
    const message = "GO111MODULE=off: the go command passes over this repository's go.mod";
    for (const { variables } of jobsOf(facts)) {
      const setting = variables.get("GO111MODULE");
      // YAML 1.1 reads off as false, and GitLab gives the job that word.
      if (setting === undefined || !/^(off|false)$/i.test(setting.text)) continue;
      yield {
        ...placeOf(setting),
        message,
        fix: { safe: false, title: "modules on", edits: [{ ...placeOf(setting), text: '"on"' }] },
      };
    }
    for (const { script, command } of ciCommands(facts)) {
      const off = command.assignments.some(({ name, value }) => name === "GO111MODULE" && value === "off");
      const written = command.args.find(({ text }) => text === "GO111MODULE=off");
      if (runs(command, "go", "env", "-w") && written !== undefined)
        yield {
          ...placeIn(script, command),
          message,
          ...fixOf(false, "modules on", scriptEdit(facts, script, written, "GO111MODULE=on")),
        };
      else if (off && (command.name === "export" || command.name === ""))
        yield { ...placeIn(script, command), message };
    }
  },
});
