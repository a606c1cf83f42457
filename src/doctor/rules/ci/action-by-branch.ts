import { jobsOf, placeOf } from "../../ciSteps.ts";
import { ownersOf } from "../../owner.ts";
import { defineRule, type Rule } from "../../rule.ts";

/** By their makers' own words to be taken from a branch. */
const unreleased = /^google\/oss-fuzz\//;

const ci = ".github/workflows/ci.yml";
const workflow = (uses: string): string =>
  `on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: ${uses}\n`;

export const rule: Rule = defineRule({
  id: "ci/action-by-branch",
  title: "an action is taken from a branch",
  severity: "warning",
  why: "Whoever may push to that branch changes what runs here, with this repository's token and secrets; and a build of last month can't be repeated.",
  source: "https://docs.github.com/actions/reference/security/secure-use#using-third-party-actions",
  examples: {
    bad: { [ci]: workflow("someone/setup-tool@master") },
    good: { [ci]: workflow("someone/setup-tool@5f2cdd3b1c7c0c2b7a3a8c1f6e1ed0f2a4b9c8d7 # v1.4.0") },
    silent: {
      "a version": { [ci]: workflow("actions/checkout@v5") },
      "its owner's own": {
        "go.mod": "module github.com/team/app\n\ngo 1.24.0\n",
        [ci]: workflow("Team/actions/setup@main"),
      },
      "there are no releases of it": { [ci]: workflow("google/oss-fuzz/infra/cifuzz/actions/build_fuzzers@master") },
      "its own": { [ci]: workflow("./.github/actions/setup") },
      "an image by tag": { [ci]: workflow("docker://alpine:3.20") },
      "a branch that its makers mean as a release": { [ci]: workflow("dtolnay/rust-toolchain@stable") },
    },
  },
  *check(facts) {
    const owners = ownersOf(facts);
    const told = new Set<string>();
    for (const { steps, node } of jobsOf(facts)) {
      const whole = node.entries.get("uses")?.value;
      for (const uses of [...steps.map((step) => step.uses), whole]) {
        if (uses?.kind !== "scalar") continue;
        const [, name = "", branch = ""] =
          /^([\w.-]+\/[^@\s]+)@(main|master|develop|dev|trunk|head)$/i.exec(uses.text) ?? [];
        if (name === "" || owners.has(name.split("/")[0]?.toLowerCase() ?? "") || unreleased.test(name)) continue;
        // One line of a file is enough to find the others by.
        const key = `${uses.file} ${uses.text}`;
        if (told.has(key)) continue;
        told.add(key);
        yield {
          ...placeOf(uses),
          message: `${name} is what its branch ${branch} holds today: take a release, best by its commit`,
        };
      }
    }
  },
});
