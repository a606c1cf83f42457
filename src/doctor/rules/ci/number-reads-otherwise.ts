import type { CiFile } from "../../../repo/ci/ciFile.ts";
import { entriesOf, itemsOf, nodeAt, type YamlNode, type YamlScalar } from "../../../repo/ci/yamlTree.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/number-reads-otherwise",
  title: "an unquoted value is read as another number",
  severity: "error",
  why: "Without quotes 1.20 is the number 1.2, so Go 1.2 is asked for; in GitLab's YAML 0644 is octal for 420 and 22:30 is 1350; for GitHub 1e3 is 1000.",
  source: "https://yaml.org/spec/1.2.2/#1032-tag-resolution; https://yaml.org/type/int.html; actions/setup-go README",
  examples: {
    bad: {
      ".github/workflows/ci.yml":
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/setup-go@v5\n        with:\n          go-version: 1.20\n",
    },
    good: {
      ".github/workflows/ci.yml":
        'on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/setup-go@v5\n        with:\n          go-version: "1.20"\n',
    },
    fixed: {
      ".github/workflows/ci.yml":
        'on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/setup-go@v5\n        with:\n          go-version: "1.20"\n',
    },
    silent: {
      "a number that stays as it is": {
        ".gitlab-ci.yml": "test:\n  variables: { GO_VERSION: 1.24, PORT: 8080 }\n  script: [x]\n",
      },
      "a number that is meant as one": { ".gitlab-ci.yml": "test:\n  retry: 02\n  script: [x]\n" },
      "no number at all": { ".gitlab-ci.yml": "test:\n  variables: { V: 1.24.0, W: v1.20 }\n  script: [x]\n" },
      "the other's YAML reads no octal": {
        ".github/workflows/ci.yml":
          "on: push\nenv:\n  TIME: 22:30\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: x\n",
      },
    },
  },
  *check({ ci }) {
    for (const file of ci.flatMap(({ files }) => files))
      for (const { name, scalar } of texts(file)) {
        if (scalar.style !== "plain" || typeof scalar.value !== "number") continue;
        if (String(scalar.value) === scalar.text) continue;
        yield {
          file: scalar.file,
          start: scalar.start,
          end: scalar.end,
          message: `${name}: ${scalar.text} is read as the number ${scalar.value}: quote it`,
          fix: {
            safe: true,
            title: "quote it",
            edits: [{ file: scalar.file, start: scalar.start, end: scalar.end, text: `"${scalar.text}"` }],
          },
        };
      }
  },
});

/** The values that are texts for whoever gets them: variables, inputs of actions, the matrix. */
function* texts({ root, vendor }: CiFile): Generator<{ name: string; scalar: YamlScalar }> {
  const holders: (YamlNode | undefined)[] = vendor === "gitlab" ? [nodeAt(root, "variables")] : [nodeAt(root, "env")];
  for (const [, { value: job }] of vendor === "gitlab" ? entriesOf(root) : entriesOf(nodeAt(root, "jobs"))) {
    if (vendor === "gitlab") {
      holders.push(nodeAt(job, "variables"), ...itemsOf(nodeAt(job, "parallel", "matrix")));
      continue;
    }
    holders.push(nodeAt(job, "env"), nodeAt(job, "with"), nodeAt(job, "strategy", "matrix"));
    holders.push(...itemsOf(nodeAt(job, "strategy", "matrix", "include")));
    for (const step of itemsOf(nodeAt(job, "steps"))) holders.push(nodeAt(step, "env"), nodeAt(step, "with"));
  }
  for (const holder of holders)
    for (const [name, { value }] of entriesOf(holder))
      for (const scalar of value.kind === "map" ? [nodeAt(value, "value")] : itemsOf(value))
        if (scalar?.kind === "scalar") yield { name, scalar };
}
