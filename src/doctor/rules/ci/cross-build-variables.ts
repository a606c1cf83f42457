import { ciCommands, fixOf, placeIn, runs, scriptEdit, seenAt, valueFor } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

/** They start what they have built. */
const starting: ReadonlySet<string> = new Set(["run", "test", "generate", "tool"]);

export const rule: Rule = defineRule({
  id: "ci/cross-build-variables",
  title: "GOOS or GOARCH of a cross build holds for commands that run what they build",
  severity: "error",
  why: 'go test and go run build for that system, too, and then start the program here: "exec format error". A tool that go install puts there is no program of this machine either.',
  source: "https://pkg.go.dev/cmd/go#hdr-Environment_variables",
  examples: {
    bad: {
      ".gitlab-ci.yml":
        "variables:\n  GOOS: windows\nbuild:\n  script:\n    - go test ./...\n    - go build -o app.exe .\n",
    },
    good: { ".gitlab-ci.yml": "build:\n  script:\n    - go test ./...\n    - GOOS=windows go build -o app.exe .\n" },
    fixed: {
      ".gitlab-ci.yml":
        "variables:\n  GOOS: windows\nbuild:\n  script:\n    - GOOS= GOARCH= go test ./...\n    - go build -o app.exe .\n",
    },
    silent: {
      "the runner's own system": {
        ".gitlab-ci.yml": "variables: { GOOS: linux, GOARCH: amd64 }\ntest:\n  script:\n    - go test ./...\n",
      },
      "only compiled": {
        ".gitlab-ci.yml":
          "variables: { GOOS: darwin }\nbuild:\n  script:\n    - go build ./...\n    - go vet ./...\n    - go test -c .\n",
      },
      "an ARM runner": {
        ".github/workflows/ci.yml":
          "on: push\nenv: { GOARCH: arm64 }\njobs:\n  a:\n    runs-on: ubuntu-24.04-arm\n    steps:\n      - run: go test ./...\n",
      },
      "another program starts it": {
        ".gitlab-ci.yml": "variables: { GOARCH: arm64 }\nt:\n  script:\n    - go test -exec qemu-aarch64 ./...\n",
      },
      "exported later": {
        ".gitlab-ci.yml": "t:\n  script:\n    - go test ./...\n    - export GOOS=windows\n    - go build .\n",
      },
    },
  },
  *check(facts) {
    for (const each of ciCommands(facts)) {
      const { step, script, command } = each;
      const verb = command.args[0]?.text ?? "";
      if (!runs(command, "go") || !starting.has(verb)) continue;
      if (
        command.args.some(({ text }) => /^-(exec|c)(=|$)/.test(text)) ||
        (command.args[1]?.text.startsWith("-") === true && verb === "tool")
      )
        continue;
      if (step.script?.text.includes("qemu") === true) continue;
      const runner = [...step.job.node.entries]
        .filter(([name]) => name === "runs-on" || name === "tags")
        .map(([, { value }]) => (facts.text(value.file) ?? "").slice(value.start, value.end))
        .join(" ");
      // Another system's runner may be what is meant; an ARM runner too.
      if (/mac|darwin|win|arm|aarch|matrix|self-hosted|bsd|\$/i.test(runner)) continue;
      const system = valueFor(each, "GOOS");
      const machine = valueFor(each, "GOARCH");
      const foreign =
        system !== undefined && /^\w+$/.test(system) && system !== "linux"
          ? ["GOOS", system]
          : machine !== undefined && /^\w+$/.test(machine) && machine !== "amd64" && machine !== "386"
            ? ["GOARCH", machine]
            : undefined;
      if (foreign === undefined) continue;
      const [name = "", value = ""] = foreign;
      const from = step.variables.get(name);
      const isOwn = command.assignments.some((one) => one.name === name);
      yield {
        ...placeIn(script, command),
        message: `go ${verb} starts what it builds, and ${name}=${value} makes that a program of another machine`,
        ...(from === undefined ? {} : { evidence: [seenAt(facts, from)] }),
        ...(isOwn
          ? {}
          : fixOf(
              true,
              "empty for this command",
              scriptEdit(facts, script, { start: command.start, end: command.start }, "GOOS= GOARCH= "),
            )),
      };
    }
  },
});
