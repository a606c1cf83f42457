import { entriesOf, nodeAt } from "../../../repo/ci/yamlTree.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/variable-is-boolean",
  title: "a variable of GitLab CI is yes, no, on, off, true or false without quotes",
  severity: "error",
  why: 'To GitLab\'s YAML these are booleans, and it refuses a file in which a variable is one: "variables config should be a hash of key value pairs".',
  source: "https://docs.gitlab.com/ci/yaml/#variables; https://yaml.org/type/bool.html",
  examples: {
    bad: { ".gitlab-ci.yml": "test:\n  variables:\n    CGO_ENABLED: off\n  script:\n    - go test ./...\n" },
    good: { ".gitlab-ci.yml": 'test:\n  variables:\n    CGO_ENABLED: "0"\n  script:\n    - go test ./...\n' },
    fixed: { ".gitlab-ci.yml": 'test:\n  variables:\n    CGO_ENABLED: "off"\n  script:\n    - go test ./...\n' },
    silent: {
      "a number": { ".gitlab-ci.yml": "variables: { CGO_ENABLED: 0 }\ntest: { script: [x] }\n" },
      quoted: { ".gitlab-ci.yml": 'variables: { GO111MODULE: "on" }\ntest: { script: [x] }\n' },
      "a keyword that takes one": { ".gitlab-ci.yml": "test:\n  allow_failure: true\n  script: [x]\n" },
      "GitHub makes texts of them": {
        ".github/workflows/ci.yml":
          "on: push\nenv: { CI_DEBUG: true }\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: x\n",
      },
    },
  },
  *check({ ci }) {
    for (const { vendor, files } of ci) {
      if (vendor !== "gitlab") continue;
      for (const { root } of files)
        for (const holder of [
          nodeAt(root, "variables"),
          ...entriesOf(root).map(([, { value }]) => nodeAt(value, "variables")),
        ])
          for (const [name, { value }] of entriesOf(holder)) {
            const scalar = value.kind === "map" ? nodeAt(value, "value") : value;
            if (scalar?.kind !== "scalar" || typeof scalar.value !== "boolean") continue;
            const { file, start, end, text } = scalar;
            yield {
              file,
              start,
              end,
              message: `${name}: ${text} is a boolean, which GitLab refuses: quote it`,
              fix: { safe: true, title: "quote it", edits: [{ file, start, end, text: `"${text}"` }] },
            };
          }
    }
  },
});
