import { ciCommands, fixOf, placeIn, runs, scriptEdit, seenAt, valueFor } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/race-without-cgo",
  title: "-race where cgo is off, or has no C compiler",
  severity: "error",
  why: 'The race detector is C code: "go: -race requires cgo; enable cgo by setting CGO_ENABLED=1", or "cgo: C compiler "gcc" not found".',
  source: "https://go.dev/doc/articles/race_detector#Requirements",
  examples: {
    bad: { ".gitlab-ci.yml": 'variables:\n  CGO_ENABLED: "0"\ntest:\n  script:\n    - go test -race ./...\n' },
    good: { ".gitlab-ci.yml": 'variables:\n  CGO_ENABLED: "0"\ntest:\n  script:\n    - go test ./...\n' },
    fixed: {
      ".gitlab-ci.yml": 'variables:\n  CGO_ENABLED: "0"\ntest:\n  script:\n    - CGO_ENABLED=1 go test -race ./...\n',
    },
    silent: {
      "cgo is on by default": {
        ".gitlab-ci.yml": "test:\n  image: golang:1.25\n  script:\n    - go test -race ./...\n",
      },
      "Alpine with a compiler": {
        ".gitlab-ci.yml":
          "test:\n  image: golang:1.25-alpine\n  script:\n    - apk add build-base\n    - go test -race ./...\n",
      },
      "on for this command": {
        ".gitlab-ci.yml": "variables: { CGO_ENABLED: 0 }\nt:\n  script:\n    - CGO_ENABLED=1 go test -race ./...\n",
      },
    },
  },
  *check(facts) {
    for (const each of ciCommands(facts)) {
      const { step, script, command } = each;
      if (!runs(command, "go") || !command.args.some(({ text }) => text === "-race")) continue;
      const place = placeIn(script, command);
      if (valueFor(each, "CGO_ENABLED") === "0") {
        const from = step.variables.get("CGO_ENABLED");
        const isOwn = command.assignments.some(({ name }) => name === "CGO_ENABLED");
        yield {
          ...place,
          message: "-race needs cgo, and CGO_ENABLED is 0 here",
          ...(from === undefined ? {} : { evidence: [seenAt(facts, from)] }),
          ...(isOwn
            ? {}
            : fixOf(
                true,
                "CGO_ENABLED=1 for this command",
                scriptEdit(facts, script, { start: command.start, end: command.start }, "CGO_ENABLED=1 "),
              )),
        };
        continue;
      }
      const { image } = step.job;
      if (image === undefined || !/(^|\/)golang:[\w.-]*alpine/.test(image.text)) continue;
      if (step.job.steps.some(({ script }) => /\b(gcc|build-base|alpine-sdk|clang)\b/.test(script?.text ?? "")))
        continue;
      yield {
        ...place,
        message: `-race needs a C compiler, and ${image.text} has none: apk add build-base`,
        evidence: [seenAt(facts, image)],
      };
    }
  },
});
